//! Guests and chunks that are out for trouble.

use rvjet::abi::Linux;
use rvjet::isa::{AluOp, Cond, CsrOp, CsrSource, Inst, LoadOp, Reg};
use rvjet::trace::{Chunk, Header, Policy};
use rvjet::{EngineKind, Limits, Machine, Replayer};

use crate::asm::{Asm, addi, alu, ld, load, sd, x};
use crate::builder::{Elf, Program, R, W, X, executable};
use crate::links;
use crate::rich;

const CODE: u64 = 0x1_0000;
const DATA: u64 = 0x2_0000;
const A0: Reg = Reg::A0;
const A1: Reg = x(11);
const S0: Reg = x(8);
const S1: Reg = x(9);
const T0: Reg = x(5);

fn elf(write: impl Fn(&mut Asm)) -> Vec<u8> {
    let mut asm = Asm::at(CODE);
    write(&mut asm);
    let elf = Elf {
        entry: CODE,
        programs: vec![
            Program::load(CODE, R | X, &asm.finish()),
            Program::load(DATA, R | W, &[1; 64]).size(0x1000),
        ],
        ..executable()
    };
    elf.bytes()
}

fn call(asm: &mut Asm, number: u64, args: &[u64]) {
    for (index, arg) in args.iter().enumerate() {
        asm.li(x(10 + index as u32), *arg);
    }
    asm.li(Reg::A7, number);
    asm.inst(Inst::Ecall);
}

fn exit(asm: &mut Asm) {
    call(asm, 93, &[0]);
}

fn chunks(elf: &[u8], engine: EngineKind, space: u64, policy: Policy) -> (Header, Vec<Chunk>) {
    let limits = Limits {
        max_insns: Some(3_000_000),
        ..Limits::default()
    };
    let mut recording = Machine::builder()
        .elf(elf)
        .abi(Linux::new().host_time().stdout(std::io::sink()))
        .engine(engine)
        .limits(limits)
        .address_space(space)
        .record(policy)
        .unwrap();
    let chunks = recording.by_ref().collect();
    (recording.header().clone(), chunks)
}

/// The engines record the same of it, and that replays.
fn check(space: u64, write: impl Fn(&mut Asm)) {
    let elf = elf(write);
    let policy = Policy::Insns(1 << 20);
    let (_, expected) = chunks(&elf, EngineKind::Interp, space, policy);
    let (header, found) = chunks(&elf, EngineKind::Jit, space, policy);
    assert!(expected == found, "the engines differ");
    let mut replayer = Replayer::new(&header, &elf, EngineKind::Interp).unwrap();
    for chunk in &found {
        assert_eq!(replayer.replay(chunk), Ok(()));
    }
    links::check(&header, &elf, &found);
}

#[test]
fn a_base_may_move_by_any_constant() {
    check(1 << 32, |asm| {
        asm.li(A1, 0xffff_ffff_8000_0000);
        asm.li(A0, DATA);
        asm.insts([alu(AluOp::Add, A0, A0, Reg::RA), ld(T0, A0, 0)]);
        asm.insts([alu(AluOp::Add, A0, A0, A1), alu(AluOp::Add, A0, A0, A1)]);
        asm.li(T0, 1 << 32);
        asm.insts([alu(AluOp::Add, A0, A0, T0), ld(T0, A0, 8)]);
        exit(asm);
    });
}

/// A loop that goes from word to word of two pages far apart, with one base.
fn two_pages(space: u64, [low, high]: [u64; 2], ahead: i32, last: LoadOp) {
    check(space, |asm| {
        for addr in [low, high] {
            call(asm, 222, &[addr, 0x1000, 3, 0x32, u64::MAX, 0]);
        }
        asm.inst(addi(S0, A0, 0));
        // Where a number that has wrapped around leads to.
        call(asm, 222, &[0x8202_0000, 0x2_0000, 3, 0x32, u64::MAX, 0]);
        asm.li(T0, 0x0101_0101_0101_0101);
        asm.li(A0, 0x8202_e000);
        asm.insts([sd(T0, A0, 0), sd(T0, A0, 8)]);
        asm.li(S1, 9);
        let again = asm.here_label();
        asm.insts([addi(A0, S0, 0), ld(T0, A0, ahead)]);
        asm.li(A1, 0xffff_ffff_8000_0000);
        for _ in 0..(high - low) >> 31 {
            asm.inst(alu(AluOp::Add, A0, A0, A1));
        }
        asm.insts([load(last, T0, A0, 0), addi(S0, S0, 8), addi(S1, S1, -1)]);
        asm.branch(Cond::Ne, S1, Reg::ZERO, again);
        exit(asm);
    });
}

#[test]
fn a_base_that_moves_by_4_gib_is_another() {
    two_pages(1 << 33, [0x4000_0000, 0x1_4000_0000], 0, LoadOp::Ld);
}

#[test]
fn the_number_of_a_word_may_be_far_off() {
    let most = (1 << 34) - (1 << 22);
    two_pages(most, [0x1000_0000, 0x3_9000_0000], 1024, LoadOp::Lbu);
}

#[test]
fn a_chunk_has_only_so_many_calls() {
    let elf = elf(|asm| {
        asm.li(Reg::A7, 172);
        let again = asm.here_label();
        asm.inst(Inst::Ecall);
        asm.jump(again);
    });
    let (header, chunks) = chunks(&elf, EngineKind::Interp, 1 << 32, Policy::Touches(9));
    assert!(chunks.iter().all(|chunk| chunk.ecalls.len() <= 1 << 19));
    let mut replayer = Replayer::new(&header, &elf, EngineKind::Interp).unwrap();
    for chunk in &chunks {
        assert_eq!(replayer.replay(chunk), Ok(()));
    }
}

#[test]
fn a_chunk_has_only_so_many_looks_at_the_clock() {
    let elf = elf(|asm| {
        let again = asm.here_label();
        let source = CsrSource::Reg(Reg::ZERO);
        asm.insts(
            [Inst::Csr {
                op: CsrOp::Set,
                rd: T0,
                csr: 0xc01,
                source,
            }; 8],
        );
        asm.jump(again);
    });
    for engine in [EngineKind::Interp, EngineKind::Jit] {
        let (header, chunks) = chunks(&elf, engine, 1 << 32, Policy::Accesses(9));
        assert!(chunks.iter().all(|chunk| chunk.times.len() <= 1 << 20));
        let mut replayer = Replayer::new(&header, &elf, EngineKind::Interp).unwrap();
        for chunk in &chunks {
            assert_eq!(replayer.replay(chunk), Ok(()));
        }
    }
}

#[test]
fn counters_may_be_at_their_end() {
    let trace = rich::trace(Policy::Insns(1 << 20));
    for engine in [EngineKind::Interp, EngineKind::Jit] {
        let mut chunk = trace.chunks[0].clone();
        let touches = chunk.touches.len() as u64;
        chunk.start.accesses = u64::MAX - touches;
        chunk.end.accesses = u64::MAX;
        assert!(trace.replayer(engine).replay(&chunk).is_err());
        let mut chunk = trace.chunks[0].clone();
        chunk.start.state.unaligned_loads = u64::MAX;
        chunk.start.state.unaligned_stores = u64::MAX;
        assert!(trace.replayer(engine).replay(&chunk).is_err());
        let mut chunk = trace.chunks[0].clone();
        chunk.start.state.insns = u64::MAX - chunk.insns();
        chunk.end.state.insns = u64::MAX;
        assert_eq!(trace.replayer(engine).replay(&chunk), Ok(()));
        links::check(&trace.header, &trace.elf, &[chunk]);
    }
}

#[test]
fn a_header_cannot_ask_for_any_amount_of_memory() {
    let trace = rich::trace(Policy::Insns(1 << 20));
    for space in [0, 1, (1 << 40) + 1, 1 << 46, 1 << 60, 1 << 63, u64::MAX] {
        let mut header = trace.header.clone();
        header.address_space = space;
        let made = Replayer::new(&header, &trace.elf, EngineKind::Interp);
        assert!(made.is_err(), "{space:#x}");
    }
}
