//! What is recorded of memory: each word at its first access, in order, with its
//! value before; and nothing of an access that traps.

use rvjet::isa::{AluOp, AmoOp, Cond, Inst, LoadOp, MulDivOp, Reg, Width};
use rvjet::machine::{Access, Cause, Exit, PAGE_SIZE, Trap};
use rvjet::trace::Policy;

use crate::asm::{Asm, addi, alu, amo, jalr, ld, load, lr, muldiv, nop, sc, sd, store, x};
use crate::lab::call;
use crate::operands::KINDS;
use crate::record;
use crate::scenario::{CODE, DATA, Observed, Scenario};

/// Two pages that may be written; the second is followed by one that may only be
/// read, and that by none.
const AREA: u64 = 0x40_0000;
const READ_ONLY: u64 = AREA + 2 * PAGE_SIZE;
const HOLE: u64 = READ_ONLY + PAGE_SIZE;
/// Where bases are loaded from.
const TABLE: Reg = x(6);

fn bytes(len: u64) -> Vec<u8> {
    (0..len).map(|n| (n * 31 + n / 256) as u8 ^ 0x80).collect()
}

/// `code` with the pages above, and a table of double words at [`TABLE`].
fn scenario(code: Asm, table: &[u64]) -> Scenario {
    let table: Vec<u8> = table.iter().flat_map(|value| value.to_le_bytes()).collect();
    Scenario::new(code.finish())
        .data(DATA, Access::READ, table)
        .data(AREA, Access::READ_WRITE, bytes(2 * PAGE_SIZE))
        .data(READ_ONLY, Access::READ, bytes(PAGE_SIZE))
        .reg(TABLE, DATA)
}

fn exit(code: &mut Asm) {
    code.insts([addi(Reg::A7, Reg::ZERO, 0), Inst::Ecall]);
}

#[track_caller]
fn trapped(seen: &Observed) -> Trap {
    match seen.exit {
        Some(Exit::Trap(trap)) => trap,
        other => panic!("{other:x?}"),
    }
}

/// A register of every kind of home for value and base.
fn homes() -> Vec<(Reg, Reg)> {
    let values = KINDS.into_iter().map(|kind| x(kind[0]));
    let bases = KINDS[1..].iter().map(|kind| x(kind[1]));
    values
        .flat_map(|value| bases.clone().map(move |base| (value, base)))
        .collect()
}

/// Loads and stores of every width.
fn plain(value: Reg, base: Reg, offset: i32) -> Vec<Inst> {
    let loads = LoadOp::ALL.map(|op| load(op, value, base, offset));
    let stores = Width::ALL.map(|width| store(width, value, base, offset));
    [&loads[..], &stores].concat()
}

fn atomics(width: Width, value: Reg, base: Reg) -> [Inst; 5] {
    [
        sc(width, value, base, value),
        lr(width, value, base),
        sc(width, value, base, value),
        amo(AmoOp::Add, width, value, base, value),
        amo(AmoOp::Minu, width, value, base, base),
    ]
}

#[test]
fn every_shape_in_every_home() {
    for (value, base) in homes() {
        for skew in [0, 4, 1] {
            let mut code = Asm::at(CODE);
            let mut table = Vec::new();
            for shape in 0..plain(value, base, 0).len() {
                code.inst(ld(base, TABLE, 8 * table.len() as i32));
                table.push(AREA + 0x800 + 0x40 * table.len() as u64 + skew);
                for offset in [0, 4, 16, -24, 16, -20] {
                    code.inst(plain(value, base, offset)[shape]);
                }
                code.inst(addi(base, base, 40));
                for offset in [0, -40, 3] {
                    code.inst(plain(value, base, offset)[shape]);
                }
            }
            exit(&mut code);
            scenario(code, &table).check_recorded().exit_code();
        }
    }
}

#[test]
fn every_atomic_in_every_home() {
    for (value, base) in homes() {
        for (width, skew) in [(Width::Word, 4), (Width::Word, 0), (Width::Double, 0)] {
            let mut code = Asm::at(CODE);
            let mut table = Vec::new();
            for turn in 0..4 {
                for shape in 0..5 {
                    code.inst(ld(base, TABLE, 8 * table.len() as i32));
                    table.push(AREA + 0x800 + 0x20 * table.len() as u64 + skew);
                    // The word may have been touched before, or another off the same base.
                    match turn {
                        0 => {}
                        1 => code.inst(load(LoadOp::Lw, x(7), base, 0)),
                        2 => code.inst(store(Width::Byte, x(7), base, 8)),
                        _ => code.insts([lr(width, x(7), base), nop()]),
                    }
                    code.inst(atomics(width, value, base)[shape]);
                    if value != base {
                        code.inst(load(LoadOp::Lw, x(7), base, 0));
                        code.insts(atomics(width, value, base));
                        code.inst(store(Width::Word, x(7), base, 16));
                    }
                }
            }
            exit(&mut code);
            scenario(code, &table).check_recorded().exit_code();
        }
    }
}

/// An SC that fails makes no access, even where a word that has not been touched
/// is accessed next; what it might have touched is touched then.
#[test]
fn what_follows_an_sc() {
    for succeeds in [false, true] {
        for width in [Width::Word, Width::Double] {
            let mut code = Asm::at(CODE);
            if succeeds {
                code.inst(lr(width, x(10), x(11)));
            }
            code.insts([
                addi(x(12), x(11), 0),
                sc(width, x(10), x(12), x(13)),
                ld(x(14), x(12), 0),
                ld(x(14), x(12), 8),
                ld(x(14), x(11), 0),
                sd(x(14), x(12), 0),
            ]);
            exit(&mut code);
            scenario(code, &[])
                .reg(x(11), AREA)
                .check_recorded()
                .exit_code();
        }
    }
}

/// Accesses off one base, the last of which may not be made.
#[test]
fn an_access_that_traps_leaves_no_touch() {
    let value = x(9);
    let firsts: [&[i32]; 5] = [&[], &[-8], &[-16, -8], &[-8, -24, -32], &[-16, -16, -40]];
    for base in [x(8), x(28), x(4)] {
        for first in firsts {
            for (place, writes) in [(READ_ONLY, true), (HOLE, true), (HOLE, false)] {
                let bad: Vec<Inst> = match writes {
                    true => vec![
                        sd(value, base, 0),
                        store(Width::Byte, value, base, 7),
                        store(Width::Double, value, base, -4),
                        store(Width::Word, value, base, -2),
                        amo(AmoOp::Or, Width::Double, value, base, value),
                    ],
                    false => vec![
                        ld(value, base, 0),
                        ld(Reg::ZERO, base, 0),
                        ld(value, base, -7),
                        load(LoadOp::Lhu, value, base, -1),
                        lr(Width::Word, value, base),
                    ],
                };
                for bad in bad {
                    // A store may not go to the page before the hole either.
                    let load_only = place == HOLE;
                    let mut code = Asm::at(CODE);
                    for (index, &offset) in first.iter().enumerate() {
                        code.inst(match index % 2 == 0 || load_only {
                            true => ld(value, base, offset),
                            false => sd(value, base, offset),
                        });
                    }
                    let at = code.here();
                    code.insts([bad, ld(value, base, -8), ld(value, base, -48)]);
                    exit(&mut code);
                    let seen = scenario(code, &[]).reg(base, place).check_recorded();
                    assert_eq!(trapped(&seen).pc, at, "{bad:?}");
                }
            }
        }
    }
}

/// In the middle of the accesses off one base.
#[test]
fn an_access_in_the_middle_traps() {
    for at in 0..4 {
        for (bad, place) in [(0, HOLE), (1, READ_ONLY)] {
            let mut code = Asm::at(CODE);
            let mut pc = 0;
            for turn in 0..4 {
                if turn == at {
                    pc = code.here();
                    let inst = [ld(x(9), x(8), 0), sd(x(9), x(8), 0)][bad];
                    code.inst(inst);
                }
                code.inst(ld(x(10), x(8), -8 * (1 + turn)));
            }
            let seen = scenario(code, &[]).reg(x(8), place).check_recorded();
            assert_eq!(trapped(&seen).pc, pc);
        }
    }
}

/// A store to what may only be read, which has been read before, or not.
#[test]
fn a_store_to_what_has_been_read() {
    for known in [false, true] {
        for read in [false, true] {
            for width in Width::ALL {
                let mut code = Asm::at(CODE);
                if known {
                    code.li(x(8), READ_ONLY + 16);
                }
                if read {
                    code.inst(ld(x(9), x(8), 0));
                }
                let pc = code.here();
                code.inst(store(width, x(9), x(8), 0));
                let seen = scenario(code, &[])
                    .reg(x(8), READ_ONLY + 16)
                    .check_recorded();
                let addr = READ_ONLY + 16;
                let cause = Cause::StoreFault { addr, width };
                assert_eq!(trapped(&seen), Trap { pc, cause });
            }
        }
    }
}

/// What reaches into two words, or two pages, of which the second may be another kind.
#[test]
fn accesses_that_reach_into_two_words() {
    for (at, read, write) in [
        (AREA + 0x808, true, true),
        (AREA + PAGE_SIZE, true, true),
        (READ_ONLY, true, false),
        (HOLE, false, false),
    ] {
        for by in 1..8 {
            for touched in 0..4 {
                for (index, &inst) in plain(x(9), x(8), 0).iter().enumerate() {
                    let len = match inst {
                        Inst::Load { op, .. } => op.width().bytes(),
                        Inst::Store { width, .. } => width.bytes(),
                        _ => 1,
                    };
                    // Half of them are enough.
                    let is_spare = (index as u64 + by + touched).is_multiple_of(2);
                    if len <= by || is_spare {
                        continue;
                    }
                    let mut code = Asm::at(CODE);
                    if touched & 1 != 0 {
                        code.inst(ld(x(7), x(18), -8));
                    }
                    if touched & 2 != 0 && read {
                        code.inst(ld(x(7), x(18), 0));
                    }
                    code.insts([inst, ld(x(7), x(8), 0)]);
                    exit(&mut code);
                    let seen = scenario(code, &[])
                        .reg(x(8), at - by)
                        .reg(x(18), at)
                        .check_recorded();
                    let fine = match inst {
                        Inst::Store { .. } => write,
                        _ => read,
                    };
                    let ended = matches!(seen.exit, Some(Exit::Exited { .. }));
                    assert_eq!(ended, fine, "{inst:?} {at:#x} - {by}");
                }
            }
        }
    }
}

/// The first access changes the base of those that follow.
#[test]
fn a_base_that_is_loaded_through_itself() {
    let mut list = vec![0u64; 512];
    for link in 0..64u64 {
        let at = (link * 37 % 64) as usize * 8;
        let next = ((link + 1) * 37 % 64) * 64;
        list[at] = AREA + next;
        list[at + 1] = link;
    }
    let list: Vec<u8> = list.iter().flat_map(|word| word.to_le_bytes()).collect();
    for base in [x(10), x(28), x(3), x(4)] {
        let mut code = Asm::at(CODE);
        code.li(x(20), 30);
        let top = code.here_label();
        code.insts([
            ld(base, base, 0),
            ld(x(9), base, 8),
            ld(base, base, 0),
            sd(x(9), base, 16),
            ld(x(9), base, 24),
            addi(x(20), x(20), -1),
        ]);
        code.branch(Cond::Ne, x(20), Reg::ZERO, top);
        exit(&mut code);
        Scenario::new(code.finish())
            .data(AREA, Access::READ_WRITE, list.clone())
            .reg(base, AREA)
            .check_recorded()
            .exit_code();
    }
}

/// A base that moves: what is known of its words moves along.
#[test]
fn bases_that_move() {
    let moves: [&[i32]; 12] = [
        &[8],
        &[-8],
        &[16, 16],
        &[4, 4],
        &[1, 7],
        &[-4],
        &[2040, -2040],
        &[2047, 1],
        &[-2048, 2040],
        &[12, -4],
        &[24, -8, -16],
        &[0],
    ];
    for base in [x(8), x(28), x(4)] {
        for to in [base, x(18), x(27)] {
            for steps in moves {
                let mut code = Asm::at(CODE);
                code.insts([ld(x(9), base, 0), ld(x(9), base, 16)]);
                let mut from = base;
                for &step in steps {
                    code.insts([addi(to, from, step), load(LoadOp::Lbu, x(9), to, 0)]);
                    for offset in [-16, -8, 0, 8, 16] {
                        code.inst(load(LoadOp::Lw, x(9), to, offset));
                    }
                    code.inst(store(Width::Byte, x(9), base, 24));
                    from = to;
                }
                for offset in [-24, 0, 8, 16, 24] {
                    code.insts([sd(x(9), base, offset), ld(x(9), to, offset)]);
                }
                exit(&mut code);
                scenario(code, &[])
                    .reg(base, AREA + PAGE_SIZE)
                    .check_recorded()
                    .exit_code();
            }
        }
    }
}

/// As far as bases may move without being looked at, and further, on both sides.
#[test]
fn bases_that_leave_the_window() {
    for window in [1 << 20, 1 << 32, 1 << 37] {
        for (step, count) in [(2040, 15), (2040, 16), (2040, 17), (-2048, 16), (-2048, 17)] {
            for probe in [sd(x(9), x(8), 8), ld(x(9), x(8), -8), ld(x(9), x(8), 0)] {
                for back in [false, true] {
                    let mut code = Asm::at(CODE);
                    code.inst(ld(x(9), x(8), 0));
                    code.insts([addi(x(8), x(8), step)].repeat(count));
                    if back {
                        code.insts([addi(x(8), x(8), -step / 2)].repeat(2 * count));
                    }
                    code.insts([probe, ld(x(9), x(8), 24)]);
                    exit(&mut code);
                    let start = if step < 0 { 0 } else { window - 64 };
                    let seen = Scenario::new(code.finish())
                        .window(window)
                        .data(0, Access::READ_WRITE, [1; 64])
                        .data(window - PAGE_SIZE, Access::READ_WRITE, [1; 64])
                        .reg(x(8), start + 8)
                        .check_recorded();
                    let ended = matches!(seen.exit, Some(Exit::Exited { .. }));
                    assert_eq!(ended, back, "{step} {count} {probe:?}");
                }
            }
        }
    }
}

/// By more than any guard is wide, there and back: 12 GiB are the most that a JIT
/// records, and more than the numbers that emitted code holds are made for.
#[test]
fn bases_that_move_far() {
    let steps: [&[i32]; 6] = [
        &[i32::MIN],
        &[i32::MIN, i32::MIN],
        &[i32::MIN, i32::MIN, i32::MIN, i32::MIN],
        &[0x7fff_f000, 0x7fff_f000, 0x1000, 0x1000],
        &[0x7000_0000, -0x7000_0000],
        &[i32::MIN, i32::MIN, i32::MIN, i32::MIN, i32::MIN],
    ];
    for window in [1 << 32, 12 << 30, 1 << 37] {
        for steps in steps {
            for (first, op) in [
                (LoadOp::Ld, LoadOp::Lbu),
                (LoadOp::Ld, LoadOp::Ld),
                (LoadOp::Lw, LoadOp::Lw),
            ] {
                for start in [0, 1 << 31, (1 << 32) - PAGE_SIZE, window - PAGE_SIZE] {
                    let sum: i64 = steps.iter().map(|&step| i64::from(step)).sum();
                    let mut code = Asm::at(CODE);
                    code.insts([load(first, x(9), x(8), 0), load(first, x(9), x(8), 8)]);
                    for &step in steps {
                        code.inst(Inst::Lui {
                            rd: x(7),
                            imm: step,
                        });
                        code.inst(alu(AluOp::Add, x(8), x(8), x(7)));
                    }
                    code.insts([load(op, x(9), x(8), 0), load(op, x(9), x(8), 8)]);
                    exit(&mut code);
                    let mut scenario = Scenario::new(code.finish()).window(window);
                    let ends = [start, start.wrapping_add_signed(sum)];
                    for (index, &at) in ends.iter().enumerate() {
                        if at < window && !ends[..index].contains(&at) {
                            scenario = scenario.data(at, Access::READ_WRITE, [1]);
                        }
                    }
                    let seen = scenario.reg(x(8), start).check_recorded();
                    let ended = matches!(seen.exit, Some(Exit::Exited { .. }));
                    assert_eq!(ended, ends[1] < window, "{steps:x?} from {start:#x}");
                }
            }
        }
    }
}

/// Addresses that the compiler knows, near and far.
#[test]
fn known_addresses() {
    let near = [AREA, 0x7fff_f000, 0x8000_0000, 0xffff_f000, 1 << 32];
    let near = near.into_iter().chain([(12 << 30) - PAGE_SIZE]);
    let far = [AREA, 0xffff_f000, (1 << 34) - PAGE_SIZE, 1 << 34];
    let far = far.into_iter().chain([1 << 36, (1 << 37) - PAGE_SIZE]);
    let near = near.map(|at| (12 << 30, at));
    for (window, at) in near.chain(far.map(|at| (1 << 37, at))) {
        let mut code = Asm::at(CODE);
        for offset in [0, 8, 4, 16, 16, 1, 24] {
            code.li(x(8), at + 64);
            code.insts(plain(x(9), x(8), offset).into_iter().step_by(3));
            code.insts([sd(x(9), x(8), -8), ld(x(10), x(8), -8)]);
        }
        for width in [Width::Word, Width::Double] {
            code.li(x(8), at + 128);
            code.insts(atomics(width, x(9), x(8)));
        }
        // Text is read, too.
        code.insts([
            Inst::Auipc { rd: x(8), imm: 0 },
            load(LoadOp::Lwu, x(9), x(8), 4),
            load(LoadOp::Lb, x(9), x(8), 0),
        ]);
        exit(&mut code);
        Scenario::new(code.finish())
            .window(window)
            .data(at, Access::READ_WRITE, bytes(PAGE_SIZE))
            .check_recorded()
            .exit_code();
    }
}

/// Many accesses off one base, in the prologue and the epilogue of a function, which
/// is entered at its start and in the middle.
#[test]
fn a_function_that_saves_registers() {
    let saved = [1, 8, 9, 18, 19, 20, 21, 22, 23];
    for count in 1..=saved.len() {
        for skip in [0, 1, count / 2] {
            for frame in [80, 2000] {
                let mut code = Asm::at(CODE);
                let (function, middle) = (code.label(), code.label());
                code.li(x(5), 6);
                let top = code.here_label();
                code.jal(Reg::RA, function);
                code.insts([addi(Reg::SP, Reg::SP, -16), addi(x(5), x(5), -1)]);
                code.inst(addi(Reg::SP, Reg::SP, -frame));
                code.jal(Reg::RA, middle);
                code.branch(Cond::Ne, x(5), Reg::ZERO, top);
                exit(&mut code);
                code.bind(function);
                code.inst(addi(Reg::SP, Reg::SP, -frame));
                for (index, &reg) in (0..).zip(&saved[..count]) {
                    if index as usize == skip {
                        code.bind(middle);
                    }
                    code.inst(sd(x(reg), Reg::SP, frame - 8 * (index + 1)));
                }
                if skip == count {
                    code.bind(middle);
                }
                code.inst(addi(x(10), x(10), 1));
                for (index, &reg) in (0..).zip(&saved[..count]).skip(1) {
                    code.inst(ld(x(reg), Reg::SP, frame - 8 * (index + 1)));
                }
                code.insts([addi(Reg::SP, Reg::SP, frame), jalr(Reg::ZERO, Reg::RA, 0)]);
                scenario(code, &[])
                    .reg(Reg::SP, AREA + 2 * PAGE_SIZE - 0x100)
                    .check_recorded()
                    .exit_code();
            }
        }
    }
}

/// Fields of a structure in any order, some of them in the same word.
#[test]
fn fields_in_any_order() {
    let orders: [&[i32]; 8] = [
        &[0, 8, 16, 24, 32, 40],
        &[40, 32, 24, 16, 8, 0],
        &[0, 24, 8, 16],
        &[8, 0, 32, 24, -8],
        &[0, 4, 8, 12],
        &[-8, 0, -16, 8, -24],
        &[0, 64, 8, 72, 16, 80],
        &[16, 18, 40, 17, 0],
    ];
    for order in orders {
        for touched in [None, Some(8), Some(24), Some(0)] {
            for base in [x(8), x(28), x(4)] {
                let mut code = Asm::at(CODE);
                code.inst(ld(base, TABLE, 0));
                if let Some(offset) = touched {
                    code.inst(ld(x(9), x(18), offset));
                }
                for (index, &offset) in order.iter().enumerate() {
                    code.inst(match (offset % 8, index % 2) {
                        (0, 0) => ld(x(9), base, offset),
                        (0, _) => sd(x(10), base, offset),
                        (4, 0) => load(LoadOp::Lw, x(9), base, offset),
                        (4, _) => store(Width::Word, x(9), base, offset),
                        _ => load(LoadOp::Lb, x(9), base, offset),
                    });
                }
                exit(&mut code);
                scenario(code, &[AREA + 0x800])
                    .reg(x(18), AREA + 0x800)
                    .check_recorded()
                    .exit_code();
            }
        }
    }
}

/// More words than the log has room for at first, and than the chunks before had.
#[test]
fn many_words() {
    for stride in [8, 4, 3, 16] {
        let mut code = Asm::at(CODE);
        code.li(x(20), 3000);
        let top = code.here_label();
        code.insts([
            ld(x(9), x(8), 0),
            sd(x(9), x(8), 512),
            addi(x(8), x(8), stride),
            addi(x(20), x(20), -1),
        ]);
        code.branch(Cond::Ne, x(20), Reg::ZERO, top);
        exit(&mut code);
        let scenario = Scenario::new(code.finish())
            .data(AREA, Access::READ_WRITE, bytes(0x1_0000))
            .reg(x(8), AREA);
        let seen = scenario.check_recorded();
        let large = [
            Policy::Insns(1 << 22),
            Policy::Insns(4000),
            Policy::Touches(700),
            Policy::Touches(1 << 20),
            Policy::Accesses(2500),
        ];
        let compared = record::compare(&scenario, &seen, &large, true);
        compared.unwrap_or_else(|flaw| panic!("{flaw}"));
    }
}

/// More accesses in one go than the low bits of the JIT's budget can count.
#[test]
fn more_accesses_than_the_meter_counts() {
    let mut code = Asm::at(CODE);
    code.li(x(20), 5 << 19);
    let top = code.here_label();
    code.insts([
        load(LoadOp::Ld, x(9), x(8), 1),
        store(Width::Word, x(9), x(8), 5),
        load(LoadOp::Ld, x(9), x(8), 3),
        store(Width::Double, x(9), x(8), 7),
        sc(Width::Word, x(9), x(18), x(9)),
        load(LoadOp::Lbu, x(9), x(8), 3),
        addi(x(20), x(20), -1),
    ]);
    code.branch(Cond::Ne, x(20), Reg::ZERO, top);
    exit(&mut code);
    let scenario = scenario(code, &[]).reg(x(8), AREA).reg(x(18), AREA);
    let seen = scenario.check();
    let large = [
        Policy::Insns(1 << 40),
        Policy::Accesses(1 << 40),
        Policy::Accesses(5_000_001),
        Policy::Touches(1 << 40),
    ];
    let compared = record::compare(&scenario, &seen, &large, true);
    compared.unwrap_or_else(|flaw| panic!("{flaw}"));
}

/// Calls that read and write words which the chunk has touched, or touches next.
#[test]
fn calls_that_read_and_write() {
    let spans = [(0, 1), (3, 8), (0, 16), (7, 2), (8, 0), (13, 40)];
    for number in [call::READ, call::WRITE, call::MIX] {
        for (from, len) in spans {
            for (to, room) in [(0, 4), (5, 30), (24, 8), (100, 3), (40, 0)] {
                if number != call::MIX && to != 0 {
                    continue;
                }
                for touched in [None, Some(0), Some(8), Some(24)] {
                    let mut code = Asm::at(CODE);
                    if let Some(offset) = touched {
                        code.insts([ld(x(9), x(8), offset), sd(x(9), x(8), offset + 16)]);
                    }
                    code.li(Reg::A0, AREA + 0x100 + from);
                    code.li(Reg::A1, len);
                    code.li(Reg::A2, AREA + 0x100 + to);
                    code.li(x(13), room);
                    code.li(Reg::A7, number);
                    code.inst(Inst::Ecall);
                    for offset in [0, 8, 16, 40, 104] {
                        code.inst(ld(x(9), x(8), offset));
                    }
                    code.li(Reg::A0, AREA + 0x100 + from + 4);
                    code.inst(Inst::Ecall);
                    code.inst(sd(x(9), x(8), 8));
                    exit(&mut code);
                    scenario(code, &[])
                        .reg(x(8), AREA + 0x100)
                        .check_recorded()
                        .exit_code();
                }
            }
        }
    }
}

/// Calls that may not do all that they are asked to, and one that does not return.
#[test]
fn calls_that_fail() {
    for number in [call::READ, call::WRITE, call::MIX, call::BREAK] {
        for (from, to) in [
            (HOLE - 4, AREA),
            (AREA, HOLE - 8),
            (READ_ONLY, AREA),
            (AREA, READ_ONLY - 4),
            (HOLE, HOLE),
            (u64::MAX - 3, AREA),
            (AREA + PAGE_SIZE - 3, AREA + PAGE_SIZE - 9),
        ] {
            let mut code = Asm::at(CODE);
            code.inst(sd(x(18), x(8), 0));
            code.li(Reg::A0, from);
            code.li(Reg::A1, 13);
            code.li(Reg::A2, to);
            code.li(x(13), 9);
            code.li(Reg::A7, number);
            code.inst(Inst::Ecall);
            code.insts([ld(x(9), x(8), 0), ld(x(9), x(8), 8)]);
            exit(&mut code);
            let seen = scenario(code, &[]).reg(x(8), AREA).check_recorded();
            let broken = matches!(seen.exit, Some(Exit::BrokenPipe));
            assert_eq!(broken, number == call::BREAK);
        }
    }
}

/// Memory that goes and comes again, its words touched before and after.
#[test]
fn memory_that_is_mapped_anew() {
    for number in [call::MAP, call::UNMAP, call::PROTECT] {
        for access in [0, 1, 3] {
            for touched in [false, true] {
                let mut code = Asm::at(CODE);
                if touched {
                    code.insts([ld(x(9), x(8), 0), sd(x(9), x(8), 16), ld(x(9), x(8), 24)]);
                }
                code.li(Reg::A0, AREA);
                code.li(Reg::A1, PAGE_SIZE);
                code.li(Reg::A2, access);
                code.li(Reg::A7, number);
                code.inst(Inst::Ecall);
                code.insts([ld(x(9), x(18), 0), sd(x(9), x(18), 8)]);
                code.li(Reg::A0, AREA);
                code.li(Reg::A2, 3);
                code.li(Reg::A7, call::MAP);
                code.inst(Inst::Ecall);
                code.insts([ld(x(9), x(8), 0), ld(x(9), x(8), 32), sd(x(9), x(8), 16)]);
                exit(&mut code);
                scenario(code, &[])
                    .reg(x(8), AREA)
                    .reg(x(18), AREA + PAGE_SIZE)
                    .check_recorded();
            }
        }
    }
}

/// Neighbouring words, any of which may have been touched by another way before.
#[test]
fn every_set_of_words_touched_before() {
    const WORDS: i32 = 7;
    let orders: [&[i32]; 4] = [
        &[0, 1, 2, 3, 4, 5, 6],
        &[6, 5, 4, 3, 2, 1, 0],
        &[2, 0, 3, 6, 1],
        &[0, 2, 4, 1],
    ];
    for order in orders {
        for base in [x(8), x(28), x(4)] {
            let mut code = Asm::at(CODE);
            let mut table = Vec::new();
            for set in 0..1 << WORDS {
                code.insts([ld(x(18), TABLE, 0), ld(base, TABLE, 8)]);
                code.inst(addi(TABLE, TABLE, 16));
                table.extend([AREA + 64 * set; 2]);
                for word in (0..WORDS).filter(|word| set >> word & 1 != 0) {
                    code.inst(ld(x(9), x(18), 8 * word));
                }
                for (index, &word) in order.iter().enumerate() {
                    // What follows on a branch is not known to follow.
                    if index == 3 && set % 2 == 0 {
                        let next = code.label();
                        code.branch(Cond::Ne, x(5), Reg::ZERO, next);
                        code.bind(next);
                    }
                    code.inst(match index % 2 {
                        0 => sd(x(9), base, 8 * word),
                        _ => load(LoadOp::Lw, x(10), base, 8 * word + 4),
                    });
                }
            }
            exit(&mut code);
            scenario(code, &table).check_recorded().exit_code();
        }
    }
}

/// Between two accesses off one base comes what needs the JIT's scratch registers.
#[test]
fn what_comes_between_accesses_off_one_base() {
    let (base, other) = (x(8), x(18));
    let mut between: Vec<Vec<Inst>> = vec![Vec::new()];
    let known = Inst::Lui {
        rd: x(7),
        imm: AREA as i32 + 0x1000,
    };
    for inst in plain(x(9), x(7), 0x108).into_iter().step_by(3) {
        between.push(vec![known, inst]);
    }
    for offset in [0x201, 0x207, -1] {
        for base in [base, other] {
            between.extend(plain(x(9), base, offset).into_iter().map(|inst| vec![inst]));
        }
    }
    for offset in [0, 0x200] {
        between.extend(
            plain(x(9), other, offset)
                .into_iter()
                .map(|inst| vec![inst]),
        );
    }
    for width in [Width::Word, Width::Double] {
        between.extend(atomics(width, x(9), other).map(|inst| vec![inst]));
        between.extend(atomics(width, x(9), base).map(|inst| vec![inst]));
        between.push(vec![lr(width, x(9), other), sc(width, x(9), other, x(10))]);
    }
    for op in MulDivOp::ALL {
        between.push(vec![muldiv(op, x(9), x(10), x(11))]);
    }
    for op in [AluOp::Sll, AluOp::Sra, AluOp::Sltu, AluOp::Subw] {
        between.push(vec![alu(op, x(9), x(10), x(11))]);
    }
    between.push(vec![addi(base, base, 16)]);
    between.push(vec![addi(base, base, -4), addi(base, base, 4)]);
    for insts in between {
        for touched in [None, Some(0), Some(0x100)] {
            let mut code = Asm::at(CODE);
            code.inst(addi(x(20), base, 0));
            if let Some(offset) = touched {
                code.inst(ld(x(9), x(20), offset));
            }
            // Whatever was known of the other register.
            code.inst(alu(AluOp::Xor, x(20), x(20), x(20)));
            code.inst(ld(x(12), base, 0));
            code.insts(insts.iter().copied());
            code.insts([sd(x(12), base, 0x100), ld(x(12), base, -0x80)]);
            exit(&mut code);
            // Whatever a wrong index leads to is there.
            scenario(code, &[])
                .data(0, Access::READ_WRITE, bytes(PAGE_SIZE))
                .reg(base, AREA + 0x800)
                .reg(other, AREA + 0x840)
                .reg(x(10), u64::MAX / 3)
                .reg(x(11), 7)
                .check_recorded()
                .exit_code();
        }
    }
}

/// The first word of a misaligned access may hold but a byte of it.
#[test]
fn a_group_with_a_misaligned_access_reaches_no_further_than_its_words() {
    for (op, offset) in [
        (LoadOp::Lh, -1),
        (LoadOp::Lw, -1),
        (LoadOp::Lw, -2),
        (LoadOp::Lw, -3),
    ] {
        let mut code = Asm::at(CODE);
        code.insts([ld(x(8), TABLE, 0), ld(x(9), TABLE, 8)]);
        // What the group looks at has been touched.
        code.insts([ld(x(28), x(9), 0), ld(x(28), x(9), -8)]);
        // So the unit that starts here goes on.
        let there = code.label();
        code.branch(Cond::Eq, Reg::ZERO, Reg::ZERO, there);
        code.bind(there);
        code.insts([load(op, x(10), x(8), 0), load(op, x(11), x(8), offset)]);
        code.inst(load(LoadOp::Lbu, x(12), x(8), 8));
        exit(&mut code);
        let table = [AREA + 0x800; 2];
        scenario(code, &table).check_recorded().exit_code();
    }
}
