//! Programs by chance: both engines record the same of them, and both replay it.

use rvjet::abi::{Abi, Bare};
use rvjet::isa::{AluOp, AmoOp, Cond, LoadOp, MulDivOp, Reg, Width};
use rvjet::trace::{Chunk, Header, Policy};
use rvjet::{EngineKind, Limits, Machine, Replayer};

use crate::asm::{Asm, addi, alu, alu_imm, amo, branch, load, lr, muldiv, sc, store, x};
use crate::builder::{Elf, Program, R, W, X, executable};
use crate::dice::Dice;
use crate::links;
use crate::rich;

const CODE: u64 = 0x1_0000;
const DATA: u64 = 0x2_0000;
const DATA_BYTES: u64 = 0x6000;
const INSNS: u64 = 20_000;
/// Programs of one run of the test.
const PROGRAMS: u64 = 60;

const BASES: [u32; 7] = [8, 9, 10, 15, 22, 26, 29];
const VALUES: [u32; 9] = [1, 5, 6, 7, 12, 17, 20, 24, 28];
const MASK: Reg = x(30);
const START: Reg = x(31);

fn offset(dice: &mut Dice, width: Width) -> i32 {
    let near = dice.below(12) as i32 * 8 - 32;
    match dice.below(16) {
        0 => near + dice.below(8) as i32,
        1 => (dice.below(4096) as i32 - 2048) & !7,
        2..8 => near + (dice.below(8) as i32 & -(width.bytes() as i32)),
        _ => near,
    }
}

fn instruction(dice: &mut Dice, asm: &mut Asm) {
    let base = x(dice.pick(&BASES));
    let (rd, rs) = (x(dice.pick(&VALUES)), x(dice.pick(&VALUES)));
    let any = x(dice.pick(&[dice.clone().pick(&BASES), dice.clone().pick(&VALUES)]));
    let width = dice.pick(&Width::ALL);
    let wide = dice.pick(&[Width::Word, Width::Double]);
    match dice.below(26) {
        0..7 => {
            let op = dice.pick(&[
                LoadOp::Lb,
                LoadOp::Lbu,
                LoadOp::Lh,
                LoadOp::Lw,
                LoadOp::Lwu,
                LoadOp::Ld,
                LoadOp::Ld,
                LoadOp::Ld,
            ]);
            let offset = offset(dice, op.width());
            asm.inst(load(op, rd, base, offset));
        }
        7..13 => {
            let offset = offset(dice, width);
            asm.inst(store(width, any, base, offset));
        }
        13 => asm.inst(addi(
            base,
            base,
            dice.pick(&[8, -8, 16, 4, -4, 1, 2040, -2048, 64]),
        )),
        14 => asm.inst(addi(
            base,
            x(dice.pick(&BASES)),
            dice.pick(&[0, 8, -16, 4, 256]),
        )),
        15 => {
            let at = DATA + dice.below(DATA_BYTES - 0x1000);
            asm.li(base, at & !dice.pick(&[0, 7, 7, 7]));
        }
        16 => {
            asm.inst(alu_imm(AluOp::And, base, base, -8));
            let inst = match dice.below(4) {
                0 => lr(wide, rd, base),
                1 | 2 => sc(wide, rd, base, rs),
                _ => amo(dice.pick(&[AmoOp::Add, AmoOp::Max]), wide, rd, base, rs),
            };
            asm.inst(inst);
        }
        17 => {
            asm.insts([alu_imm(AluOp::And, base, base, -8), lr(wide, rd, base)]);
            asm.inst(sc(wide, rs, base, any));
        }
        18 => asm.inst(muldiv(
            dice.pick(&[MulDivOp::Mulh, MulDivOp::Div, MulDivOp::Remu]),
            rd,
            rs,
            any,
        )),
        19 => asm.inst(alu(
            dice.pick(&[AluOp::Sll, AluOp::Add, AluOp::Sltu]),
            rd,
            rs,
            any,
        )),
        20 => asm.inst(alu_imm(AluOp::Sll, rd, rs, 3)),
        21 => {
            let cond = dice.pick(&[Cond::Eq, Cond::Lt, Cond::Geu]);
            let skip = 4 * (1 + dice.below(3) as i32);
            asm.inst(branch(cond, rs, any, skip));
        }
        22..24 => restart(dice, asm, base),
        _ => asm.inst(alu(AluOp::Xor, rd, rs, any)),
    }
}

/// Moves a base to somewhere in the data, as a value says.
fn restart(dice: &mut Dice, asm: &mut Asm, base: Reg) {
    let value = x(dice.pick(&VALUES));
    asm.insts([
        alu(AluOp::And, base, value, MASK),
        alu(AluOp::Add, base, base, START),
    ]);
}

fn program(dice: &mut Dice) -> Vec<u8> {
    let mut asm = Asm::at(CODE);
    asm.li(MASK, dice.pick(&[0x2ff8, 0x0ff8, 0x78, 0x2fff]));
    asm.li(START, DATA + 0x1000);
    for value in VALUES {
        asm.li(x(value), dice.roll() >> dice.below(64));
    }
    let again = asm.here_label();
    for base in BASES {
        restart(dice, &mut asm, x(base));
    }
    for _ in 0..20 + dice.below(100) {
        instruction(dice, &mut asm);
    }
    for value in VALUES {
        asm.insts([addi(x(value), x(value), 0x3d8)]);
    }
    // Where a branch may lead to.
    asm.insts([addi(Reg::ZERO, Reg::ZERO, 0); 3]);
    asm.jump(again);
    let data: Vec<u8> = (0..DATA_BYTES).map(|_| dice.roll() as u8).collect();
    let elf = Elf {
        entry: CODE,
        programs: vec![
            Program::load(CODE, R | X, &asm.finish()),
            Program::load(DATA, R | W, &data),
        ],
        ..executable()
    };
    elf.bytes()
}

fn record(elf: &[u8], engine: EngineKind, policy: Policy) -> (Header, Vec<Chunk>) {
    let limits = Limits {
        max_insns: Some(INSNS),
        ..Limits::default()
    };
    record_within(limits, elf, Bare, engine, policy)
}

fn record_within(
    limits: Limits,
    elf: &[u8],
    abi: impl Abi + 'static,
    engine: EngineKind,
    policy: Policy,
) -> (Header, Vec<Chunk>) {
    let builder = Machine::builder().elf(elf).abi(abi).engine(engine);
    let mut recording = builder.limits(limits).record(policy).unwrap();
    let chunks = recording.by_ref().collect();
    (recording.header().clone(), chunks)
}

#[test]
fn the_engines_record_and_replay_the_same() {
    let seed = std::env::var("SEED")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(1);
    let programs = std::env::var("PROGRAMS")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(PROGRAMS);
    let mut total = 0;
    for seed in seed..seed + programs {
        let mut dice = Dice::new(seed);
        let elf = program(&mut dice);
        let n = 1 + (dice.roll() >> dice.below(60)) % 4000;
        for policy in [
            Policy::Insns(n),
            Policy::Accesses(n),
            Policy::Touches(n % 600 + 1),
        ] {
            let (header, expected) = record(&elf, EngineKind::Interp, policy);
            let (_, found) = record(&elf, EngineKind::Jit, policy);
            total += expected.last().unwrap().end.state.insns;
            if let Some(at) = expected.iter().zip(&found).position(|(a, b)| a != b) {
                panic!("seed {seed}, {policy}: chunk {at} differs");
            }
            assert_eq!(expected.len(), found.len(), "seed {seed}, {policy}");
            if n < 20 {
                continue;
            }
            for engine in [EngineKind::Interp, EngineKind::Jit] {
                let mut replayer = Replayer::new(&header, &elf, engine).unwrap();
                for chunk in &found {
                    assert_eq!(replayer.replay(chunk), Ok(()), "seed {seed}, {policy}");
                }
            }
            links::check(&header, &elf, &found);
        }
    }
    eprintln!("{total} instructions");
}

#[test]
fn a_rich_guest_is_the_same_within_any_limit() {
    let elf = rich::elf();
    let mut limits = vec![Limits::default()];
    limits.extend([7, 100, 333, 500, 550, 600].map(|insns| Limits {
        max_insns: Some(insns),
        ..Limits::default()
    }));
    limits.extend((1..12).map(|pieces| Limits {
        max_memory: Some(pieces << 17),
        ..Limits::default()
    }));
    for limits in limits {
        for n in [1, 2, 3, 5, 8, 13, 50, 129, 300, 5000] {
            for policy in [Policy::Insns(n), Policy::Accesses(n), Policy::Touches(n)] {
                let recorded = [EngineKind::Interp, EngineKind::Jit].map(|engine| {
                    let abi = rich::linux();
                    let machine = Machine::builder().elf(&elf).abi(abi).limits(limits);
                    if machine.build().is_err() {
                        return None;
                    }
                    Some(record_within(limits, &elf, rich::linux(), engine, policy))
                });
                let [expected, found] = recorded;
                assert!(expected == found, "{policy}, {limits:?}");
                let Some((header, chunks)) = found else {
                    continue;
                };
                let mut replayer = Replayer::new(&header, &elf, EngineKind::Jit).unwrap();
                for chunk in &chunks {
                    assert_eq!(replayer.replay(chunk), Ok(()), "{policy}, {limits:?}");
                }
                links::check(&header, &elf, &chunks);
            }
        }
    }
}
