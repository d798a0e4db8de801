//! Limits: met to the instruction, in unconstrained blocks, too, and what costs nothing
//! until it is used.

use std::time::{Duration, Instant};

use rvjet::isa::{AluOp, Cond, Inst, Reg};
use rvjet::machine::Exit;
use rvjet::trace::Policy;
use rvjet::{EngineKind, Limits};

use crate::asm::{addi, alu, ld, sd};
use crate::builder::{Program, R, W};
use crate::scenario::{A0, DATA, ENGINES, S0, S1, Scenario, T0, T1, call, halt, nr, repeat};

#[test]
fn a_loop_without_accesses_is_stopped_to_the_instruction() {
    for limit in [0, 1, 2, 3, 999, 10_007, 1_000_003] {
        let scenario = Scenario::new(|asm| {
            let again = asm.here_label();
            asm.insts([addi(A0, A0, 1), addi(T1, T1, 3)]);
            asm.jump(again);
        });
        let seen = scenario.max_insns(limit).sizes(&[1]).check();
        assert_eq!(seen.exit, Exit::InsnLimit { limit });
        assert_eq!(seen.state.insns, limit);
        assert_eq!(seen.state.reg(A0), limit.div_ceil(3));
    }
}

/// Blocks of a dozen instructions or so, one after the other.
fn blocks() -> Scenario {
    Scenario::new(|asm| {
        asm.li(S0, DATA);
        let again = asm.here_label();
        asm.insts([addi(T0, Reg::ZERO, nr::ENTER as i32), Inst::Ecall]);
        let out = asm.label();
        asm.branch(Cond::Eq, T0, Reg::ZERO, out);
        let inner = asm.here_label();
        asm.insts([addi(T1, T1, 1), sd(T1, S0, 0), addi(A0, T1, -4)]);
        asm.branch(Cond::Ne, A0, Reg::ZERO, inner);
        asm.insts([addi(T0, Reg::ZERO, nr::EXIT as i32), Inst::Ecall]);
        asm.bind(out);
        asm.insts([addi(S1, S1, 1), sd(S1, S0, 8)]);
        asm.jump(again);
    })
}

#[test]
fn a_limit_may_be_met_anywhere_in_and_about_a_block() {
    // What a block executes counts towards the limit.
    for limit in 0..90 {
        let scenario = blocks().max_insns(limit).sizes(&[1, 5]);
        let seen = match limit % 9 {
            0 => scenario.check(),
            _ => scenario.run(ENGINES[0]).0,
        };
        assert_eq!(seen.exit, Exit::InsnLimit { limit });
        assert_eq!(seen.state.insns + seen.detoured, limit);
        for engine in &ENGINES[1..] {
            assert_eq!(scenario.run(*engine).0, seen, "{limit} {engine:?}");
        }
        for policy in [Policy::Insns(1), Policy::Accesses(3)] {
            let recorded = scenario.record(ENGINES[2], policy);
            assert_eq!(recorded.seen, seen, "{limit} {policy}");
        }
    }
}

#[test]
fn a_hot_block_is_stopped_to_the_instruction() {
    let scenario = Scenario::new(|asm| {
        asm.li(S0, DATA);
        asm.insts([addi(T0, Reg::ZERO, nr::ENTER as i32), Inst::Ecall]);
        let again = asm.here_label();
        asm.insts([
            ld(T1, S0, 0),
            addi(T1, T1, 1),
            sd(T1, S0, 0),
            addi(A0, A0, 1),
        ]);
        asm.jump(again);
    });
    for limit in [100, 12_345, 1_000_001] {
        let seen = scenario.clone().max_insns(limit).check();
        assert_eq!(seen.exit, Exit::InsnLimit { limit });
        assert_eq!(seen.state.insns + seen.detoured, limit);
        assert_eq!(seen.state.reg(A0), 0);
    }
}

#[test]
fn a_time_limit_ends_any_loop() {
    let spin = Scenario::new(|asm| {
        let here = asm.here_label();
        asm.jump(here);
    });
    let inside = Scenario::new(|asm| {
        asm.li(S0, DATA);
        asm.insts([addi(T0, Reg::ZERO, nr::ENTER as i32), Inst::Ecall]);
        let again = asm.here_label();
        asm.insts([addi(A0, A0, 1), sd(A0, S0, 0)]);
        asm.jump(again);
    });
    let limit = Duration::from_millis(40);
    for mut scenario in [spin, inside, blocks()] {
        scenario.limits = Limits {
            timeout: Some(limit),
            ..Limits::default()
        };
        for engine in [ENGINES[0], ENGINES[1], ENGINES[4]] {
            let start = Instant::now();
            assert_eq!(scenario.run(engine).0.exit, Exit::Timeout { limit });
            for policy in [Policy::default(), Policy::Touches(50)] {
                let recorded = scenario.record(engine, policy);
                assert_eq!(recorded.seen.exit, Exit::Timeout { limit });
            }
            assert!(start.elapsed() < Duration::from_secs(5), "{engine:?}");
        }
    }
}

#[test]
fn memory_that_is_not_touched_costs_nothing() {
    let mut scenario = Scenario::new(|asm| {
        asm.li(S0, DATA + (100 << 20));
        repeat(asm, 50, |asm| {
            asm.insts([ld(T1, S0, 0), addi(T1, T1, 1), sd(T1, S0, 0)]);
            asm.insts([alu(AluOp::Add, A0, A0, T1)]);
        });
        halt(asm, 0);
    });
    scenario.elf.programs[1] = Program::load(DATA, R | W, &[7; 64]).size(200 << 20);
    let start = Instant::now();
    for engine in ENGINES {
        let (seen, machine) = scenario.run(engine);
        seen.halted(0);
        assert!(
            machine.memory().peak() < 4 << 20,
            "{}",
            machine.memory().peak()
        );
    }
    assert!(start.elapsed() < Duration::from_secs(5));
    scenario.check().halted(0);
}

#[test]
fn a_segment_may_be_as_large_as_the_address_space() {
    let mut scenario = Scenario::new(|asm| halt(asm, 0));
    scenario.elf.programs[1] = Program::load(DATA, R | W, &[7; 64]).size((1 << 40) - DATA);
    scenario.check().halted(0);
    scenario.elf.programs[1].size += 1;
    let elf = scenario.elf.bytes();
    let machine = scenario
        .builder(&elf, ENGINES[0])
        .abi(rvjet::abi::Sp1::new());
    assert!(matches!(machine.build(), Err(rvjet::Error::Load(_))));
}

#[test]
fn a_memory_limit_is_met_where_the_guest_goes_beyond_it() {
    let scenario = Scenario::new(|asm| {
        asm.li(S0, 1 << 33);
        let again = asm.here_label();
        asm.li(T1, 1 << 18);
        asm.insts([sd(S0, S0, 0), addi(A0, A0, 1), alu(AluOp::Add, S0, S0, T1)]);
        asm.jump(again);
    });
    let limit = 16 << 20;
    let seen = scenario.max_memory(limit).check();
    assert_eq!(seen.exit, Exit::MemoryLimit { limit });
    // Text and data have taken one piece each.
    assert_eq!(seen.state.reg(A0), 62);
}

#[test]
fn a_memory_limit_is_met_in_a_block() {
    let scenario = Scenario::new(|asm| {
        asm.li(S0, 1 << 36);
        asm.insts([addi(T0, Reg::ZERO, nr::ENTER as i32), Inst::Ecall]);
        let again = asm.here_label();
        asm.li(T1, 1 << 18);
        asm.insts([sd(S0, S0, 0), addi(A0, A0, 1), alu(AluOp::Add, S0, S0, T1)]);
        asm.jump(again);
    });
    let limit = 8 << 20;
    let seen = scenario.max_memory(limit).check();
    assert_eq!(seen.exit, Exit::MemoryLimit { limit });
    assert_eq!(seen.state.reg(A0), 0);
}

#[test]
fn words_may_be_scattered_as_far_as_the_host_goes_along() {
    // Each takes pieces of memory of its own: there is an end to that, which is told.
    let scenario = Scenario::new(|asm| {
        asm.li(S0, 1 << 20);
        asm.li(T1, 3 << 20);
        repeat(asm, 20_000, |asm| {
            asm.insts([sd(S0, S0, 0), addi(A0, A0, 1), alu(AluOp::Add, S0, S0, T1)]);
        });
        halt(asm, 0);
    });
    let (seen, _) = scenario.run(ENGINES[0]);
    assert!(
        matches!(seen.exit, Exit::MemoryLimit { .. }),
        "{:?}",
        seen.exit
    );
    assert!(seen.state.reg(A0) > 8000);
    let (hot, _) = scenario.run((EngineKind::Jit, Some(100)));
    assert_eq!(hot, seen);
}

#[test]
fn a_write_that_takes_long_does_not_outlast_the_run() {
    // Far more than there is: refused at once, whatever the descriptor.
    for fd in [1, 13, 14, 99] {
        for len in [1 << 33, 1 << 39, (1 << 40) - DATA] {
            let scenario = Scenario::new(|asm| call(asm, nr::WRITE, &[fd, DATA, len]));
            let start = Instant::now();
            let (seen, machine) = scenario.run(ENGINES[1]);
            assert!(
                matches!(seen.exit, Exit::MemoryLimit { .. }),
                "{:?}",
                seen.exit
            );
            assert!(machine.memory().peak() < 4 << 20);
            assert!(
                start.elapsed() < Duration::from_secs(3),
                "{:?}",
                start.elapsed()
            );
        }
    }
}
