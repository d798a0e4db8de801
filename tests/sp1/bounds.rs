//! Accesses and jumps that are misaligned or lead out of where they may: each traps, at the
//! instruction that does it, and nothing else does.

use rvjet::isa::{AluOp, Cond, Inst, LoadOp, MulDivOp, Reg, Width};
use rvjet::machine::Cause;

use crate::asm::{Asm, addi, alu, alu_imm, jalr, ld, load, muldiv, sd, store, x};
use crate::inst::{branch, jal};
use crate::scenario::{
    A0, A1, A2, CODE, DATA, S0, S1, Scenario, T0, T1, T2, call, halt, nr, repeat,
};

const SPACE: u64 = 1 << 40;
/// Times that a loop goes around before it does what it is about.
const TIMES: u64 = 60;

/// A load or a store of this width.
fn access(is_load: bool, width: Width, base: Reg, offset: i32) -> Inst {
    match is_load {
        true => load(LoadOp::unsigned(width), T2, base, offset),
        false => store(width, T2, base, offset),
    }
}

fn misaligned(is_load: bool, addr: u64, width: Width) -> Cause {
    match is_load {
        true => Cause::LoadMisaligned { addr, width },
        false => Cause::StoreMisaligned { addr, width },
    }
}

fn outside(is_load: bool, addr: u64, width: Width) -> Cause {
    match is_load {
        true => Cause::LoadFault { addr, width },
        false => Cause::StoreFault { addr, width },
    }
}

/// Code that has `a0` be `good` many times and `bad` then, with an instruction that uses it.
/// Returns where that is.
fn at_last(asm: &mut Asm, good: u64, bad: u64, inst: Inst) -> u64 {
    asm.li(S0, good);
    asm.li(A1, bad.wrapping_sub(good));
    let mut at = 0;
    repeat(asm, TIMES, |asm| {
        asm.insts([
            alu_imm(AluOp::Sltu, T1, S1, 2),
            muldiv(MulDivOp::Mul, T1, T1, A1),
            alu(AluOp::Add, A0, S0, T1),
        ]);
        at = asm.here();
        asm.inst(inst);
    });
    halt(asm, 0);
    at
}

/// An access off `good` and then off `bad`, where it has to trap; off a base that is known,
/// too, and in an unconstrained block.
#[track_caller]
fn traps(good: u64, bad: u64, inst: Inst, cause: Cause) {
    let mut at = 0;
    let hot = Scenario::new(|asm| at = at_last(asm, good, bad, inst));
    hot.check_once().trapped(at, cause);
    let known = Scenario::new(|asm| {
        asm.li(A0, bad);
        at = asm.here();
        asm.inst(inst);
        halt(asm, 0);
    });
    known.check_once().trapped(at, cause);
    let mut enter = 0;
    let inside = Scenario::new(|asm| {
        asm.li(T0, nr::ENTER);
        enter = asm.here();
        asm.inst(Inst::Ecall);
        at = at_last(asm, good, bad, inst);
    });
    let seen = inside.check_once();
    let trap = rvjet::machine::Trap { pc: at, cause };
    assert_eq!(seen.exit, rvjet::machine::Exit::Trap(trap));
    // The block has left nothing.
    assert_eq!((seen.state.pc, seen.state.reg(T0)), (enter, nr::ENTER));
    assert!(seen.detoured > 6 * TIMES);
}

#[test]
fn a_misaligned_access_traps() {
    for is_load in [true, false] {
        for width in &Width::ALL[1..] {
            for (more, offset) in [(1, 0), (0, 1), (width.bytes() / 2, 0), (1, 8), (7, -8)] {
                let bad = DATA + 0x10 + more;
                let addr = bad.wrapping_add_signed(offset);
                let inst = access(is_load, *width, A0, offset as i32);
                let good = (DATA + 0x80).wrapping_add_signed(-offset);
                traps(good, bad, inst, misaligned(is_load, addr, *width));
            }
        }
    }
}

#[test]
fn a_misaligned_base_may_lead_to_an_aligned_place() {
    let scenario = Scenario::new(|asm| {
        asm.li(S0, DATA + 0x100);
        asm.li(x(20), DATA + 0x41);
        repeat(asm, TIMES, |asm| {
            for (index, op) in LoadOp::ALL.into_iter().enumerate() {
                let width = op.width().bytes() as i32;
                for more in [1, 3, 4, 7] {
                    let offset = (8 - more) % width + 8 * index as i32;
                    asm.inst(addi(A0, S0, more));
                    // One that loads, one that stores, one more off the same base.
                    asm.insts([
                        load(op, T2, A0, offset),
                        addi(T2, T2, 5),
                        store(op.width(), T2, A0, offset + 8),
                        load(op, T1, A0, offset - 16 * width),
                        alu(AluOp::Add, x(21), x(21), T1),
                    ]);
                }
            }
            // The base is the same and known.
            asm.insts([
                load(LoadOp::Ld, T2, x(20), 7),
                store(Width::Word, T2, x(20), 3),
                store(Width::Half, T2, x(20), -1),
            ]);
            asm.li(A2, DATA + 0x201);
            asm.insts([load(LoadOp::Ld, T2, A2, 7), store(Width::Word, T2, A2, 11)]);
        });
        halt(asm, 0);
    });
    scenario.check().halted(0);
}

#[test]
fn an_aligned_base_does_not_excuse_what_follows() {
    // The base is known to be a multiple of eight, and moves by what is none.
    for (step, offset) in [(4, 0), (1, 0), (8, 4), (-4, 0), (2046, 0)] {
        let mut at = 0;
        let scenario = Scenario::new(|asm| {
            asm.li(S0, DATA + 0x800);
            asm.insts([ld(T2, S0, 0), ld(A0, S0, 8), alu(AluOp::Add, A0, A0, S0)]);
            asm.insts([ld(T2, A0, 0), sd(T2, A0, 8), addi(A0, A0, step)]);
            at = asm.here();
            asm.inst(sd(T2, A0, offset));
            halt(asm, 0);
        });
        let addr = (DATA + 0x800).wrapping_add_signed(i64::from(step) + i64::from(offset));
        let cause = misaligned(false, addr, Width::Double);
        scenario.check().trapped(at, cause);
    }
}

#[test]
fn an_access_out_of_bounds_traps() {
    let far = [SPACE, SPACE + 0x1_0000, SPACE + 0x10_0000, 1 << 47, 1 << 63];
    let near_end = [u64::MAX - 7, u64::MAX - 0xffff, u64::MAX << 40];
    for is_load in [true, false] {
        for addr in far.into_iter().chain(near_end) {
            for (width, offset) in [
                (Width::Double, 0),
                (Width::Double, 0x7f8),
                (Width::Byte, -0x800),
                (Width::Half, 6),
            ] {
                let bad = addr.wrapping_add_signed(-offset);
                let inst = access(is_load, width, A0, offset as i32);
                traps(DATA + 0x800, bad, inst, outside(is_load, addr, width));
            }
        }
    }
}

#[test]
fn what_lies_at_the_edges_is_all_there() {
    let last = SPACE - 8;
    for width in Width::ALL {
        let scenario = Scenario::new(|asm| {
            asm.li(S0, SPACE);
            asm.li(T2, 0x0123_4567_89ab_cdef);
            repeat(asm, TIMES, |asm| {
                let size = width.bytes() as i32;
                asm.insts([store(width, T2, S0, -size), load(LoadOp::Ld, T1, S0, -8)]);
                asm.insts([
                    store(width, T2, Reg::ZERO, 0),
                    load(LoadOp::Ld, A2, Reg::ZERO, 0),
                ]);
                asm.insts([addi(A0, Reg::ZERO, -64), store(width, T2, A0, 128)]);
                asm.insts([alu(AluOp::Add, A1, S0, A0), store(width, T1, A1, 64 - size)]);
            });
            halt(asm, 0);
        });
        let seen = scenario.check();
        seen.halted(0);
        assert_ne!(seen.state.reg(T1), 0);
        for (is_load, offset) in [(true, 0), (false, 0), (true, 8), (false, 2040)] {
            let inst = access(is_load, width, A0, offset);
            let cause = outside(is_load, SPACE + offset as u64, width);
            traps(last - 0x800, SPACE, inst, cause);
            let inst = access(is_load, width, A0, -8 - offset);
            let cause = outside(is_load, (-8 - i64::from(offset)) as u64, width);
            traps(0x1000, 0, inst, cause);
        }
    }
}

#[test]
fn a_base_that_drifts_out_is_noticed() {
    for (start, step, width) in [
        (SPACE - 0x40_0000, 2040, Width::Double),
        (SPACE - 0x2_0000, 1, Width::Byte),
        (0x2_0000, -8, Width::Double),
        (0x40_0000, -2048, Width::Half),
    ] {
        for is_load in [true, false] {
            let scenario = Scenario::new(|asm| {
                asm.li(A0, start);
                let again = asm.here_label();
                asm.inst(access(is_load, width, A0, 0));
                asm.insts([addi(A0, A0, step), access(is_load, width, A0, 0)]);
                asm.inst(addi(A0, A0, step));
                asm.jump(again);
            });
            let seen = scenario.sizes(&[1000]).check();
            let addr = seen.state.reg(A0);
            assert!(addr >= SPACE, "{addr:#x}");
            seen.trapped(seen.state.pc, outside(is_load, addr, width));
        }
    }
}

#[test]
fn a_jump_out_of_the_text_traps_where_it_leads() {
    let end = |asm: &Asm| asm.here();
    let mut text_end = 0;
    let far = [
        0,
        4,
        CODE - 4,
        CODE & !0xfff,
        DATA,
        SPACE - 4,
        SPACE,
        1 << 63,
        u64::MAX - 3,
    ];
    for target in far {
        let scenario = Scenario::new(|asm| {
            asm.li(S0, CODE);
            asm.li(A1, target.wrapping_sub(CODE));
            // The text calls its own start once.
            let first = asm.label();
            asm.branch(Cond::Ne, x(20), Reg::ZERO, first);
            asm.insts([addi(x(20), Reg::ZERO, 1), jalr(Reg::RA, S0, 0)]);
            asm.bind(first);
            asm.insts([alu(AluOp::Add, A0, S0, A1), jalr(Reg::RA, A0, 1)]);
            text_end = end(asm);
        });
        let seen = scenario.check();
        seen.trapped(target, Cause::FetchFault { addr: target });
        assert_eq!(seen.state.reg(Reg::RA), text_end);
        let known = Scenario::new(|asm| {
            asm.li(A0, target);
            asm.inst(jalr(Reg::ZERO, A0, 0));
        });
        known
            .check()
            .trapped(target, Cause::FetchFault { addr: target });
    }
}

#[test]
fn a_jump_between_instructions_traps() {
    let jumps = [jal(Reg::RA, 10), branch(Cond::Eq, Reg::ZERO, Reg::ZERO, -6)];
    for jump in jumps {
        let mut target = 0;
        let scenario = Scenario::new(|asm| {
            repeat(asm, TIMES, |asm| asm.inst(addi(A0, A0, 1)));
            let offset = match jump {
                Inst::Jal { offset, .. } | Inst::Branch { offset, .. } => offset,
                _ => 0,
            };
            target = asm.here().wrapping_add_signed(offset.into());
            asm.inst(jump);
            halt(asm, 0);
        });
        scenario
            .check()
            .trapped(target, Cause::FetchMisaligned { addr: target });
    }
    for more in [2, 3, 6] {
        let mut target = 0;
        let scenario = Scenario::new(|asm| {
            let here = asm.here();
            asm.li(S0, here);
            let again = asm.here_label();
            asm.insts([addi(A0, A0, 1), alu_imm(AluOp::Slt, T1, A0, 50)]);
            asm.branch(Cond::Ne, T1, Reg::ZERO, again);
            asm.insts([jalr(Reg::RA, S0, more)]);
            target = (here + more as u64) & !1;
        });
        scenario
            .check()
            .trapped(target, Cause::FetchMisaligned { addr: target });
    }
}

#[test]
fn a_program_does_not_start_where_there_is_no_text() {
    for entry in [0, CODE - 4, CODE + 2, CODE + 8, DATA, SPACE, u64::MAX - 3] {
        let mut scenario = Scenario::new(|asm| asm.insts([addi(A0, A0, 1), addi(A0, A0, 1)]));
        scenario.elf.entry = entry;
        let elf = scenario.elf.bytes();
        let builder = scenario.builder(&elf, (rvjet::EngineKind::Auto, None));
        let built = builder.abi(rvjet::abi::Sp1::new()).build();
        assert!(matches!(built, Err(rvjet::Error::Load(_))), "{entry:#x}");
    }
}

#[test]
fn falling_off_the_text_traps_at_its_end() {
    for insns in [1, 3, 100, 1024 - 0x40, 1024 - 0x3f, 2000] {
        let scenario = Scenario::new(|asm| {
            for _ in 0..insns {
                asm.inst(addi(A0, A0, 1));
            }
        });
        let seen = scenario.check();
        let end = CODE + 4 * insns;
        seen.trapped(end, Cause::FetchFault { addr: end });
        assert_eq!(seen.state.insns, insns);
    }
}

#[test]
fn a_constant_of_the_way_in_front_of_a_jump_target_is_no_constant() {
    let scenario = Scenario::new(|asm| {
        let (first, second, third) = (asm.label(), asm.label(), asm.label());
        let targets = asm.label();
        asm.li(S0, DATA);
        repeat(asm, TIMES, |asm| {
            asm.la(T1, first);
            asm.inst(addi(T2, Reg::ZERO, 7));
            // Falls through with one value, is jumped to with others.
            asm.bind(targets);
            asm.insts([sd(T2, S0, 0x40), jalr(Reg::RA, T1, 0)]);
            asm.bind(first);
            asm.la(T1, second);
            asm.inst(addi(T2, Reg::ZERO, 8));
            asm.jump(targets);
            asm.bind(second);
            asm.insts([ld(A2, S0, 0x40), alu(AluOp::Add, A0, A0, A2)]);
            asm.la(T1, third);
            asm.inst(addi(T2, T2, 9));
            asm.jump(targets);
            asm.bind(third);
            asm.insts([ld(A2, S0, 0x40), alu(AluOp::Add, A0, A0, A2)]);
        });
        call(asm, nr::HALT, &[]);
    });
    scenario.check().halted(TIMES as i32 * (8 + 17));
}

#[test]
fn a_base_that_is_known_only_on_the_way_in_front_is_looked_at() {
    let mut at = 0;
    let scenario = Scenario::new(|asm| {
        let (target, out) = (asm.label(), asm.label());
        asm.li(S1, TIMES);
        let again = asm.here_label();
        asm.li(A0, DATA);
        asm.bind(target);
        at = asm.here();
        asm.insts([ld(T2, A0, 0), sd(T2, A0, 8), addi(S1, S1, -1)]);
        asm.branch(Cond::Eq, S1, Reg::ZERO, out);
        asm.inst(alu_imm(AluOp::And, T1, S1, 1));
        asm.branch(Cond::Eq, T1, Reg::ZERO, again);
        asm.inst(addi(A0, A0, 8));
        asm.jump(target);
        asm.bind(out);
        asm.li(A0, DATA + 4);
        asm.jump(target);
    });
    let cause = misaligned(true, DATA + 4, Width::Double);
    scenario.check().trapped(at, cause);
}
