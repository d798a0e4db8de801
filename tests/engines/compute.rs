//! Every instruction that computes, on every pair of hard values, in every kind
//! of home; with operands that the JIT does not know, and such that it folds.

use rvjet::isa::{AluOp, BitOp, Inst, MulDivOp, Reg};

use crate::asm::{Asm, addi, alu, alu_imm, ld, muldiv, sd, x};
use crate::homes::beginnings;
use crate::model;
use crate::model_bits;
use crate::operands::{IMMEDIATES, KINDS, Triple, few_values, triples, values};
use crate::scenario::{CODE, DATA};
use crate::table::{self, OUT};

/// A computation of two registers.
#[derive(Clone, Copy, Debug)]
enum Op {
    Alu(AluOp),
    MulDiv(MulDivOp),
    Bit(BitOp),
}

impl Op {
    fn all() -> impl Iterator<Item = Op> {
        let muldivs = MulDivOp::ALL.into_iter().map(Op::MulDiv);
        let bits = BitOp::ALL.into_iter().map(Op::Bit);
        AluOp::ALL
            .into_iter()
            .map(Op::Alu)
            .chain(muldivs)
            .chain(bits)
    }

    fn inst(self, Triple { rd, rs1, rs2 }: Triple) -> Inst {
        match self {
            Op::Alu(op) => alu(op, rd, rs1, rs2),
            Op::MulDiv(op) => muldiv(op, rd, rs1, rs2),
            Op::Bit(op) => Inst::Bit { op, rd, rs1, rs2 },
        }
    }

    fn model(self, a: u64, b: u64) -> u64 {
        match self {
            Op::Alu(op) => model::alu(op, a, b),
            Op::MulDiv(op) => model::muldiv(op, a, b),
            Op::Bit(op) => model_bits::bit(op, a, b),
        }
    }
}

fn pairs(values: &[u64]) -> Vec<(u64, u64)> {
    let with = |&a: &u64| values.iter().map(move |&b| (a, b));
    values.iter().flat_map(with).collect()
}

pub fn result(triple: Triple, value: u64) -> u64 {
    if triple.rd.is_zero() { 0 } else { value }
}

/// Runs `code`, which leaves as many results as are expected at [`OUT`].
pub fn check_results(code: Asm, pairs: &[(u64, u64)], want: &[u64], name: &str) {
    let input = pairs.iter().flat_map(|&(a, b)| [a, b]);
    let seen = table::scenario(code, input, want.len()).check();
    if let Some((index, want, got)) = table::first_wrong(&seen, want) {
        let pair = pairs[index % pairs.len()];
        panic!("{name}, result {index}, of {pair:x?}: {got:#x}, expected {want:#x}");
    }
}

/// A loop that does `inst` on `count` pairs of the table.
pub fn table_loop(code: &mut Asm, triple: Triple, inst: Inst, count: usize, turn: usize, out: u64) {
    let [from, to, left] = triple.others(turn);
    code.li(from, DATA);
    code.li(to, out);
    code.li(left, count as u64);
    let top = code.here_label();
    code.insts([ld(triple.rs1, from, 0), ld(triple.rs2, from, 8), inst]);
    code.insts([
        sd(triple.rd, to, 0),
        addi(from, from, 16),
        addi(to, to, 8),
        addi(left, left, -1),
    ]);
    code.branch(rvjet::isa::Cond::Ne, left, Reg::ZERO, top);
}

#[test]
fn two_registers_of_unknown_values() {
    let pairs = pairs(&values());
    let cases = Op::all().flat_map(|op| beginnings().map(|code| (op, code)));
    for (op, mut code) in cases {
        let mut want = Vec::new();
        for (turn, triple) in triples().into_iter().enumerate() {
            let out = OUT + 8 * want.len() as u64;
            table_loop(&mut code, triple, op.inst(triple), pairs.len(), turn, out);
            want.extend(pairs.iter().map(|&(a, b)| {
                let (a, b) = triple.held(a, b);
                result(triple, op.model(a, b))
            }));
        }
        check_results(code, &pairs, &want, &format!("{op:?}"));
    }
}

/// Which operand the JIT knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    First,
    Second,
    Both,
}

#[test]
fn two_registers_of_which_the_compiler_knows_some() {
    let values = few_values();
    let pairs = pairs(&values);
    let triples = triples();
    for op in Op::all() {
        for known in [Known::First, Known::Second, Known::Both] {
            let mut code = Asm::at(CODE);
            let mut want = Vec::new();
            for (index, &(a, b)) in pairs.iter().enumerate() {
                let triple = triples[(index * 17 + known as usize) % triples.len()];
                known_operands(&mut code, known, triple, (a, b), index);
                let [_, to] = triple.others(index);
                code.li(to, OUT + 8 * index as u64);
                code.inst(op.inst(triple));
                code.inst(sd(triple.rd, to, 0));
                let (a, b) = triple.held(a, b);
                want.push(result(triple, op.model(a, b)));
            }
            check_results(code, &pairs, &want, &format!("{op:?}, known {known:?}"));
        }
    }
}

/// Puts the pair of number `index` into the registers; what is not to be known is loaded.
fn known_operands(code: &mut Asm, known: Known, triple: Triple, (a, b): (u64, u64), index: usize) {
    let [from] = triple.others(index);
    code.li(from, DATA + 16 * index as u64);
    match known {
        Known::Second => code.inst(ld(triple.rs1, from, 0)),
        _ => code.li(triple.rs1, a),
    }
    match known {
        Known::First => code.inst(ld(triple.rs2, from, 8)),
        _ => code.li(triple.rs2, b),
    }
}

/// The immediates that `op` takes.
fn immediates(op: AluOp) -> Vec<i32> {
    match (op.is_shift(), op.is_word()) {
        (true, true) => vec![0, 1, 2, 7, 15, 16, 30, 31],
        (true, false) => vec![0, 1, 2, 7, 31, 32, 33, 62, 63],
        _ => IMMEDIATES.to_vec(),
    }
}

fn immediate_ops() -> impl Iterator<Item = AluOp> {
    AluOp::ALL.into_iter().filter(|op| op.has_immediate_form())
}

/// Register pairs of every combination of homes, the same register included.
pub fn register_pairs() -> Vec<Triple> {
    let mut pairs = Vec::new();
    for rd in KINDS {
        for rs1 in KINDS {
            let (rd, rs1, rs2) = (x(rd[0]), x(rs1[1]), x(rs1[1]));
            pairs.push(Triple { rd, rs1, rs2 });
        }
        let (rd, rs1, rs2) = (x(rd[2]), x(rd[2]), x(rd[2]));
        pairs.push(Triple { rd, rs1, rs2 });
    }
    pairs
}

#[test]
fn a_register_of_unknown_value_and_an_immediate() {
    let pairs: Vec<_> = values().into_iter().map(|value| (value, value)).collect();
    let cases = immediate_ops().flat_map(|op| beginnings().map(|code| (op, code)));
    for (op, mut code) in cases {
        let mut want = Vec::new();
        for (turn, triple) in register_pairs().into_iter().enumerate() {
            for imm in immediates(op) {
                let inst = alu_imm(op, triple.rd, triple.rs1, imm);
                let out = OUT + 8 * want.len() as u64;
                table_loop(&mut code, triple, inst, pairs.len(), turn, out);
                want.extend(pairs.iter().map(|&(a, b)| {
                    let (a, _) = triple.held(a, b);
                    result(triple, model::alu(op, a, imm as u64))
                }));
            }
        }
        check_results(code, &pairs, &want, &format!("{op:?} immediate"));
    }
}

#[test]
fn a_register_of_known_value_and_an_immediate() {
    let homes = register_pairs();
    for op in immediate_ops() {
        let mut code = Asm::at(CODE);
        let (mut want, mut pairs) = (Vec::new(), Vec::new());
        for imm in immediates(op) {
            for value in values() {
                let triple = homes[(want.len() * 7) % homes.len()];
                let [to] = triple.others(want.len());
                code.li(to, OUT + 8 * want.len() as u64);
                code.li(triple.rs1, value);
                code.inst(alu_imm(op, triple.rd, triple.rs1, imm));
                code.inst(sd(triple.rd, to, 0));
                let (a, _) = triple.held(value, value);
                want.push(result(triple, model::alu(op, a, imm as u64)));
                pairs.push((value, imm as u64));
            }
        }
        check_results(code, &pairs, &want, &format!("{op:?} immediate, known"));
    }
}

#[test]
fn upper_immediates() {
    let immediates = [
        0,
        0x1000,
        0x7ff_f000,
        0x7fff_f000,
        i32::MIN,
        -0x1000,
        -0x8000_0000,
        0x1234_5000,
    ];
    let mut code = Asm::at(CODE);
    let mut want = Vec::new();
    for rd in (0..32).map(x) {
        let to = if rd == x(9) { x(25) } else { x(9) };
        for imm in immediates {
            for is_lui in [true, false] {
                code.li(to, OUT + 8 * want.len() as u64);
                let (pc, inst) = match is_lui {
                    true => (0, Inst::Lui { rd, imm }),
                    false => (code.here(), Inst::Auipc { rd, imm }),
                };
                code.insts([inst, sd(rd, to, 0)]);
                let value = (i128::from(pc) + i128::from(imm)) as u64;
                want.push(if rd.is_zero() { 0 } else { value });
            }
        }
    }
    check_results(code, &[(0, 0)], &want, "upper immediate");
}
