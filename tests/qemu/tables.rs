//! Every instruction that computes, on every pair of edge operands.
//!
//! Each program runs all instructions of one kind over all pairs and writes
//! out the results. The roles of operands, result and counters go to other
//! registers from program to program, and the result goes to an operand's.

use rvjet::isa::{AluOp, AmoOp, Cond, Inst, MulDivOp, Ordering, Reg, Width};

use crate::code::Code;
use crate::inst::{addi, alu, alu_imm, branch, ld, sd};
use crate::operands::{EDGES, IMMEDIATES, short_edges};
use crate::opinion::{agreed, is_installed};
use crate::program::{DATA, Program};
use crate::random::Random;

const TABLE_BYTES: u64 = EDGES.len() as u64 * 8;
/// A word that atomics work on.
const CELL: u64 = DATA + TABLE_BYTES;
const RESULTS: u64 = CELL + 8;
/// Enough for the results of any program here.
const DATA_BYTES: usize = 1 << 19;
/// How many programs of a kind have their own registers.
const ALLOTMENTS: u64 = 6;

/// An instruction with its operands left open.
#[derive(Clone, Copy)]
enum Op {
    Alu(AluOp),
    MulDiv(MulDivOp),
}

impl Op {
    fn all() -> impl Iterator<Item = Op> + Clone {
        let alu = AluOp::ALL.into_iter().map(Op::Alu);
        alu.chain(MulDivOp::ALL.into_iter().map(Op::MulDiv))
    }

    fn inst(self, rd: Reg, rs1: Reg, rs2: Reg) -> Inst {
        match self {
            Op::Alu(op) => alu(op, rd, rs1, rs2),
            Op::MulDiv(op) => Inst::MulDiv { op, rd, rs1, rs2 },
        }
    }
}

/// Which registers are the same.
#[derive(Clone, Copy)]
enum Alias {
    None,
    RdIsRs1,
    RdIsRs2,
    Rs1IsRs2,
    All,
}

const ALIASES: [Alias; 5] = [
    Alias::None,
    Alias::RdIsRs1,
    Alias::RdIsRs2,
    Alias::Rs1IsRs2,
    Alias::All,
];

/// Which register plays which part.
struct Parts {
    a: Reg,
    b: Reg,
    d: Reg,
    cell: Reg,
    out: Reg,
    next_a: Reg,
    next_b: Reg,
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
            cell: regs[3],
            out: regs[4],
            next_a: regs[5],
            next_b: regs[6],
            end: regs[7],
        }
    }
}

/// A program that stores one result after the other.
struct Table {
    program: Program,
    parts: Parts,
    /// Where the next result goes, from `out`.
    at: i32,
}

impl Table {
    fn new(allotment: u64) -> Table {
        let mut data: Vec<u8> = EDGES.into_iter().flat_map(u64::to_le_bytes).collect();
        data.resize(DATA_BYTES, 0);
        let mut program = Program::new(data);
        let parts = Parts::new(allotment);
        program.code.li(parts.out, RESULTS);
        program.code.li(parts.cell, CELL);
        Table {
            program,
            parts,
            at: 0,
        }
    }

    fn code(&mut self) -> &mut Code {
        &mut self.program.code
    }

    fn emit(&mut self, inst: Inst) {
        self.code().emit(inst);
    }

    fn store(&mut self, reg: Reg) {
        let (out, at) = (self.parts.out, self.at);
        self.emit(sd(reg, out, at));
        self.at += 8;
        if self.at == 2040 {
            self.flush();
        }
    }

    /// Moves `out` behind what has been stored.
    fn flush(&mut self) {
        let (out, at) = (self.parts.out, self.at);
        self.emit(addi(out, out, at));
        self.at = 0;
    }

    /// Runs `body` with every edge in `reg`, which `next` walks over.
    fn each(&mut self, reg: Reg, next: Reg, body: impl FnOnce(&mut Table)) {
        let end = self.parts.end;
        self.code().li(next, DATA);
        let top = self.code().here();
        self.emit(ld(reg, next, 0));
        self.emit(addi(next, next, 8));
        body(self);
        self.flush();
        self.code().li(end, DATA + TABLE_BYTES);
        self.code().branch_back(Cond::Ltu, next, end, top);
    }

    /// Runs `body` with every edge in `a`.
    fn each_a(&mut self, body: impl FnOnce(&mut Table)) {
        let Parts { a, next_a, .. } = self.parts;
        self.each(a, next_a, body);
    }

    /// Runs `body` with every pair of edges in `a` and `b`.
    fn each_pair(&mut self, body: impl FnOnce(&mut Table)) {
        let Parts { b, next_b, .. } = self.parts;
        self.each_a(|table| table.each(b, next_b, body));
    }

    /// `d = a op b`, with registers that are the same as `alias` says.
    fn op(&mut self, op: Op, alias: Alias) {
        let Parts { a, b, d, .. } = self.parts;
        let inst = match alias {
            Alias::None => op.inst(d, a, b),
            Alias::RdIsRs1 => {
                self.emit(addi(d, a, 0));
                op.inst(d, d, b)
            }
            Alias::RdIsRs2 => {
                self.emit(addi(d, b, 0));
                op.inst(d, a, d)
            }
            Alias::Rs1IsRs2 => op.inst(d, a, a),
            Alias::All => {
                self.emit(addi(d, b, 0));
                op.inst(d, d, d)
            }
        };
        self.emit(inst);
        self.store(d);
    }

    fn branch(&mut self, cond: Cond) {
        let Parts { a, b, d, .. } = self.parts;
        self.emit(addi(d, Reg::ZERO, 0));
        self.emit(branch(cond, a, b, 8));
        self.emit(addi(d, Reg::ZERO, 1));
        self.store(d);
    }

    /// `d = amo(a, b)`: stores what was loaded, and what was stored.
    fn amo(&mut self, op: AmoOp, width: Width, alias: Alias) {
        let Parts {
            a, b, d, cell: rs1, ..
        } = self.parts;
        let order = Ordering::default();
        self.emit(sd(a, rs1, 0));
        self.emit(addi(d, b, 0));
        let (rd, rs2) = match alias {
            Alias::RdIsRs2 => (d, d),
            Alias::Rs1IsRs2 => (d, rs1),
            _ => (d, b),
        };
        self.emit(Inst::Amo {
            op,
            width,
            rd,
            rs1,
            rs2,
            order,
        });
        self.store(d);
        self.emit(ld(d, rs1, 0));
        self.store(d);
    }

    /// Runs the program on qemu and on us.
    fn check(mut self, name: &str) {
        let len = DATA_BYTES as u64 - (RESULTS - DATA);
        self.program.write_and_exit(RESULTS, len);
        let run = agreed(name, &self.program.elf());
        assert_eq!(run.code, 0, "{name}");
        assert!(run.stdout.iter().any(|&byte| byte != 0), "{name}");
    }
}

#[test]
fn computation_on_all_pairs() {
    if !is_installed() {
        return;
    }
    for allotment in 0..ALLOTMENTS {
        let mut table = Table::new(allotment);
        table.each_pair(|table| {
            for (op, alias) in Op::all().zip(ALIASES.into_iter().cycle().skip(allotment as usize)) {
                table.op(op, alias);
            }
        });
        table.check(&format!("pairs-{allotment}"));
    }
}

#[test]
fn computation_with_constants() {
    if !is_installed() {
        return;
    }
    for allotment in 0..ALLOTMENTS {
        let mut table = Table::new(allotment);
        let Parts { a, b, .. } = table.parts;
        table.each_a(|table| {
            for (constant, alias) in short_edges().zip(ALIASES.into_iter().cycle()) {
                for op in Op::all() {
                    table.code().li(b, constant);
                    table.op(op, alias);
                }
            }
        });
        let Parts { next_b, .. } = table.parts;
        table.each(b, next_b, |table| {
            for (constant, alias) in short_edges().zip(ALIASES.into_iter().cycle()) {
                for op in Op::all() {
                    table.code().li(a, constant);
                    table.op(op, alias);
                }
            }
        });
        table.check(&format!("constants-{allotment}"));
    }
}

#[test]
fn computation_of_constants() {
    if !is_installed() {
        return;
    }
    let mut table = Table::new(0);
    let Parts { a, b, .. } = table.parts;
    for constant in short_edges() {
        for other in short_edges() {
            table.code().li(a, constant);
            table.code().li(b, other);
            for op in Op::all() {
                table.op(op, Alias::None);
            }
            Cond::ALL.into_iter().for_each(|cond| table.branch(cond));
        }
    }
    table.check("both-constants");
}

#[test]
fn immediates() {
    if !is_installed() {
        return;
    }
    for allotment in 0..ALLOTMENTS {
        let mut table = Table::new(allotment);
        let Parts { a, d, .. } = table.parts;
        table.each_a(|table| {
            for op in AluOp::ALL.into_iter().filter(|op| op.has_immediate_form()) {
                let amounts = if op.is_word() { 0..32 } else { 0..64 };
                let immediates: Vec<i32> = match op.is_shift() {
                    true => amounts.collect(),
                    false => IMMEDIATES.into(),
                };
                for (index, imm) in immediates.into_iter().enumerate() {
                    let moved = index % 3 == 0;
                    if moved {
                        table.emit(addi(d, a, 0));
                    }
                    table.emit(alu_imm(op, d, if moved { d } else { a }, imm));
                    table.store(d);
                }
            }
        });
        table.check(&format!("immediates-{allotment}"));
    }
}

#[test]
fn branches_on_all_pairs() {
    if !is_installed() {
        return;
    }
    for allotment in 0..ALLOTMENTS {
        let mut table = Table::new(allotment);
        let Parts { b, .. } = table.parts;
        table.each_pair(|table| Cond::ALL.into_iter().for_each(|cond| table.branch(cond)));
        table.each_a(|table| {
            for constant in short_edges() {
                for cond in Cond::ALL {
                    table.code().li(b, constant);
                    table.branch(cond);
                }
            }
        });
        table.check(&format!("branches-{allotment}"));
    }
}

#[test]
fn atomics_on_all_pairs() {
    if !is_installed() {
        return;
    }
    for allotment in 0..ALLOTMENTS {
        let mut table = Table::new(allotment);
        let alias = ALIASES[allotment as usize % ALIASES.len()];
        table.each_pair(|table| {
            for op in AmoOp::ALL {
                table.amo(op, Width::Word, alias);
                table.amo(op, Width::Double, alias);
            }
        });
        table.check(&format!("atomics-{allotment}"));
    }
}
