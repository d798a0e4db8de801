//! Bit manipulation on many operands: edges, random numbers, and what is between.
//!
//! qemu 7.2 counts the zeros of `ctzw` past bit 31 and does not know Zicond. The
//! manual has "32 if the least-significant word is 0", so the operand of `ctzw` gets
//! a one just above; what the upper half does is compared with a count made here, as
//! is Zicond.

use rvjet::isa::{AluOp, BitImmOp, BitOp, BitUnaryOp, Cond, Inst, Reg};

use tempfile::TempDir;

use crate::inst::{addi, alu, alu_imm, ld, sd};
use crate::operands::EDGES;
use crate::opinion::{ENGINES, agreed, guest, is_installed};
use crate::program::{DATA, Program};
use crate::random::Random;

/// Pairs of operands for each instruction.
const PAIRS: usize = 10_000;
const PAIR_BYTES: u64 = PAIRS as u64 * 16;
/// How many programs have their own registers and amounts.
const ALLOTMENTS: u64 = 3;

/// Operands of every class: as many pairs of edges as there are, edges that are not far
/// from one, and numbers with any number of ones.
fn pairs(seed: u64) -> Vec<(u64, u64)> {
    let mut random = Random::new(seed);
    let mut pairs: Vec<(u64, u64)> = EDGES.iter().flat_map(|&a| EDGES.map(|b| (a, b))).collect();
    while pairs.len() < PAIRS {
        pairs.push((operand(&mut random), operand(&mut random)));
    }
    pairs
}

fn operand(random: &mut Random) -> u64 {
    let any = random.next();
    match random.below(8) {
        0 => random.pick(&EDGES),
        1 => random
            .pick(&EDGES)
            .wrapping_add(random.below(9))
            .wrapping_sub(4),
        2 => any & random.next() & random.next(),
        3 => any | random.next() | random.next(),
        4 => any >> random.below(64),
        5 => any << random.below(64),
        6 => random.below(128),
        _ => any,
    }
}

/// Registers: operands, result, where they come from and go to.
struct Parts {
    a: Reg,
    b: Reg,
    d: Reg,
    next: Reg,
    out: Reg,
    end: Reg,
}

impl Parts {
    fn new(allotment: u64) -> Parts {
        let regs: Vec<Reg> = Reg::all().skip(1).collect();
        let regs = Random::new(allotment).shuffled(&regs);
        Parts {
            a: regs[0],
            b: regs[1],
            d: regs[2],
            next: regs[3],
            out: regs[4],
            end: regs[5],
        }
    }
}

/// Does the instructions, which compute `d` from `a` and `b`, with all pairs; writes
/// the results out.
fn program(parts: &Parts, pairs: &[(u64, u64)], bodies: &[Vec<Inst>]) -> Program {
    let results = PAIR_BYTES * bodies.len() as u64 / 2;
    let mut data: Vec<u8> = pairs
        .iter()
        .flat_map(|&(a, b)| [a, b])
        .flat_map(u64::to_le_bytes)
        .collect();
    data.resize((PAIR_BYTES + results) as usize, 0);
    let mut program = Program::new(data);
    let code = &mut program.code;
    code.li(parts.next, DATA);
    code.li(parts.out, DATA + PAIR_BYTES);
    let top = code.here();
    for body in bodies {
        code.emit(ld(parts.a, parts.next, 0));
        code.emit(ld(parts.b, parts.next, 8));
        body.iter().for_each(|&inst| code.emit(inst));
        code.emit(sd(parts.d, parts.out, 0));
        code.emit(addi(parts.out, parts.out, 8));
    }
    code.emit(addi(parts.next, parts.next, 16));
    code.li(parts.end, DATA + PAIR_BYTES);
    code.branch_back(Cond::Ltu, parts.next, parts.end, top);
    program.write_and_exit(DATA + PAIR_BYTES, results);
    program
}

/// `d = a op b`, `d` being one of the operands in every third and fourth.
fn of_two(parts: &Parts, op: BitOp, turn: usize) -> Vec<Inst> {
    let Parts { a, b, d, .. } = *parts;
    let bit = |rs1, rs2| Inst::Bit {
        op,
        rd: d,
        rs1,
        rs2,
    };
    match turn % 4 {
        0 => vec![addi(d, a, 0), bit(d, b)],
        1 => vec![addi(d, b, 0), bit(a, d)],
        _ => vec![bit(a, b)],
    }
}

fn of_one(parts: &Parts, op: BitUnaryOp, turn: usize) -> Vec<Inst> {
    let Parts { a, d, .. } = *parts;
    let unary = |rs1| Inst::BitUnary { op, rd: d, rs1 };
    match (op, turn % 2) {
        (BitUnaryOp::Ctzw, _) => vec![
            alu_imm(AluOp::Sll, d, a, 32),
            alu_imm(AluOp::Srl, d, d, 32),
            Inst::BitImm {
                op: BitImmOp::Bseti,
                rd: d,
                rs1: d,
                shamt: 32,
            },
            unary(d),
        ],
        (_, 0) => vec![addi(d, a, 0), unary(d)],
        _ => vec![unary(a)],
    }
}

fn of_an_amount(parts: &Parts, op: BitImmOp, random: &mut Random) -> Vec<Vec<Inst>> {
    let Parts { a, d, .. } = *parts;
    let width = if op.is_word() { 32 } else { 64 };
    let any = random.below(width) as u8;
    let amounts = [0, 1, width as u8 / 2, width as u8 - 1, any];
    let inst = |shamt| Inst::BitImm {
        op,
        rd: d,
        rs1: a,
        shamt,
    };
    amounts.map(|shamt| vec![inst(shamt)]).into()
}

fn is_of_zicond(op: BitOp) -> bool {
    matches!(op, BitOp::CzeroEqz | BitOp::CzeroNez)
}

#[test]
fn every_instruction_on_ten_thousand_pairs() {
    if !is_installed() {
        return;
    }
    for allotment in 0..ALLOTMENTS {
        let parts = Parts::new(allotment);
        let mut random = Random::new(0xb175 + allotment);
        let turn = |index| index + allotment as usize;
        let known = BitOp::ALL.into_iter().filter(|&op| !is_of_zicond(op));
        let mut bodies: Vec<Vec<Inst>> = known
            .enumerate()
            .map(|(index, op)| of_two(&parts, op, turn(index)))
            .collect();
        let unary = BitUnaryOp::ALL.into_iter().enumerate();
        bodies.extend(unary.map(|(index, op)| of_one(&parts, op, turn(index))));
        for op in BitImmOp::ALL {
            bodies.extend(of_an_amount(&parts, op, &mut random));
        }
        let program = program(&parts, &pairs(allotment), &bodies);
        let run = agreed(&format!("bits-{allotment}"), &program.elf());
        assert_eq!(run.code, 0);
        assert_eq!(run.stdout.len(), bodies.len() * PAIRS * 8);
    }
}

/// The bits of a word from the lowest up that are zero.
fn trailing_zeros_of_word(value: u64) -> u64 {
    (0..32)
        .take_while(|bit| (value >> bit).is_multiple_of(2))
        .count() as u64
}

#[test]
fn what_qemu_does_not_do_is_as_the_manual_has_it() {
    for allotment in 0..ALLOTMENTS {
        let parts = Parts::new(allotment);
        let Parts { a, b, d, .. } = parts;
        let ctzw = Inst::BitUnary {
            op: BitUnaryOp::Ctzw,
            rd: d,
            rs1: a,
        };
        let bodies = [
            vec![ctzw],
            of_two(&parts, BitOp::CzeroEqz, allotment as usize),
            of_two(&parts, BitOp::CzeroNez, allotment as usize + 1),
            vec![alu(AluOp::Add, d, a, b)],
        ];
        let mut pairs = pairs(allotment);
        // Where a whole word is zero, and often.
        for (index, pair) in pairs.iter_mut().enumerate() {
            match index % 5 {
                0 => pair.0 &= !0xffff_ffff,
                1 => pair.1 = 0,
                2 => pair.1 &= !0xffff_ffff,
                _ => {}
            }
        }
        let want: Vec<u8> = pairs
            .iter()
            .flat_map(|&(a, b)| {
                let (kept, dropped) = if b == 0 { (0, a) } else { (a, 0) };
                [trailing_zeros_of_word(a), kept, dropped, a.wrapping_add(b)]
            })
            .flat_map(u64::to_le_bytes)
            .collect();
        let elf = program(&parts, &pairs, &bodies).elf();
        let dir = TempDir::new().unwrap();
        let start = guest(&dir, &elf);
        for engine in ENGINES {
            let run = start.under_rvjet(engine);
            assert_eq!(run.code, 0, "{engine}");
            assert!(run.stdout == want, "{engine}, allotment {allotment}");
        }
    }
}
