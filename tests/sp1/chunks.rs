//! Chunks for provers: the same however a run was recorded and whoever replays it.

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use rvjet::abi::{Linux, Sp1};
use rvjet::machine::Exit;
use rvjet::sp1::{Chunks, Error};
use rvjet::trace::{Policy, Trace};
use rvjet::{EngineKind, Machine};

use crate::asm::{addi, alu, ld, sd};
use crate::blocks::block;
use crate::model::Model;
use crate::scenario::{
    A0, A1, DATA, ENGINES, S0, S1, Scenario, T1, T2, assert_same, call, flat, halt, nr, options,
    repeat,
};
use rvjet::isa::AluOp;

/// A guest with a bit of everything, over and over.
pub fn rich(times: u64) -> Scenario {
    Scenario::new(|asm| {
        asm.li(S0, DATA);
        asm.li(A1, 1 << 36);
        repeat(asm, times, |asm| {
            asm.insts([
                ld(T1, S0, 0),
                addi(T1, T1, 1),
                sd(T1, S0, 0),
                sd(S1, S0, 0x200),
            ]);
            asm.li(A1, 1 << 36);
            asm.insts([ld(T2, A1, 0), alu(AluOp::Add, T2, T2, T1), sd(T2, A1, -8)]);
            call(asm, nr::KECCAK, &[DATA + 0x200, 0]);
            block(asm, |asm| {
                asm.insts([sd(T1, S0, 0), sd(T1, S0, 0x208)]);
                call(asm, nr::WRITE, &[14, DATA + 1, 16]);
            });
            call(asm, nr::HINT_LEN, &[]);
            call(asm, nr::HINT_READ, &[DATA + 0x208, 16]);
            asm.insts([ld(T1, S0, 0x210), sd(T1, S0, 0x218)]);
            call(
                asm,
                nr::ADD_CARRY,
                &[DATA, DATA + 8, DATA + 0x208, DATA + 0x210, DATA + 0x218],
            );
            call(asm, nr::WRITE, &[13, DATA, 3]);
        });
        halt(asm, 0);
    })
}

#[test]
fn they_depend_on_neither_policy_nor_threads() {
    let scenario = rich(60);
    scenario.clone().sizes(&[1, 75, 1 << 20]).check().halted(0);
    let (seen, _) = scenario.run(ENGINES[0]);
    let policies = [
        Policy::Insns(1),
        Policy::Insns(61),
        Policy::Accesses(1),
        Policy::Accesses(50),
        Policy::Touches(1),
        Policy::Touches(20),
        Policy::default(),
    ];
    for size in [1, 2, 49, 100, 1000, u64::MAX] {
        let model = Model::run(&scenario, seen.state.insns, size);
        for (index, policy) in policies.into_iter().enumerate() {
            let recorded = scenario.record(ENGINES[1], policy);
            for threads in [1, 2, 5] {
                if index % 3 != threads % 3 && size != 49 {
                    continue;
                }
                let options = options(size, threads);
                let made = Chunks::of_trace(recorded.trace(), &recorded.elf, options).unwrap();
                let what = format!("{policy}, {size}, {threads} threads");
                assert_same(&flat(made), &model.chunks, &what);
            }
        }
    }
}

#[test]
fn a_long_run_has_the_same_chunks() {
    // Long enough for replays to find out what is hot.
    let scenario = Scenario::new(|asm| {
        asm.li(S0, DATA);
        repeat(asm, 150_000, |asm| {
            asm.insts([
                ld(T1, S0, 0),
                addi(T1, T1, 1),
                sd(T1, S0, 0),
                ld(T2, S0, 16),
            ]);
            asm.insts([alu(AluOp::Xor, A0, A0, T2), sd(A0, S0, 24)]);
            asm.insts([
                rvjet::isa::Inst::Store {
                    width: rvjet::isa::Width::Half,
                    rs1: S0,
                    rs2: S1,
                    offset: 34,
                },
                rvjet::isa::Inst::Store {
                    width: rvjet::isa::Width::Byte,
                    rs1: S0,
                    rs2: S1,
                    offset: 45,
                },
            ]);
        });
        halt(asm, 0);
    });
    scenario.sizes(&[999, 1 << 17]).check().halted(0);
}

#[test]
fn the_last_may_have_no_entries() {
    let scenario = Scenario::new(|asm| {
        asm.li(S0, DATA);
        asm.insts([sd(S0, S0, 0), ld(T1, S0, 8)]);
        halt(asm, 0);
    });
    let recorded = scenario.record(ENGINES[0], Policy::default());
    for (size, expected) in [(1, [1, 1, 0].as_slice()), (2, &[2, 0]), (3, &[2])] {
        let made = Chunks::of_trace(recorded.trace(), &recorded.elf, options(size, 1));
        let counts: Vec<usize> = flat(made.unwrap())
            .iter()
            .map(|chunk| chunk.entries.len())
            .collect();
        assert_eq!(counts, expected);
    }
    scenario.sizes(&[1, 2, 3]).check().halted(0);
}

#[test]
fn a_run_without_instructions_has_none() {
    for scenario in [
        rich(1).max_insns(0),
        Scenario::of(&[0; 4]),
        Scenario::new(|asm| {
            asm.inst(rvjet::isa::Inst::Ebreak);
        }),
    ] {
        let seen = scenario.check();
        assert_eq!(seen.state.insns, 0);
        let recording = scenario.recording(ENGINES[1], Policy::default());
        let elf = scenario.elf.bytes();
        let mut chunks = Chunks::of_run(recording, &elf, options(1, 2)).unwrap();
        assert!(chunks.next().is_none());
        assert!(chunks.next().is_none());
        assert_eq!(chunks.finish().unwrap().exit, seen.exit);
    }
}

#[test]
fn a_run_that_is_cut_short_has_them_up_to_there() {
    for limit in [1, 5, 6, 7, 20, 33, 34, 35, 36, 60, 77, 100] {
        let scenario = rich(2).max_insns(limit).sizes(&[1, 10]);
        let seen = scenario.check();
        assert_eq!(seen.exit, Exit::InsnLimit { limit });
    }
}

#[test]
fn how_the_run_has_ended_is_told() {
    let scenario = rich(20);
    let (seen, _) = scenario.run(ENGINES[0]);
    let elf = scenario.elf.bytes();
    for taken in [0, 1, 3, usize::MAX] {
        let recording = scenario.recording(ENGINES[1], Policy::Insns(100));
        let mut chunks = Chunks::of_run(recording, &elf, options(10, 2)).unwrap();
        for chunk in chunks.by_ref().take(taken) {
            chunk.unwrap();
        }
        let outcome = chunks.finish().unwrap();
        assert_eq!(outcome.exit, seen.exit);
        assert_eq!(outcome.state, seen.state);
        assert_eq!(outcome.stats.detoured, seen.detoured);
    }
    let recorded = scenario.record(ENGINES[1], Policy::Insns(100));
    let chunks = Chunks::of_trace(recorded.trace(), &elf, options(10, 2)).unwrap();
    assert!(chunks.finish().is_none());
}

/// Threads of this process.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

#[test]
fn who_takes_no_more_leaves_nothing_behind() {
    let scenario = rich(400);
    let elf = scenario.elf.bytes();
    let recorded = scenario.record(ENGINES[1], Policy::Insns(50));
    let start = Instant::now();
    for taken in 0..40 {
        let mut chunks = match taken % 2 {
            0 => {
                let recording = scenario.recording(ENGINES[1], Policy::Insns(50));
                Chunks::of_run(recording, &elf, options(10, 3)).unwrap()
            }
            _ => Chunks::of_trace(recorded.trace(), &elf, options(10, 3)).unwrap(),
        };
        for chunk in chunks.by_ref().take(taken / 4) {
            chunk.unwrap();
        }
        drop(chunks);
    }
    // Other tests have threads, too, but not hundreds of them.
    while threads() > 60 {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "{} threads",
            threads()
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Somewhere to write, whose end is noticed.
struct Noticed(#[expect(dead_code, reason = "its drop is what tells")] Sender<()>);

impl Write for Noticed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_guest_that_fills_no_chunk_ends_when_nobody_takes_any() {
    let scenario = Scenario::new(|asm| {
        let again = asm.here_label();
        asm.jump(again);
    });
    let elf = scenario.elf.bytes();
    for engine in ENGINES {
        let (noticed, ends) = channel();
        let sp1 = Sp1::new().stdout(Noticed(noticed));
        let builder = scenario.builder(&elf, engine).abi(sp1);
        let recording = builder.record(Policy::Insns(1000)).unwrap();
        drop(Chunks::of_run(recording, &elf, options(10, 2)).unwrap());
        let end = ends.recv_timeout(Duration::from_secs(60));
        assert_eq!(end, Err(RecvTimeoutError::Disconnected), "{engine:?}");
    }
}

#[test]
fn what_cannot_be_is_an_error() {
    let scenario = rich(2);
    let recorded = scenario.record(ENGINES[0], Policy::Insns(10));
    let made = Chunks::of_trace(recorded.trace(), &recorded.elf, options(0, 1));
    assert!(matches!(made, Err(Error::EmptyChunks)));
    let made = Chunks::of_trace(recorded.trace(), &recorded.elf[..100], options(1, 1));
    assert!(matches!(made, Err(Error::Replay(_))));
    let other = Scenario::new(|asm| halt(asm, 1)).elf.bytes();
    let made = Chunks::of_trace(recorded.trace(), &other, options(1, 1));
    let failed = match made {
        Ok(mut chunks) => chunks.any(|chunk| chunk.is_err()),
        Err(_) => true,
    };
    assert!(failed, "another program");
    let elf = std::fs::read("guest-programs/elf/fib.elf").unwrap();
    let linux = || Linux::new().args(["fib", "5"]).stdout(std::io::sink());
    let recording = Machine::builder()
        .elf(&elf)
        .abi(linux())
        .record(Policy::default());
    let made = Chunks::of_run(recording.unwrap(), &elf, options(1, 1));
    assert!(matches!(made, Err(Error::OtherAbi { abi }) if abi == "linux"));
}

#[test]
fn small_chunks_take_no_longer() {
    let scenario = Scenario::new(|asm| {
        asm.li(S0, DATA);
        repeat(asm, 60_000, |asm| {
            asm.insts([ld(T1, S0, 0), addi(T1, T1, 1), sd(T1, S0, 0)]);
        });
        halt(asm, 0);
    });
    let recorded = scenario.record(ENGINES[1], Policy::default());
    let start = Instant::now();
    let made = Chunks::of_trace(recorded.trace(), &recorded.elf, options(1, 1)).unwrap();
    assert_eq!(made.count(), 120_001);
    // As long as it takes to go through it a few times, not once for each chunk.
    assert!(
        start.elapsed() < Duration::from_secs(6),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn no_thread_is_one_thread() {
    let scenario = rich(3);
    let recorded = scenario.record(ENGINES[0], Policy::Insns(10));
    let one = Chunks::of_trace(recorded.trace(), &recorded.elf, options(5, 1)).unwrap();
    let none = Chunks::of_trace(recorded.trace(), &recorded.elf, options(5, 0)).unwrap();
    assert_eq!(flat(none), flat(one));
}

#[test]
fn of_a_truncated_trace_there_is_what_it_has() {
    let scenario = rich(10);
    let (seen, _) = scenario.run(ENGINES[0]);
    let model = Model::run(&scenario, seen.state.insns, 20);
    let recorded = scenario.record(ENGINES[1], Policy::Insns(40));
    let bytes = recorded.bytes();
    let whole = recorded.trace();
    for number in [0, 1, 5, whole.len() - 1] {
        let offset = whole.chunk_info(number).unwrap().offset as usize;
        for end in [offset, offset + 20] {
            let cut = Trace::open(bytes[..end].to_vec()).unwrap();
            assert_eq!(cut.len(), number);
            let insns = match number {
                0 => 0,
                _ => cut.chunk(number - 1).unwrap().end.state.insns,
            };
            let made = Chunks::of_trace(cut, &recorded.elf, options(20, 2)).unwrap();
            let made = flat(made);
            assert_eq!(made.last().map_or(0, |chunk| chunk.global_clk_end), insns);
            let count = made.len().saturating_sub(1);
            assert_eq!(made[..count], model.chunks[..count]);
        }
    }
}

#[test]
fn engines_that_run_make_no_difference() {
    let scenario = rich(30);
    let elf = scenario.elf.bytes();
    let chunks = |engine| {
        let recording = scenario.recording((engine, Some(50)), Policy::Insns(500));
        flat(Chunks::of_run(recording, &elf, options(64, 2)).unwrap())
    };
    let one = chunks(EngineKind::Interp);
    assert_eq!(chunks(EngineKind::Jit), one);
    assert_eq!(chunks(EngineKind::Auto), one);
}

/// What panics is the caller's own: it must not look like a run that is over.
#[test]
fn a_panic_of_the_run_is_one_of_its_chunks() {
    let scenario = rich(20);
    let elf = scenario.elf.bytes();
    for threads in [1, 3] {
        let mut calls = 0;
        let sp1 = Sp1::new().on_call(move |_| {
            calls += 1;
            assert!(calls < 9, "on purpose");
        });
        let builder = scenario.builder(&elf, ENGINES[0]).abi(sp1);
        let recording = builder.record(Policy::Insns(30)).unwrap();
        let chunks = Chunks::of_run(recording, &elf, options(3, threads)).unwrap();
        let counted = catch_unwind(AssertUnwindSafe(|| chunks.count()));
        assert!(counted.is_err(), "{counted:?}");
    }
}
