//! How runs end, and what a mismatch names.

use rvjet::EngineKind;
use rvjet::abi::{Bare, Linux};
use rvjet::isa::{
    AluOp, AmoOp, FReg, Format, FpInst, Inst, IntFormat, LoadOp, Reg, Register, Rounding, Width,
};
use rvjet::machine::{Cause, Exit, MachineState, Trap};
use rvjet::replay::{Difference, Field, Level, StateDifference, VerifyError};
use rvjet::trace::Policy;

use crate::asm::{Asm, addi, alu_imm, amo, fence_i, jalr, ld, load, sd, store, word_of, x};
use crate::builder::{Elf, Program, R, W, X, executable};
use crate::rich;
use crate::trace::{Plan, Trace};

const CODE: u64 = 0x1_0000;
const DATA: u64 = 0x2_0000;
const BOTH: u64 = 0x3_0000;

/// A program of some instructions, some data, and a page that is both.
fn program(write: impl Fn(&mut Asm)) -> Vec<u8> {
    let mut asm = Asm::at(CODE);
    write(&mut asm);
    let elf = Elf {
        entry: CODE,
        programs: vec![
            Program::load(CODE, R | X, &asm.finish()),
            Program::load(DATA, R | W, &[1; 64]),
            Program::load(BOTH, R | W | X, &[0x93; 64]),
        ],
        ..executable()
    };
    elf.bytes()
}

fn record(policy: Policy, write: impl Fn(&mut Asm)) -> Trace {
    Trace::record(&program(write), Bare, Plan::new(policy, 1000))
}

/// Records a guest that traps, by several policies, verifies it, and returns why.
fn trap_of(write: impl Fn(&mut Asm)) -> Cause {
    let causes = [1, 2, 1000].map(|insns| {
        let trace = record(Policy::Insns(insns), &write);
        let Exit::Trap(trap) = trace.ending.exit else {
            panic!("{:?}", trace.ending.exit);
        };
        for level in [Level::Chain, Level::Replay] {
            let verified = trace.verify(level, 1);
            verified.unwrap_or_else(|error| panic!("{error}"));
        }
        for wrong in [
            Exit::Trap(Trap {
                pc: trap.pc ^ 4,
                ..trap
            }),
            Exit::Trap(Trap {
                cause: Cause::LoadMisaligned {
                    addr: 1,
                    width: Width::Word,
                },
                ..trap
            }),
            Exit::Exited { code: 0 },
            Exit::BrokenPipe,
        ] {
            let mut trace = trace.clone();
            trace.ending.exit = wrong;
            let found = trace.verify(Level::Replay, 1);
            assert!(found.is_err(), "{wrong:?}");
        }
        trap.cause
    });
    assert!(causes.iter().all(|cause| *cause == causes[0]));
    causes[0]
}

#[test]
fn every_trap_is_verified() {
    let none = Reg::ZERO;
    let at = |addr: u64, inst: Inst| {
        trap_of(move |asm| {
            asm.li(x(5), addr);
            asm.inst(inst);
        })
    };
    let width = Width::Word;
    assert_eq!(at(0, Inst::Ebreak), Cause::Breakpoint);
    let illegal = trap_of(|asm| asm.word(0xffff_ffff));
    assert_eq!(illegal, Cause::IllegalInstruction { word: 0xffff_ffff });
    let nowhere = DATA + 0x10_0000;
    let found = at(nowhere, load(LoadOp::Lw, none, x(5), 4));
    assert_eq!(
        found,
        Cause::LoadFault {
            addr: nowhere + 4,
            width
        }
    );
    let found = at(1 << 40, load(LoadOp::Lw, none, x(5), 4));
    assert_eq!(
        found,
        Cause::LoadFault {
            addr: (1 << 40) + 4,
            width
        }
    );
    let found = at(CODE, store(width, none, x(5), 4));
    assert_eq!(
        found,
        Cause::StoreFault {
            addr: CODE + 4,
            width
        }
    );
    let found = at(CODE, amo(AmoOp::Add, width, none, x(5), none));
    assert_eq!(found, Cause::StoreFault { addr: CODE, width });
    let found = at(DATA + 2, amo(AmoOp::Add, width, none, x(5), none));
    assert_eq!(
        found,
        Cause::StoreMisaligned {
            addr: DATA + 2,
            width
        }
    );
    let found = at(DATA, jalr(none, x(5), 0));
    assert_eq!(found, Cause::FetchFault { addr: DATA });
}

#[test]
fn code_of_its_own_may_trap_at_once() {
    let cause = trap_of(|asm| {
        asm.li(x(5), BOTH);
        asm.li(x(6), word_of(Inst::Ebreak).into());
        asm.insts([addi(x(7), x(7), 1), store(Width::Word, x(6), x(5), 0)]);
        asm.insts([fence_i(), addi(x(7), x(7), 1), jalr(Reg::ZERO, x(5), 0)]);
    });
    assert_eq!(cause, Cause::Breakpoint);
}

#[test]
fn a_run_of_no_instructions_is_a_trace() {
    let trace = record(Policy::Insns(5), |asm| asm.inst(Inst::Ebreak));
    assert!(trace.chunks.is_empty());
    trace.verify(Level::Replay, 1).unwrap();
}

/// Numbers of Linux' calls.
const KILL: u64 = 129;
const TGKILL: u64 = 131;
const SIGACTION: u64 = 134;
const SIGPROCMASK: u64 = 135;
const SIGRETURN: u64 = 139;

fn call(asm: &mut Asm, number: u64, args: &[u64]) {
    for (index, arg) in args.iter().enumerate() {
        asm.li(x(10 + index as u32), *arg);
    }
    asm.li(Reg::A7, number);
    asm.inst(Inst::Ecall);
}

/// Records a guest that a signal ends; of other exit codes, those that verify as well.
fn codes_of(code: i32, write: impl Fn(&mut Asm)) -> Vec<i32> {
    let elf = program(write);
    let mut trace = Trace::record(&elf, Linux::new(), Plan::new(Policy::Insns(4), 1000));
    assert_eq!(trace.ending.exit, Exit::Exited { code });
    trace.verify(Level::Replay, 1).unwrap();
    let others = [i32::MIN, -1, 0, 6, 70, 128, 129, 131, 134, 139, 192, 193];
    let mut verifies = |&other: &i32| {
        trace.ending.exit = Exit::Exited { code: other };
        other != code && trace.verify(Level::Replay, 1).is_ok()
    };
    others.into_iter().filter(|code| verifies(code)).collect()
}

#[test]
fn a_signal_that_ends_a_run_is_verified() {
    // That of bad memory is what comes where a handler has no stack.
    let sent = codes_of(134, |asm| call(asm, KILL, &[0, 6]));
    assert_eq!(sent, [139]);
    let sent = codes_of(134, |asm| call(asm, TGKILL, &[1000, 1000, 6]));
    assert_eq!(sent, [139]);
    let none = codes_of(139, |asm| {
        call(asm, SIGACTION, &[10, DATA, 0, 8]);
        asm.li(Reg::SP, 8);
        call(asm, KILL, &[0, 10]);
    });
    assert!(none.is_empty(), "{none:?}");
    let none = codes_of(139, |asm| {
        call(asm, SIGACTION, &[4, DATA, 0, 8]);
        asm.li(Reg::SP, 8);
        asm.word(0xffff_ffff);
    });
    assert!(none.is_empty(), "{none:?}");
}

#[test]
fn where_any_signal_may_come_its_code_is_that_of_one() {
    let any = codes_of(129, |asm| {
        call(asm, SIGPROCMASK, &[0, DATA, 0, 8]);
        call(asm, KILL, &[0, 1]);
        call(asm, SIGPROCMASK, &[1, DATA, 0, 8]);
    });
    assert_eq!(any, [131, 134, 139, 192]);
    let any = codes_of(139, |asm| {
        asm.li(Reg::SP, 8);
        call(asm, SIGRETURN, &[]);
    });
    assert_eq!(any, [129, 131, 134, 192]);
}

#[test]
fn a_limit_is_an_ending() {
    let trace = record(Policy::Insns(300), |asm| {
        let again = asm.here_label();
        asm.jump(again);
    });
    assert_eq!(trace.ending.exit, Exit::InsnLimit { limit: 1000 });
    trace.verify(Level::Replay, 2).unwrap();
}

/// Three instructions of note, after nine others.
fn noted(asm: &mut Asm) {
    asm.li(x(5), DATA);
    asm.insts([addi(x(7), x(7), 1); 7]);
    asm.insts([ld(x(8), x(5), 8), sd(x(7), x(5), 16), addi(x(9), x(8), 1)]);
    asm.insts([addi(x(7), x(7), 1); 5]);
    asm.inst(Inst::Ecall);
}

#[test]
fn a_wrong_register_names_its_last_writer() {
    let mut trace = record(Policy::Insns(1000), noted);
    trace.chunks[0].end.state.x[9] += 1;
    for engine in [EngineKind::Interp, EngineKind::Auto] {
        let found = trace.replayer(engine).replay(&trace.chunks[0]).unwrap_err();
        let place = found.place;
        assert_eq!((place.at, place.insn, place.pc), (11, 11, CODE + 44));
        let Difference::End(StateDifference {
            field,
            recorded,
            expected,
        }) = found.difference
        else {
            panic!("{found}");
        };
        assert_eq!(field, Field::Register(x(9).into()));
        assert_eq!(recorded, expected + 1);
    }
}

#[test]
fn wrong_floating_point_state_names_its_last_writer() {
    let right = record(Policy::Insns(1000), |asm| {
        let (to, from, rounding) = (Format::Single, IntFormat::L, Rounding::Rne);
        let convert = |rd| {
            Inst::Fp(FpInst::FromInt {
                to,
                from,
                rd: FReg::new(rd),
                rs1: x(7),
                rounding,
            })
        };
        asm.insts([addi(x(7), Reg::ZERO, -1), convert(3)]);
        // Of 25 bits: not exact.
        asm.insts([alu_imm(AluOp::Srl, x(7), x(7), 39), convert(4), convert(5)]);
        asm.inst(Inst::Ecall);
    });
    let found = |change: fn(&mut MachineState)| {
        let mut trace = right.clone();
        change(&mut trace.chunks[0].end.state);
        let found = trace.replayer(EngineKind::Interp).replay(&trace.chunks[0]);
        let found = found.unwrap_err();
        let Difference::End(difference) = found.difference else {
            panic!("{found}");
        };
        (difference.field, found.place.at)
    };
    let register = |reg| Field::Register(FReg::new(reg).into());
    assert_eq!(found(|end| end.f[3] ^= 1), (register(3), 1));
    assert_eq!(found(|end| end.f[5] ^= 1), (register(5), 4));
    let fcsr = Field::Register(Register::Fcsr);
    assert_eq!(found(|end| end.fcsr ^= 1), (fcsr, 3));
}

#[test]
fn a_wrong_word_names_who_accesses_it_first() {
    let right = record(Policy::Insns(1000), noted);
    let found = |change: fn(&mut Trace)| {
        let mut trace = right.clone();
        change(&mut trace);
        match trace.verify(Level::Replay, 1) {
            Err(VerifyError::Mismatch(found)) => (found.difference, found.place.at),
            other => panic!("{other:?}"),
        }
    };
    let (difference, at) = found(|t| t.chunks[0].touches[0].value ^= 1);
    assert!(
        matches!(difference, Difference::TouchValue { .. }),
        "{difference}"
    );
    assert_eq!(at, 9);
    let (difference, at) = found(|t| {
        t.chunks[0].touches.pop();
    });
    assert_eq!(
        (difference, at),
        (Difference::Untouched { addr: DATA + 16 }, 10)
    );
    let (difference, at) = found(|t| t.chunks[0].touches.swap(0, 1));
    assert!(
        matches!(difference, Difference::TouchOrder { index: 0, .. }),
        "{difference}"
    );
    assert_eq!(at, 9);
    let (difference, at) = found(|t| t.chunks[0].ecalls[0].at = 12);
    assert_eq!((difference, at), (Difference::NoEcall, 12));
}

#[test]
fn steps_of_the_rich_guest_say_it_all() {
    let trace = rich::trace(Policy::Insns(1 << 20));
    let mut replayer = trace.replayer(EngineKind::Interp);
    let chunk = &trace.chunks[0];
    let mut calls = 0;
    for step in replayer.steps(chunk).unwrap() {
        let step = step.unwrap();
        assert_eq!(step.clock, trace.header.clock.at(step.insn, calls));
        if let Some(record) = step.record(chunk) {
            let is_call = step.inst == Some(Inst::Ecall);
            assert_eq!(is_call, record.trap.is_none());
            assert_eq!(record.at, step.insn);
            calls += 1;
        }
        if let Some(Inst::Store { width, rs2, .. }) = step.inst
            && step.ecall.is_none()
        {
            let (reg, value) = step.rs2.unwrap();
            assert_eq!(reg, rs2);
            let access = step.accesses[0];
            assert_eq!(access.width, width);
            if access.addr % 8 == 0 && width == Width::Double {
                assert_eq!(access.after, value);
            }
        }
    }
    assert_eq!(calls, chunk.end.ecalls);
}

#[test]
fn steps_that_are_left_leave_nothing_behind() {
    let trace = rich::trace(Policy::Insns(100));
    let mut replayer = trace.replayer(EngineKind::Auto);
    for chunk in &trace.chunks {
        let mut steps = replayer.steps(chunk).unwrap();
        for _ in 0..70 {
            steps.next();
        }
        if chunk.number % 2 == 0 {
            // Not even dropped.
            std::mem::forget(steps);
        } else {
            drop(steps);
        }
        let before = &trace.chunks[chunk.number as usize / 2];
        assert_eq!(replayer.replay(before), Ok(()));
    }
}
