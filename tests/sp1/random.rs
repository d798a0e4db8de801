//! Programs at random: arithmetic, loads and stores to a few regions, loops, calls and
//! unconstrained blocks.
//!
//! A program is a list of pieces, so that it shrinks to the few that matter.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};

use rvjet::isa::{AluOp, Cond, Inst, LoadOp, MulDivOp, Reg, Width};
use rvjet::trace::Policy;

use crate::asm::{Asm, addi, alu, alu_imm, load, muldiv, store, x};
use crate::blocks::block;
use crate::model::Model;
use crate::scenario::{
    CODE, DATA, ENGINES, Scenario, T0, assert_same, call, flat, halt, nr, options,
};

/// Programs, unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 150;
const SEED: u64 = 0x7370_3100_6574;

/// Where the registers point to that are bases: in the middle of what may be accessed.
const PLACES: [u64; 6] = [
    DATA + 0x400,
    0x77ff_f000,
    1 << 33,
    (1 << 36) + 0x1_0000,
    (1 << 40) - 0x400,
    CODE & !7,
];
/// The registers that hold them; `x5` and `x10`–`x12` are for calls.
const BASES: [u32; 6] = [18, 19, 20, 21, 22, 23];
/// Registers for everything else.
const OTHERS: [u32; 6] = [6, 7, 28, 29, 30, 1];
/// Counters of loops, the outermost first.
const COUNTERS: [u32; 3] = [24, 25, 26];

#[derive(Clone, Debug)]
enum Piece {
    Alu(u8, u8, u8, u8),
    Imm(u8, u8, u8, i16),
    MulDiv(u8, u8, u8, u8),
    Constant(u8, u64),
    Load(u8, u8, u8, i16),
    Store(u8, u8, u8, i16),
    /// Moves a base by a few words, or by a byte for a while.
    Move(u8, i8),
    Odd(u8, u8, i16),
    /// Has a base point to an edge of memory, or far beyond.
    Wild(u8, u8),
    /// Skips these if a comparison is true.
    Skip(u8, u8, u8, Vec<Piece>),
    Loop(u8, Vec<Piece>),
    Block(Vec<Piece>),
    Keccak(u8),
    Extend(u8),
    Carry([u8; 5]),
    Sum(u8, u8),
    Write(u8, u8, u8),
    /// Item of so many bytes to itself, which it reads then.
    Hint(u8, u8, u8),
    Length,
}

fn leaf() -> impl Strategy<Value = Piece> {
    let byte = any::<u8>;
    prop_oneof![
        3 => (byte(), byte(), byte(), byte()).prop_map(|(a, b, c, d)| Piece::Alu(a, b, c, d)),
        3 => (byte(), byte(), byte(), any::<i16>()).prop_map(|(a, b, c, d)| Piece::Imm(a, b, c, d)),
        2 => (byte(), byte(), byte(), byte()).prop_map(|(a, b, c, d)| Piece::MulDiv(a, b, c, d)),
        1 => (byte(), any::<u64>()).prop_map(|(a, b)| Piece::Constant(a, b)),
        6 => (byte(), byte(), byte(), any::<i16>()).prop_map(|(a, b, c, d)| Piece::Load(a, b, c, d)),
        6 => (byte(), byte(), byte(), any::<i16>()).prop_map(|(a, b, c, d)| Piece::Store(a, b, c, d)),
        2 => (byte(), any::<i8>()).prop_map(|(a, b)| Piece::Move(a, b)),
        2 => (byte(), byte(), any::<i16>()).prop_map(|(a, b, c)| Piece::Odd(a, b, c)),
        1 => (byte(), byte()).prop_map(|(a, b)| Piece::Wild(a, b)),
        1 => byte().prop_map(Piece::Keccak),
        1 => byte().prop_map(Piece::Extend),
        1 => any::<[u8; 5]>().prop_map(Piece::Carry),
        1 => (byte(), byte()).prop_map(|(a, b)| Piece::Sum(a, b)),
        1 => (byte(), byte(), byte()).prop_map(|(a, b, c)| Piece::Write(a, b, c)),
        1 => (byte(), byte(), byte()).prop_map(|(a, b, c)| Piece::Hint(a, b, c)),
        1 => Just(Piece::Length),
    ]
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let piece = leaf().prop_recursive(3, 60, 12, |inner| {
        prop_oneof![
            2 => (any::<u8>(), any::<u8>(), any::<u8>(), vec(inner.clone(), 1..5))
                .prop_map(|(a, b, c, d)| Piece::Skip(a, b, c, d)),
            3 => (2..40u8, vec(inner.clone(), 1..12)).prop_map(|(a, b)| Piece::Loop(a, b)),
            2 => vec(inner, 1..10).prop_map(Piece::Block),
        ]
    });
    vec(piece, 1..16)
}

fn reg(n: u8) -> Reg {
    x(OTHERS[usize::from(n) % OTHERS.len()])
}

fn base(n: u8) -> Reg {
    x(BASES[usize::from(n) % BASES.len()])
}

/// A place of a word that a call may have.
fn place(n: u8) -> u64 {
    // Not the text, whose words differ from program to program as they shrink.
    let place = PLACES[usize::from(n) % (PLACES.len() - 1)];
    place - 0x300 + 8 * u64::from(n / 8)
}

fn offset(offset: i16, width: Width) -> i32 {
    let low = i32::from(offset) % 0x200;
    low - low.rem_euclid(width.bytes() as i32)
}

const ALU: [AluOp; 8] = [
    AluOp::Add,
    AluOp::Sub,
    AluOp::Xor,
    AluOp::Sltu,
    AluOp::Sra,
    AluOp::Addw,
    AluOp::Sllw,
    AluOp::And,
];
const IMM: [AluOp; 6] = [
    AluOp::Add,
    AluOp::Xor,
    AluOp::Or,
    AluOp::Slt,
    AluOp::And,
    AluOp::Addw,
];
const MULDIV: [MulDivOp; 6] = [
    MulDivOp::Mul,
    MulDivOp::Mulhu,
    MulDivOp::Mulhsu,
    MulDivOp::Div,
    MulDivOp::Remu,
    MulDivOp::Divw,
];
const CONDS: [Cond; 6] = [Cond::Eq, Cond::Ne, Cond::Lt, Cond::Ge, Cond::Ltu, Cond::Geu];

fn pick<T: Copy, const N: usize>(of: [T; N], n: u8) -> T {
    of[usize::from(n) % N]
}

/// How far a base is from its place at the most, in words.
fn bases(asm: &mut Asm) {
    for (reg, place) in BASES.into_iter().zip(PLACES) {
        asm.li(x(reg), place);
    }
}

/// Emits pieces, in so many loops, in a block or not.
fn emit(asm: &mut Asm, pieces: &[Piece], loops: usize, inside: bool) {
    for piece in pieces {
        match piece {
            Piece::Alu(op, rd, rs1, rs2) => {
                asm.inst(alu(pick(ALU, *op), reg(*rd), reg(*rs1), reg(*rs2)));
            }
            Piece::Imm(op, rd, rs1, imm) => {
                let imm = i32::from(*imm) >> 4;
                asm.inst(alu_imm(pick(IMM, *op), reg(*rd), reg(*rs1), imm));
            }
            Piece::MulDiv(op, rd, rs1, rs2) => {
                asm.inst(muldiv(pick(MULDIV, *op), reg(*rd), reg(*rs1), reg(*rs2)));
            }
            Piece::Constant(rd, value) => asm.li(reg(*rd), *value),
            Piece::Load(op, rd, rs1, at) => {
                let op = pick(LoadOp::ALL, *op);
                asm.inst(load(op, reg(*rd), base(*rs1), offset(*at, op.width())));
            }
            Piece::Store(width, rs2, rs1, at) => {
                let width = pick(Width::ALL, *width);
                asm.inst(store(width, reg(*rs2), base(*rs1), offset(*at, width)));
            }
            Piece::Move(which, by) => {
                let (index, base) = (usize::from(*which) % BASES.len(), base(*which));
                // It stays within a few words of its place.
                asm.li(T0, PLACES[index]);
                asm.insts([
                    alu(AluOp::Sub, T0, base, T0),
                    addi(T0, T0, i32::from(*by) / 8 * 8),
                    alu_imm(AluOp::And, T0, T0, 0xf8),
                ]);
                asm.li(base, PLACES[index]);
                asm.inst(alu(AluOp::Add, base, base, T0));
            }
            Piece::Wild(which, to) => {
                let edges = [
                    0,
                    1 << 40,
                    (1 << 40) - 0x108,
                    1 << 63,
                    u64::MAX - 0xff,
                    DATA + 4,
                ];
                let edge = edges[usize::from(*to) % edges.len()];
                asm.li(
                    T0,
                    edge.wrapping_sub(PLACES[usize::from(*which) % BASES.len()]),
                );
                // Known at the time of emission, or not.
                match to / 6 % 2 {
                    0 => asm.li(base(*which), edge),
                    _ => asm.inst(alu(AluOp::Add, base(*which), base(*which), T0)),
                }
            }
            Piece::Odd(width, which, at) => {
                let width = pick(Width::ALL, *width);
                let (base, odd) = (base(*which), 1 + i32::from(*which) % 7);
                let at = offset(*at, width);
                asm.insts([
                    addi(T0, base, odd),
                    load(LoadOp::unsigned(width), reg(*which), T0, at - odd),
                    store(width, reg(*which), T0, at - odd),
                ]);
            }
            Piece::Skip(cond, rs1, rs2, pieces) => {
                let over = asm.label();
                let on = asm.label();
                asm.branch(pick(CONDS, *cond), reg(*rs1), reg(*rs2), on);
                asm.jump(over);
                asm.bind(on);
                emit(asm, pieces, loops, inside);
                asm.bind(over);
            }
            Piece::Loop(count, pieces) => {
                let Some(counter) = COUNTERS.get(loops) else {
                    emit(asm, pieces, loops, inside);
                    continue;
                };
                let counter = x(*counter);
                let count = if loops == 0 {
                    u64::from(*count)
                } else {
                    u64::from(*count % 6 + 1)
                };
                asm.li(counter, count);
                let again = asm.here_label();
                emit(asm, pieces, loops + 1, inside);
                asm.inst(addi(counter, counter, -1));
                let out = asm.label();
                asm.branch(Cond::Eq, counter, Reg::ZERO, out);
                asm.jump(again);
                asm.bind(out);
            }
            Piece::Block(pieces) if inside => emit(asm, pieces, loops, inside),
            Piece::Block(pieces) => block(asm, |asm| emit(asm, pieces, loops, true)),
            Piece::Write(fd, at, len) => {
                let fd = [1, 13, 99][usize::from(*fd) % 3];
                call(asm, nr::WRITE, &[fd, place(*at) + 3, u64::from(*len)]);
            }
            _ if inside => {}
            Piece::Keccak(at) => call(asm, nr::KECCAK, &[place(*at), 0]),
            Piece::Extend(at) => call(asm, nr::SHA_EXTEND, &[place(*at), 0]),
            Piece::Carry(at) => call(asm, nr::ADD_CARRY, &at.map(|at| place(at / 16 + at % 4))),
            Piece::Sum(x, y) => {
                // Often the same words, and those of other calls.
                let words = [place(x % 40), place(y % 40)];
                call(asm, nr::BN254_FP_ADD, &words);
            }
            Piece::Hint(from, to, len) => {
                call(asm, nr::WRITE, &[14, place(*from) + 5, u64::from(*len)]);
                call(asm, nr::HINT_READ, &[place(*to), u64::from(*len)]);
            }
            Piece::Length => {
                call(asm, nr::HINT_LEN, &[]);
                asm.inst(Inst::Alu {
                    op: AluOp::Xor,
                    rd: reg(1),
                    rs1: reg(1),
                    rs2: T0,
                });
            }
        }
    }
}

fn scenario(pieces: &[Piece], limit: Option<u64>) -> Scenario {
    let scenario = Scenario::new(|asm| {
        bases(asm);
        emit(asm, pieces, 0, false);
        halt(asm, 7);
    });
    // Long programs end where they are cut off.
    scenario.max_insns(limit.unwrap_or(60_000))
}

/// All engines, untraced and recorded, do what the model does.
fn attempt(pieces: &[Piece], limit: Option<u64>, dice: u64) {
    let scenario = scenario(pieces, limit);
    let (seen, machine) = scenario.run(ENGINES[0]);
    let size = 1 + (dice >> 8) % 200;
    let model = Model::run(&scenario, seen.state.insns, size);
    assert_eq!((model.x, model.pc), (seen.state.x, seen.state.pc));
    let memory: Vec<_> = model
        .memory
        .iter()
        .map(|(addr, (_, word))| (*addr, word.to_le_bytes().to_vec()))
        .collect();
    let peek = |machine: &rvjet::Machine| -> Vec<_> {
        let words = model.memory.keys();
        words
            .map(|addr| (*addr, machine.memory().peek(*addr, 8).unwrap()))
            .collect()
    };
    assert_eq!(peek(&machine), memory);
    drop(machine);
    for engine in &ENGINES[1..] {
        let (other, machine) = scenario.run(*engine);
        assert_eq!(other, seen, "{engine:?}");
        assert_eq!(peek(&machine), memory, "{engine:?}");
    }
    let insns = seen.state.insns;
    let policy = [
        Policy::Insns(1 + dice % (insns + 1)),
        Policy::Insns(insns / 40 + 1),
        Policy::Accesses(insns / 60 + 1),
        Policy::Touches(1 + dice % 90),
        Policy::default(),
    ];
    let policy = policy[(dice >> 40) as usize % policy.len()];
    let recorded = scenario.record(ENGINES[0], policy);
    let engine = ENGINES[1 + (dice >> 50) as usize % 4];
    let other = scenario.record(engine, policy);
    assert!(recorded.chunks == other.chunks, "{engine:?} {policy}");
    assert_eq!(recorded.seen, seen, "{policy}");
    assert_eq!(other.seen, seen, "{engine:?} {policy}");
    let mut verify = rvjet::replay::Verify::new(&recorded.header, &recorded.elf);
    verify.ending = Some(recorded.ending.clone());
    verify.run_all(&recorded.chunks).unwrap();
    let options = options(size, 1 + (dice >> 60) as usize % 3);
    let made = rvjet::sp1::Chunks::of_trace(recorded.trace(), &recorded.elf, options);
    assert_same(
        &flat(made.unwrap()),
        &model.chunks,
        &format!("{policy}, {size}"),
    );
}

#[test]
fn programs_at_random() {
    let default = Config::default();
    let cases = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => default.cases,
        None => CASES,
    };
    let rng_seed = match default.rng_seed {
        RngSeed::Random => RngSeed::Fixed(SEED),
        fixed => fixed,
    };
    let config = Config {
        cases,
        rng_seed,
        failure_persistence: None,
        max_shrink_time: 60_000,
        ..default
    };
    let limit = prop_oneof![3 => Just(None), 1 => (0..3000u64).prop_map(Some)];
    let strategy = (pieces(), limit, any::<u64>());
    let tried = TestRunner::new(config).run(&strategy, |(pieces, limit, dice)| {
        let run = std::panic::AssertUnwindSafe(|| attempt(&pieces, limit, dice));
        std::panic::catch_unwind(run).map_err(|_| TestCaseError::fail("it does not hold"))
    });
    match tried {
        Ok(()) => {}
        Err(TestError::Fail(_, (pieces, limit, dice))) => {
            attempt(&pieces, limit, dice);
            panic!("{pieces:#?} {limit:?} {dice}: fails in some runs only");
        }
        Err(abort) => panic!("{abort}"),
    }
}
