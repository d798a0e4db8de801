//! Unconstrained blocks: what they compute is undone, but for what they write.

use rvjet::abi::{Abi, Flow, StartError};
use rvjet::isa::{AluOp, Cond, Inst, LoadOp, MulDivOp, Reg, Width};
use rvjet::machine::{Cause, Exit, Hart, Trap};
use rvjet::program::{Convention, Program};
use rvjet::trace::Policy;

use crate::asm::{Asm, addi, alu, ld, load, muldiv, sd, store, x};
use crate::scenario::{
    A0, A1, CODE, DATA, ENGINES, S0, S1, Scenario, T0, T1, T2, call, halt, nr, options, repeat,
};

/// A block: `body` is executed in it.
pub fn block(asm: &mut Asm, body: impl FnOnce(&mut Asm)) {
    asm.insts([addi(T0, Reg::ZERO, nr::ENTER as i32), Inst::Ecall]);
    let (inside, out) = (asm.label(), asm.label());
    asm.branch(Cond::Ne, T0, Reg::ZERO, inside);
    asm.jump(out);
    asm.bind(inside);
    body(asm);
    asm.insts([addi(T0, Reg::ZERO, nr::EXIT as i32), Inst::Ecall]);
    // Nothing gets here.
    asm.word(0);
    asm.bind(out);
}

#[test]
fn a_block_leaves_t0_and_nothing_else() {
    let scenario = Scenario::new(|asm| {
        for reg in 1..32 {
            asm.li(x(reg), 0x1111 * u64::from(reg));
        }
        block(asm, |asm| {
            for reg in 1..32 {
                asm.inst(muldiv(MulDivOp::Mul, x(reg), x(reg), x(32 - reg)));
            }
        });
    });
    let mut scenario = scenario;
    scenario.limits.max_insns = Some(62 + 4 + 31 + 2);
    let seen = scenario.check();
    for reg in (1..32).filter(|reg| *reg != 5) {
        let value = 0x1111 * u64::from(reg);
        assert!(
            [value, 0].contains(&seen.state.reg(x(reg))) || reg == 1,
            "x{reg}"
        );
    }
}

#[test]
fn t0_tells_inside_from_outside() {
    let scenario = Scenario::new(|asm| {
        asm.li(S0, DATA);
        asm.li(T0, nr::ENTER | 5 << 32);
        asm.inst(Inst::Ecall);
        let out = asm.label();
        asm.branch(Cond::Eq, T0, Reg::ZERO, out);
        asm.inst(store(Width::Byte, T0, S0, 0));
        call(asm, nr::WRITE, &[13, DATA, 1]);
        call(asm, nr::EXIT, &[]);
        asm.bind(out);
        asm.insts([addi(S1, T0, 0), store(Width::Byte, T0, S0, 0)]);
        call(asm, nr::WRITE, &[13, DATA, 1]);
        halt(asm, 0);
    });
    let seen = scenario.check();
    seen.halted(0);
    assert_eq!((seen.state.reg(S1), &seen.public[..]), (0, &[1, 0][..]));
}

#[test]
fn stores_are_undone_wherever_they_go() {
    let places = [
        0,
        8,
        CODE,
        DATA,
        DATA + 0xff8,
        0x7fff_fff8,
        1 << 33,
        1 << 36,
        (1 << 40) - 0x800,
    ];
    for touched_before in [false, true] {
        for hot in [1, 70] {
            let scenario = Scenario::new(|asm| {
                if touched_before {
                    for addr in places {
                        asm.li(S0, addr);
                        asm.insts([ld(T1, S0, 0), addi(T1, T1, 3), sd(T1, S0, 8)]);
                    }
                }
                block(asm, |asm| {
                    repeat(asm, hot, |asm| {
                        for addr in places {
                            asm.li(S0, addr);
                            asm.insts([
                                sd(S1, S0, 0),
                                store(Width::Byte, S1, S0, 11),
                                store(Width::Half, S1, S0, 20),
                                store(Width::Word, S1, S0, 28),
                                ld(T1, S0, 8),
                                sd(T1, S0, 0),
                            ]);
                        }
                    });
                });
                for addr in places {
                    asm.li(S0, addr);
                    for offset in [0, 8, 16, 24] {
                        asm.insts([ld(T1, S0, offset), alu(AluOp::Xor, A1, A1, T1)]);
                    }
                    asm.inst(sd(A1, S0, 8));
                }
                halt(asm, 0);
            });
            let seen = scenario.check();
            seen.halted(0);
            assert!(seen.detoured > 50 * hot);
        }
    }
}

#[test]
fn megabytes_are_undone() {
    let size = 6 << 20;
    let scenario = Scenario::new(|asm| {
        let fill = |asm: &mut Asm, value: u64| {
            asm.li(S0, 1 << 33);
            asm.li(A1, (1 << 33) + size);
            asm.li(T1, value);
            let again = asm.here_label();
            asm.insts([sd(T1, S0, 0), addi(S0, S0, 8)]);
            asm.branch(Cond::Ltu, S0, A1, again);
        };
        asm.li(S0, 1 << 33);
        asm.li(T2, 0x55);
        asm.inst(sd(T2, S0, 0x7f8));
        block(asm, |asm| fill(asm, 7));
        asm.li(S0, 1 << 33);
        asm.insts([
            ld(A0, S0, 0x7f8),
            ld(T1, S0, 0),
            alu(AluOp::Add, A0, A0, T1),
        ]);
        call(asm, nr::HALT, &[]);
    });
    // Too much for the model, which keeps a copy of memory.
    let mut last = None;
    for engine in ENGINES {
        let (seen, machine) = scenario.run(engine);
        seen.halted(0x55);
        let bytes = machine.memory().peek(1 << 33, size).unwrap();
        let other: Vec<_> = bytes
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte != 0)
            .collect();
        assert_eq!(other, [(0x7f8, &0x55)]);
        let recorded = scenario.record(engine, Policy::default());
        assert_eq!(recorded.seen, seen);
        assert!(recorded.chunks[0].touches.len() < 10);
        assert!(
            last.is_none_or(|last| last == recorded.chunks),
            "{engine:?}"
        );
        last = Some(recorded.chunks);
    }
}

#[test]
fn thousands_of_blocks() {
    let scenario = Scenario::new(|asm| {
        asm.li(S0, DATA);
        repeat(asm, 3000, |asm| {
            block(asm, |asm| {
                asm.insts([
                    ld(T1, S0, 0),
                    addi(T1, T1, 1),
                    sd(T1, S0, 0),
                    sd(T1, S0, 0x408),
                ]);
            });
            asm.insts([
                ld(T1, S0, 0x408),
                ld(T2, S0, 16),
                addi(T2, T2, 1),
                sd(T2, S0, 16),
            ]);
            asm.insts([alu(AluOp::Add, A0, A0, T1)]);
        });
        asm.insts([addi(T0, Reg::ZERO, 0), Inst::Ecall]);
    });
    let seen = scenario.check();
    seen.halted(0);
    assert_eq!(seen.calls["ENTER_UNCONSTRAINED"], 3000);
    assert_eq!(seen.calls["EXIT_UNCONSTRAINED"], 3000);
    // A block is one call.
    assert_eq!(seen.ecalls, 3001);
}

#[test]
fn what_is_written_in_a_block_is_kept() {
    let scenario = Scenario::new(|asm| {
        asm.li(S0, DATA);
        repeat(asm, 30, |asm| {
            block(asm, |asm| {
                asm.insts([store(Width::Byte, S1, S0, 3), sd(S1, S0, 8)]);
                call(asm, nr::WRITE, &[14, DATA + 3, 10]);
                call(asm, nr::WRITE, &[13, DATA + 3, 1]);
                call(asm, nr::WRITE, &[1, DATA + 3, 1]);
            });
            call(asm, nr::HINT_LEN, &[]);
            asm.inst(alu(AluOp::Add, x(20), x(20), T0));
            call(asm, nr::HINT_READ, &[DATA + 0x40, 10]);
            asm.insts([
                load(LoadOp::Lbu, T1, S0, 0x40),
                alu(AluOp::Add, x(21), x(21), T1),
            ]);
            asm.insts([
                load(LoadOp::Lbu, T1, S0, 3),
                alu(AluOp::Add, x(22), x(22), T1),
            ]);
        });
        halt(asm, 0);
    });
    let seen = scenario.check();
    seen.halted(0);
    assert_eq!(seen.state.reg(x(20)), 300);
    assert_eq!(seen.state.reg(x(21)), 30 * 31 / 2);
    assert_eq!(seen.state.reg(x(22)), 30 * 4, "the store is undone");
    let expected: Vec<u8> = (1..=30).rev().collect();
    assert_eq!(seen.public, expected);
    assert_eq!(seen.output, expected);
}

#[test]
fn a_block_may_be_what_a_program_starts_with() {
    let mut code = Vec::new();
    for word in [0x0030_0293u32, 0x0000_0073] {
        code.extend(word.to_le_bytes());
    }
    let scenario = Scenario::new(|asm| {
        asm.insts([addi(T0, Reg::ZERO, 3), Inst::Ecall]);
        let out = asm.label();
        asm.branch(Cond::Eq, T0, Reg::ZERO, out);
        asm.insts([sd(T0, Reg::ZERO, 0), addi(T0, Reg::ZERO, 4), Inst::Ecall]);
        asm.bind(out);
        asm.inst(ld(A0, Reg::ZERO, 0));
        call(asm, nr::HALT, &[]);
    });
    assert_eq!(scenario.elf.programs[0].bytes[..8], code);
    scenario.check().halted(0);
}

#[test]
fn a_trap_in_a_block_ends_the_run_as_it_was_before() {
    for hot in [1, 200] {
        let (mut enter, mut at) = (0, 0);
        let scenario = Scenario::new(|asm| {
            asm.li(S0, DATA);
            asm.inst(sd(S0, S0, 0x80));
            asm.li(T0, nr::ENTER);
            enter = asm.here();
            asm.inst(Inst::Ecall);
            repeat(asm, hot, |asm| asm.insts([sd(S1, S0, 0), sd(S1, S0, 0x80)]));
            call(asm, nr::WRITE, &[13, DATA, 1]);
            at = asm.here();
            asm.word(0xffff_ffff);
        });
        let seen = scenario.check();
        let cause = Cause::IllegalInstruction { word: u32::MAX };
        assert_eq!(seen.exit, Exit::Trap(Trap { pc: at, cause }));
        assert_eq!(seen.state.pc, enter);
        assert_eq!(seen.state.reg(T0), nr::ENTER);
        assert_eq!(seen.public, [1]);
        for engine in ENGINES {
            let (_, machine) = scenario.run(engine);
            assert_eq!(machine.memory().peek(DATA, 2).unwrap(), [1, 2]);
            assert_eq!(
                machine.memory().peek(DATA + 0x80, 8).unwrap(),
                DATA.to_le_bytes()
            );
        }
    }
}

#[test]
fn a_chunk_that_is_full_before_a_block_ends_before_it() {
    let scenario = Scenario::new(|asm| {
        asm.li(S0, DATA);
        repeat(asm, 9, |asm| {
            asm.insts([ld(T1, S0, 0), sd(T1, S0, 8)]);
            block(asm, |asm| {
                repeat_by(asm, T2, 30, |asm| {
                    asm.insts([ld(T1, S0, 0), sd(T2, S0, 0x10)])
                });
            });
            asm.insts([ld(T1, S0, 0x10), sd(T1, S0, 0x18)]);
        });
        halt(asm, 0);
    });
    for policy in [
        Policy::Insns(1),
        Policy::Insns(2),
        Policy::Insns(3),
        Policy::Touches(1),
        Policy::Touches(2),
        Policy::Accesses(1),
        Policy::Accesses(2),
        Policy::Accesses(3),
    ] {
        let one = scenario.record(ENGINES[0], policy);
        for engine in &ENGINES[1..] {
            let other = scenario.record(*engine, policy);
            assert!(other.chunks == one.chunks, "{policy} {engine:?}");
        }
        if let Policy::Insns(most) = policy {
            assert!(one.chunks.iter().all(|chunk| chunk.insns() <= most));
        }
        // A block is one instruction of the recording, and one call.
        let ecalls: usize = one.chunks.iter().map(|chunk| chunk.ecalls.len()).sum();
        assert_eq!(ecalls, 10);
    }
    scenario.check().halted(0);
}

/// `body`, `count` times, by a counter in `by`.
fn repeat_by(asm: &mut Asm, by: Reg, count: u64, body: impl FnOnce(&mut Asm)) {
    asm.li(by, count);
    let again = asm.here_label();
    body(asm);
    asm.inst(addi(by, by, -1));
    asm.branch(Cond::Ne, by, Reg::ZERO, again);
}

#[test]
fn hot_code_is_shared_by_blocks_and_what_is_around_them() {
    let scenario = Scenario::new(|asm| {
        let (function, start) = (asm.label(), asm.label());
        asm.jump(start);
        asm.bind(function);
        repeat_by(asm, T2, 40, |asm| {
            asm.insts([
                ld(T1, S0, 0),
                addi(T1, T1, 1),
                sd(T1, S0, 0),
                sd(T2, S0, 0x20),
            ]);
            asm.insts([
                load(LoadOp::Lw, A1, S0, 4),
                store(Width::Byte, A1, S0, 0x31),
            ]);
        });
        asm.inst(crate::asm::jalr(Reg::ZERO, Reg::RA, 0));
        asm.bind(start);
        asm.li(S0, DATA);
        repeat(asm, 60, |asm| {
            asm.jal(Reg::RA, function);
            block(asm, |asm| asm.jal(Reg::RA, function));
            asm.jal(Reg::RA, function);
        });
        asm.inst(ld(A0, S0, 0));
        asm.li(A1, 0x0807_0605_0403_0201);
        asm.insts([
            alu(AluOp::Sub, A0, A0, A1),
            addi(T0, Reg::ZERO, 0),
            Inst::Ecall,
        ]);
    });
    scenario.check().halted(60 * 80);
}

#[test]
fn a_run_may_be_taken_in_pieces_that_end_in_blocks() {
    let scenario = Scenario::new(|asm| {
        asm.li(S0, DATA);
        repeat(asm, 20, |asm| {
            block(asm, |asm| {
                repeat_by(asm, T2, 25, |asm| {
                    asm.insts([ld(T1, S0, 0), sd(T2, S0, 0x10)])
                });
            });
            asm.insts([ld(T1, S0, 0x10), addi(T1, T1, 1), sd(T1, S0, 0x10)]);
        });
        halt(asm, 0);
    });
    let (seen, _) = scenario.run(ENGINES[0]);
    for engine in ENGINES {
        for piece in [1, 2, 7, 50, 1000] {
            let mut machine = scenario.machine(engine);
            let mut pieces = 1;
            let exit = loop {
                if let Some(exit) = machine.run_for(piece) {
                    break exit;
                }
                pieces += 1;
                assert!(pieces < 10_000, "{engine:?} {piece}");
            };
            assert_eq!(exit, seen.exit);
            let executed = seen.state.insns + seen.detoured;
            assert_eq!(pieces, executed.div_ceil(piece), "{engine:?} {piece}");
            assert_eq!(*machine.state(), seen.state, "{engine:?} {piece}");
            assert_eq!(machine.memory().peek(DATA + 0x10, 8).unwrap()[0], 17 + 20);
        }
    }
}

#[test]
fn chunks_for_provers_do_not_end_in_blocks() {
    let scenario = Scenario::new(|asm| {
        asm.li(S0, DATA);
        repeat(asm, 5, |asm| {
            asm.inst(sd(S1, S0, 8));
            block(asm, |asm| asm.insts([ld(T1, S0, 8), sd(T1, S0, 16)]));
            asm.inst(ld(T1, S0, 16));
        });
        halt(asm, 0);
    });
    let recorded = scenario.record(ENGINES[1], Policy::Insns(5));
    let made = rvjet::sp1::Chunks::of_trace(recorded.trace(), &recorded.elf, options(1, 2));
    let chunks = crate::scenario::flat(made.unwrap());
    assert!(chunks.iter().all(|chunk| chunk.entries.len() <= 1));
    // A store and a load each time, and what is behind them.
    assert_eq!(chunks.len(), 11);
    scenario.sizes(&[1, 2, 3, 4]).check().halted(0);
}

/// A personality whose calls write, on detours too.
struct Writing;

impl Abi for Writing {
    fn name(&self) -> &'static str {
        "writing"
    }

    fn convention(&self) -> Convention {
        Convention::Sp1
    }

    fn start(&mut self, _program: &Program, _hart: &mut Hart) -> Result<(), StartError> {
        Ok(())
    }

    fn ecall(&mut self, hart: &mut Hart) -> Result<Flow, Exit> {
        match hart.state.reg(T0) {
            nr::ENTER => return Ok(Flow::Detour),
            nr::EXIT => return Ok(Flow::Return(T0, 0)),
            nr::WRITE => hart.memory.write(DATA + 3, &[9; 10]).unwrap(),
            _ => return Err(Exit::Exited { code: 0 }),
        }
        Ok(Flow::Next)
    }
}

#[test]
fn what_calls_of_a_block_write_is_undone() {
    let scenario = Scenario::new(|asm| {
        asm.li(T0, nr::ENTER);
        asm.inst(Inst::Ecall);
        let out = asm.label();
        asm.branch(Cond::Eq, T0, Reg::ZERO, out);
        call(asm, nr::WRITE, &[]);
        call(asm, nr::EXIT, &[]);
        asm.bind(out);
        halt(asm, 0);
    });
    let elf = scenario.elf.bytes();
    for engine in ENGINES {
        let builder = || scenario.builder(&elf, engine).abi(Writing);
        let mut machine = builder().build().unwrap();
        assert_eq!(machine.run().exit, Exit::Exited { code: 0 });
        let mut recording = builder().record(Policy::Insns(100)).unwrap();
        while recording.next_chunk().is_some() {}
        for machine in [&machine, recording.machine()] {
            let bytes = machine.memory().peek(DATA, 16).unwrap();
            assert!(bytes.into_iter().eq(1..=16), "{engine:?}");
        }
    }
}
