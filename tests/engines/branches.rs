//! Branches on every pair of hard values, and jumps from and to every kind of home.

use rvjet::isa::{Compressed, Cond, Inst, Reg};
use rvjet::machine::{Access, Exit};

use crate::asm::{Asm, Label, addi, alu_imm, jalr, ld, sd, x};
use crate::homes::beginnings;
use crate::model;
use crate::operands::{KINDS, Triple, few_values, values};
use crate::scenario::{CODE, DATA, Scenario};
use crate::table::{self, OUT};

/// Pairs of compared registers; `rd` is not looked at.
fn compared() -> Vec<Triple> {
    let mut pairs = Vec::new();
    for rs1 in KINDS {
        for rs2 in KINDS {
            let (rd, rs1, rs2) = (Reg::ZERO, x(rs1[0]), x(rs2[1]));
            pairs.push(Triple { rd, rs1, rs2 });
        }
        let (rd, rs1, rs2) = (Reg::ZERO, x(rs1[2]), x(rs1[2]));
        pairs.push(Triple { rd, rs1, rs2 });
    }
    pairs
}

/// `flag = whether the branch is taken`, `emit` being the branch to its label.
fn flag(code: &mut Asm, flag: Reg, emit: impl FnOnce(&mut Asm, Label)) {
    let taken = code.label();
    code.inst(addi(flag, Reg::ZERO, 1));
    emit(code, taken);
    code.inst(addi(flag, Reg::ZERO, 0));
    code.bind(taken);
}

fn check_flags(code: Asm, input: Vec<u64>, want: &[u64], name: &str) {
    let seen = table::scenario(code, input, want.len()).check();
    assert_eq!(table::first_wrong(&seen, want), None, "{name}");
}

#[test]
fn conditions_on_unknown_values() {
    let values = values();
    let with = |&a: &u64| values.iter().map(move |&b| (a, b));
    let pairs: Vec<(u64, u64)> = values.iter().flat_map(with).collect();
    let cases = Cond::ALL
        .into_iter()
        .flat_map(|cond| beginnings().map(|code| (cond, code)));
    for (cond, mut code) in cases {
        let mut want: Vec<u64> = Vec::new();
        for (turn, triple) in compared().into_iter().enumerate() {
            let [from, to, left, result] = triple.others(turn);
            code.li(from, DATA);
            code.li(to, OUT + 8 * want.len() as u64);
            code.li(left, pairs.len() as u64);
            let top = code.here_label();
            code.insts([ld(triple.rs1, from, 0), ld(triple.rs2, from, 8)]);
            flag(&mut code, result, |code, taken| {
                code.branch(cond, triple.rs1, triple.rs2, taken);
            });
            code.insts([sd(result, to, 0), addi(from, from, 16), addi(to, to, 8)]);
            code.inst(addi(left, left, -1));
            code.branch(Cond::Ne, left, Reg::ZERO, top);
            want.extend(pairs.iter().map(|&(a, b)| {
                let (a, b) = triple.held(a, b);
                u64::from(model::taken(cond, a, b))
            }));
        }
        let input = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
        check_flags(code, input, &want, &format!("{cond:?}"));
    }
}

#[test]
fn conditions_of_which_the_compiler_knows_some_operands() {
    let values = few_values();
    let homes = compared();
    for cond in Cond::ALL {
        let mut code = Asm::at(CODE);
        let (mut want, mut input) = (Vec::new(), Vec::new());
        for (index, (a, b)) in values
            .iter()
            .flat_map(|&a| values.iter().map(move |&b| (a, b)))
            .enumerate()
        {
            for known in 0..3 {
                let triple = homes[(3 * index + known) % homes.len()];
                let [from, to, result] = triple.others(index);
                code.li(from, DATA + 8 * input.len() as u64);
                code.li(to, OUT + 8 * want.len() as u64);
                match known {
                    0 => code.inst(ld(triple.rs1, from, 0)),
                    _ => code.li(triple.rs1, a),
                }
                match known {
                    1 => code.inst(ld(triple.rs2, from, 8)),
                    _ => code.li(triple.rs2, b),
                }
                flag(&mut code, result, |code, taken| {
                    code.branch(cond, triple.rs1, triple.rs2, taken);
                });
                code.inst(sd(result, to, 0));
                let (left, right) = triple.held(a, b);
                want.push(u64::from(model::taken(cond, left, right)));
                input.extend([a, b]);
            }
        }
        check_flags(code, input, &want, &format!("{cond:?} known"));
    }
}

#[test]
fn compressed_branches() {
    for (cond, reg) in [Cond::Eq, Cond::Ne]
        .into_iter()
        .flat_map(|c| (8..16).map(move |r| (c, x(r))))
    {
        let mut code = Asm::at(CODE);
        let mut want = Vec::new();
        for value in values() {
            code.li(x(5), OUT + 8 * want.len() as u64);
            code.li(x(6), DATA + 8 * want.len() as u64);
            code.insts([ld(reg, x(6), 0), addi(x(7), Reg::ZERO, 1)]);
            code.short(Compressed::Branch {
                cond,
                rs1: reg,
                offset: 4,
            });
            code.short(Compressed::Li { rd: x(7), imm: 0 });
            code.inst(sd(x(7), x(5), 0));
            want.push(u64::from((value == 0) == (cond == Cond::Eq)));
        }
        check_flags(code, values(), &want, &format!("{cond:?} {reg}"));
    }
}

#[test]
fn a_branch_reaches_as_far_as_its_offset() {
    for (cond, offset) in [
        (Cond::Eq, 4094),
        (Cond::Eq, -4096),
        (Cond::Ne, 4094),
        (Cond::Ne, 2),
    ] {
        let mut code = Asm::at(CODE);
        code.pad_to(CODE + 0x2000);
        let origin = code.here();
        code.inst(crate::asm::branch(cond, x(10), Reg::ZERO, offset));
        code.pad_to(CODE + 0x4000);
        let seen = Scenario::new(code.finish()).entry(origin).check_for(1);
        let target = origin.wrapping_add_signed(offset.into());
        let next = if cond == Cond::Eq { target } else { origin + 4 };
        assert_eq!(seen.state.pc, next, "{cond:?} {offset}");
    }
}

/// The registers that a jump may name: of all homes.
fn named() -> impl Iterator<Item = Reg> {
    KINDS.into_iter().flatten().map(x)
}

#[test]
fn jal_links_and_lands() {
    for rd in named() {
        for (offset, to) in [
            (8, 8),
            (0x7_fffe, 0x7_fffe),
            (-0x100, -0x100i64),
            (2048, 2048),
        ] {
            let mut code = Asm::at(CODE);
            code.pad_to(CODE + 0x100);
            code.insts([
                Inst::Jal { rd, offset },
                addi(x(20), x(20), 1),
                addi(x(20), x(20), 2),
            ]);
            code.pad_to(CODE + 0x9_0000);
            let origin = CODE + 0x100;
            let seen = Scenario::new(code.finish()).entry(origin).check_for(1);
            assert_eq!(seen.state.pc, origin.wrapping_add_signed(to));
            let link = if rd.is_zero() { 0 } else { origin + 4 };
            assert_eq!(seen.reg(rd), link);
        }
    }
}

#[test]
fn jalr_links_and_lands() {
    for rd in named() {
        for rs1 in named() {
            for (offset, skew, known) in [
                (0, 0, false),
                (5, 0, false),
                (-2048, 1, true),
                (2047, 1, false),
            ] {
                let mut code = Asm::at(CODE);
                let target = code.label();
                let base = (CODE + 0x1000).wrapping_add_signed(-i64::from(offset)) | skew;
                match rs1.is_zero() {
                    false if known => code.li(rs1, base),
                    false => code.insts([ld(rs1, x(9), 0)]),
                    true => {}
                }
                code.inst(jalr(rd, rs1, offset));
                let link = code.here();
                code.pad_to(CODE + 0x1000);
                code.bind(target);
                code.insts([
                    alu_imm(rvjet::isa::AluOp::Xor, x(20), x(20), 1),
                    Inst::Ecall,
                ]);
                let end = code.here();
                let seen = Scenario::new(code.finish())
                    .reg(x(9), DATA)
                    .data(DATA, Access::READ, base.to_le_bytes())
                    .check();
                if rs1.is_zero() {
                    continue;
                }
                assert_eq!(seen.state.pc, end - 4, "{rd} {rs1} {offset}");
                assert_eq!(seen.reg(rd), if rd.is_zero() { 0 } else { link });
            }
        }
    }
}

#[test]
fn compressed_jumps_link_past_two_bytes() {
    let mut code = Asm::at(CODE);
    let function = code.label();
    code.la(x(9), function);
    code.short(Compressed::Jalr { rs1: x(9) });
    let link = code.here();
    code.short(Compressed::Jump { offset: 4 });
    code.short(Compressed::Ebreak);
    code.inst(Inst::Ecall);
    code.bind(function);
    code.short(Compressed::Mv {
        rd: Reg::A0,
        rs2: Reg::RA,
    });
    code.short(Compressed::Jr { rs1: Reg::RA });
    let seen = Scenario::new(code.finish()).check();
    assert_eq!(seen.exit, Some(Exit::Exited { code: link as i32 }));
}

#[test]
fn calls_and_returns_through_the_jump_table() {
    // Functions whose addresses share an entry of a small table, called in turn.
    for stride in [2, 4, 64, 1 << 12, 1 << 14, 1 << 15] {
        let mut code = Asm::at(CODE);
        let (round, done) = (code.label(), code.label());
        code.li(x(8), 50);
        code.li(x(9), CODE + 0x1000);
        code.bind(round);
        for index in 0..4u64 {
            code.li(x(5), index * stride.max(8));
            code.inst(crate::asm::alu(rvjet::isa::AluOp::Add, x(5), x(5), x(9)));
            code.inst(jalr(Reg::RA, x(5), 0));
        }
        code.inst(addi(x(8), x(8), -1));
        code.branch(Cond::Ne, x(8), Reg::ZERO, round);
        code.jump(done);
        for index in 0..4 {
            code.pad_to(CODE + 0x1000 + index * stride.max(8));
            code.inst(addi(Reg::A0, Reg::A0, 1 << index));
            code.short(Compressed::Jr { rs1: Reg::RA });
        }
        code.bind(done);
        code.inst(Inst::Ecall);
        let seen = Scenario::new(code.finish()).check();
        assert_eq!(seen.exit, Some(Exit::Exited { code: 50 * 15 }));
    }
}
