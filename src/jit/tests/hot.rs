//! What a hot unit is made of: branches and jumps that the path goes along with,
//! and the rounds of a loop.

use super::super::path::ROUNDS;
use super::shape::{CODE, DATA, FAST, Shape, addi, branch, jal, jalr, load, lui, store};
use super::*;
use crate::isa::{Cond, Inst, LoadOp, Width};

const END: Inst = Inst::Ecall;

fn add(reg: Reg) -> Inst {
    addi(reg, reg, 1)
}

/// What is emitted of `insns`, and that it does what they mean: it gets through
/// so many of them at once.
fn checked(shape: Shape, insns: &[Inst], most: u64) -> String {
    assert_eq!(shape.compare(insns), most, "{insns:x?}");
    shape.listing(insns)
}

#[test]
fn branches_along_the_path() {
    let code = |cond, rs1, rs2| [add(RDI), branch(cond, rs1, rs2, 8), END, add(R8), END];
    let taken = FAST.hot(&[(1, 3)]);
    let passed = FAST.hot(&[(1, 2)]);
    let cases = [
        checked(taken, &code(Cond::Ltu, RBP, RSI), 3),
        checked(taken, &code(Cond::Eq, SLOT0, ZERO), 3),
        checked(passed, &code(Cond::Ge, RBP, SLOT128), 2),
    ];
    assert_listing!("hot_branch", cases.join("\n"));
}

/// Whoever leaves gives back what was paid for the rest, by way of cold code; at
/// the end of a segment there is nothing to give.
#[test]
fn a_branch_that_leaves_gives_back_the_rest() {
    let out = branch(Cond::Eq, RBP, RSI, 64);
    let code = [add(RDI), out, add(RDI), add(RDI), out];
    let cases = [
        checked(FAST.hot(&[]), &code, 5),
        checked(
            FAST.hot(&[]).recorded(),
            &[load(LoadOp::Ld, RDI, ZERO, 0), out, add(RDI)],
            0,
        ),
    ];
    assert_listing!("hot_rest", cases.join("\n"));
}

/// The branch is decided: either way the path ends or goes on without a look.
#[test]
fn branches_on_constants_along_the_path() {
    let code = |value| {
        [
            addi(RBP, ZERO, value),
            branch(Cond::Ne, RBP, ZERO, 8),
            END,
            add(R8),
        ]
    };
    let cases = [
        checked(FAST.hot(&[(1, 3)]), &code(7), 3),
        checked(FAST.hot(&[(1, 3)]), &code(0), 2),
        checked(FAST.hot(&[(1, 2)]), &code(7), 2),
        checked(FAST.hot(&[(1, 2)]), &code(0), 2),
    ];
    assert_listing!("hot_constant", cases.join("\n"));
}

#[test]
fn likely_targets_are_guarded() {
    let code = |rd, rs1, offset| {
        [
            lui(RSI, 0x1000),
            jalr(rd, rs1, offset),
            END,
            add(R8),
            addi(R12, rs1, 1),
        ]
    };
    let guarded = FAST.hot(&[(1, 3)]);
    let homes = [
        [ZERO, RDI],
        [RBX, RDI],
        [RDI, RDI],
        [SLOT0, SLOT8],
        [SLOT0, SLOT0],
        [RDI, SLOT128],
    ];
    let listings = homes.map(|[rd, rs1]| {
        for offset in [0, 8, -3] {
            guarded.compare(&code(rd, rs1, offset));
        }
        guarded.listing(&code(rd, rs1, 0))
    });
    let odd = [
        guarded.listing(&code(ZERO, RDI, 8)),
        guarded.listing(&code(RBX, RBX, -3)),
    ];
    assert_listing!("hot_jalr", [&listings[..], &odd].concat().join("\n"));
}

/// The target goes through memory, so that it is no constant.
#[test]
fn guards_let_through_what_they_expect() {
    let homes = [
        [ZERO, RDI],
        [RBX, RDI],
        [RDI, RDI],
        [SLOT0, SLOT8],
        [SLOT0, SLOT0],
    ];
    for [rd, rs1] in homes {
        for offset in [0, 16, -2] {
            let code = [
                lui(R12, DATA as i32),
                lui(RSI, CODE as i32),
                addi(RSI, RSI, 4 * 7 - offset),
                store(Width::Double, RSI, R12, 0),
                load(LoadOp::Ld, rs1, R12, 0),
                jalr(rd, rs1, offset),
                END,
                addi(R12, rd, 1),
                addi(R13, rs1, 2),
            ];
            let most = FAST.hot(&[(5, 7)]).compare(&code);
            assert_eq!(most, 8, "{rd} {rs1} {offset}");
        }
    }
}

#[test]
fn a_call_and_its_return_leave_no_jump() {
    let code = [
        jal(Reg::RA, 12),
        add(R8),
        END,
        add(RDI),
        jalr(ZERO, Reg::RA, 0),
    ];
    let saved = [
        jal(Reg::RA, 12),
        add(R8),
        END,
        addi(Reg::RA, Reg::RA, 0),
        jalr(ZERO, Reg::RA, 0),
    ];
    // It returns behind the instruction that follows on the call.
    let skips = [
        jal(Reg::RA, 12),
        END,
        add(R8),
        add(RDI),
        jalr(ZERO, Reg::RA, 4),
    ];
    let hot = FAST.hot(&[]);
    let cases = [
        checked(hot, &code, 4),
        checked(hot, &saved, 4),
        checked(hot, &skips, 3),
    ];
    assert_listing!("hot_call", cases.join("\n"));
}

/// A load and a store off a base that stays, a load off one that moves.
fn around() -> [Inst; 6] {
    [
        load(LoadOp::Ld, RSI, RBX, 8),
        load(LoadOp::Lbu, RDI, R12, 0),
        store(Width::Double, RSI, RBX, 16),
        addi(R12, R12, 1),
        addi(RBP, RBP, -1),
        branch(Cond::Ne, RBP, ZERO, -20),
    ]
}

/// In the second round on, nothing is checked of the base that stays.
#[test]
fn the_rounds_of_a_loop() {
    const SEEN: &[(usize, usize)] = &[(5, 0)];
    for base in [RBX, R12] {
        FAST.hot(SEEN).compare_at(base, &around());
    }
    assert_listing!("hot_loop", two_rounds(&FAST.hot(SEEN).listing(&around())));
    let recorded = FAST.recorded().hot(SEEN).listing(&around());
    assert_listing!("hot_loop_recorded", two_rounds(&recorded));
}

/// Of a listing of many rounds, the first two and the last.
fn two_rounds(listing: &str) -> String {
    let lines: Vec<&str> = listing.lines().collect();
    let first = lines[0];
    let starts = (0..lines.len()).filter(|&index| lines[index] == first);
    let cold = lines.iter().position(|line| *line == "  out of line");
    let starts: Vec<usize> = starts.filter(|&index| index < cold.unwrap()).collect();
    let last = starts[starts.len() - 1];
    let kept = [&lines[..starts[2]], &["..."], &lines[last..]].concat();
    kept.join("\n")
}

/// What a register holds before a loop it need not hold in its second round.
#[test]
fn constants_of_the_first_round() {
    let code = [
        addi(RBP, RBP, -1),
        addi(RDI, RSI, 5),
        addi(RSI, ZERO, 7),
        branch(Cond::Ne, RBP, ZERO, -12),
    ];
    // All rounds that there are of it, and again.
    let most = (code.len() * ROUNDS[0]) as u64;
    assert!(FAST.hot(&[(3, 0)]).compare(&code) > most);
    // It is known on one way alone.
    let code = [
        add(RSI),
        branch(Cond::Ne, RSI, RBP, 8),
        addi(RSI, ZERO, 1),
        branch(Cond::Ne, RBP, ZERO, -12),
    ];
    for seen in [&[(3, 0), (1, 2)][..], &[(3, 0), (1, 3)]] {
        assert!(FAST.hot(seen).compare(&code) > code.len() as u64);
    }
}

/// What is left to be computed where the path is left reads the link register, and
/// the jump that leaves it writes that.
#[test]
fn a_jump_that_leaves_the_path_links_last() {
    let code = [
        addi(R8, RBX, 1),
        lui(RDI, CODE as i32),
        jalr(RBX, RDI, 4 * 6),
        END,
        addi(R8, ZERO, 3),
        END,
        add(R12),
    ];
    FAST.hot(&[(2, 4)]).check(&code[..3]);
    assert_eq!(FAST.hot(&[(2, 4)]).compare(&code), 3);
}
