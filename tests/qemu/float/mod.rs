//! Every floating-point instruction in every rounding mode, on operands of every class.
//!
//! A program loads operands from a table, row by row, executes all instructions of one
//! kind on them, and stores the result and the flags of each.
//!
//! `RVJET_TEST_CASES` says how many rows there are.

mod insts;
pub mod numbers;
mod state;

use rvjet::isa::{
    Cond, CsrOp, CsrSource, FReg, Format, FpInst, FpPick, Inst, Reg, Width, disassemble, encode,
};
use tempfile::TempDir;

use self::insts::{Parts, in_place};
use self::numbers::{DOUBLE, SINGLE, boxed, integer};
use crate::inst::{addi, ld, store};
use crate::opinion::{ENGINES, Start, guest, is_installed};
use crate::program::{DATA, Program};
use crate::random::Random;

/// Rows altogether, unless the environment says otherwise.
const CASES: usize = 10_000;
/// Rows of one program.
const BATCH: usize = 2500;
/// Three doubles, three singles, an integer, `frm`.
const ROW: usize = 8;
const FFLAGS: u16 = 1;
const FRM: u16 = 2;

fn cases() -> usize {
    let count = std::env::var("RVJET_TEST_CASES").ok();
    count.and_then(|count| count.parse().ok()).unwrap_or(CASES)
}

fn row(random: &mut Random) -> [u64; ROW] {
    let [a, b, c] = DOUBLE.three(random);
    let [d, e, f] = SINGLE.three(random).map(|single| boxed(single, random));
    [a, b, c, d, e, f, integer(random), random.below(5)]
}

/// A program under test.
struct Table {
    parts: Parts,
    insts: Vec<Inst>,
    rows: Vec<[u64; ROW]>,
}

impl Table {
    fn values(&self) -> u64 {
        DATA + (self.rows.len() * ROW * 8) as u64
    }

    fn flags(&self) -> u64 {
        self.values() + (self.rows.len() * self.insts.len() * 8) as u64
    }

    /// Bytes of results.
    fn results(&self) -> usize {
        self.rows.len() * self.insts.len() * 9
    }

    fn program(&self) -> Program {
        let table = self.rows.iter().flatten();
        let mut data: Vec<u8> = table.flat_map(|value| value.to_le_bytes()).collect();
        data.resize(data.len() + self.results(), 0);
        let mut program = Program::new(data);
        let parts = &self.parts;
        let code = &mut program.code;
        code.li(parts.row, DATA);
        code.li(parts.values, self.values());
        code.li(parts.flags, self.flags());
        code.li(parts.end, self.values());
        let top = code.here();
        self.load_row(&mut program);
        for (index, &inst) in self.insts.iter().enumerate() {
            self.execute(&mut program, index as i32, inst);
        }
        let code = &mut program.code;
        let count = self.insts.len() as i32;
        code.emit(addi(parts.values, parts.values, 8 * count));
        code.emit(addi(parts.flags, parts.flags, count));
        code.branch_back(Cond::Ltu, parts.row, parts.end, top);
        program.write_and_exit(self.values(), self.results() as u64);
        program
    }

    fn load_row(&self, program: &mut Program) {
        let (parts, code) = (&self.parts, &mut program.code);
        let operands = parts.operands.as_flattened();
        for (offset, &rd) in (0..).step_by(8).zip(operands) {
            code.emit(fld(rd, parts.row, offset));
        }
        code.emit(ld(parts.outcome, parts.row, 56));
        code.emit(csr(Reg::ZERO, FRM, CsrSource::Reg(parts.outcome)));
        code.emit(ld(parts.integer, parts.row, 48));
        code.emit(addi(parts.row, parts.row, 8 * ROW as i32));
    }

    /// Executes `inst`, some of the time with the result in an operand's place, and
    /// stores the result and the flags.
    fn execute(&self, program: &mut Program, index: i32, inst: Inst) {
        let (parts, code) = (&self.parts, &mut program.code);
        code.emit(csr(Reg::ZERO, FFLAGS, CsrSource::Imm(0)));
        let result = parts.result;
        match in_place(inst, index as usize % 4, result) {
            Some((inst, operand)) => {
                code.emit(move_double(result, operand));
                code.emit(inst);
            }
            None => code.emit(match inst {
                Inst::Fp(FpInst::Store {
                    format, rs1, rs2, ..
                }) => Inst::Fp(FpInst::Store {
                    format,
                    rs1,
                    rs2,
                    offset: 8 * index,
                }),
                _ => inst,
            }),
        }
        match (inst, inst.rd()) {
            (Inst::Fp(FpInst::Store { .. }), _) => {}
            (_, Some(rd)) => code.emit(store(Width::Double, rd, parts.values, 8 * index)),
            (_, None) => code.emit(fsd(result, parts.values, 8 * index)),
        }
        code.emit(csr(parts.outcome, FFLAGS, CsrSource::Imm(0)));
        code.emit(store(Width::Byte, parts.outcome, parts.flags, index));
    }

    /// What differs first, in words.
    fn difference(&self, ours: &[u8], theirs: &[u8]) -> String {
        let count = self.insts.len();
        let result = |output: &[u8], at: usize| {
            let value = output[8 * at..8 * at + 8].try_into().unwrap();
            let flags = output[8 * self.rows.len() * count + at];
            (u64::from_le_bytes(value), flags)
        };
        let differs = |&at: &usize| result(ours, at) != result(theirs, at);
        let Some(at) = (0..self.rows.len() * count).find(differs) else {
            return "nothing".to_owned();
        };
        let (ours, theirs) = (result(ours, at), result(theirs, at));
        let (row, inst) = (self.rows[at / count], self.insts[at % count]);
        let text = disassemble(0, encode(inst).unwrap());
        let operands = self.parts.operands;
        format!("{text} of {operands:?} {row:#x?}: {ours:#x?}, qemu has {theirs:#x?}")
    }

    /// Runs it on qemu and on us.
    fn check(&self, name: &str) {
        let dir = TempDir::new().unwrap();
        let start: Start = guest(&dir, &self.program().elf());
        let theirs = start.under_qemu();
        assert_eq!((theirs.code, theirs.stdout.len()), (0, self.results()));
        for engine in ENGINES {
            let ours = start.under_rvjet(engine);
            assert_eq!(ours.code, 0, "{name}, {engine}: {ours:?}");
            let same = ours.stdout == theirs.stdout;
            let difference = || self.difference(&ours.stdout, &theirs.stdout);
            assert!(same, "{name}, {engine}: {}", difference());
        }
    }
}

/// `rd = mem[rs1 + offset]`, 64 bits.
fn fld(rd: FReg, rs1: Reg, offset: i32) -> Inst {
    Inst::Fp(FpInst::Load {
        format: Format::Double,
        rd,
        rs1,
        offset,
    })
}

/// `mem[rs1 + offset] = rs2`, 64 bits.
fn fsd(rs2: FReg, rs1: Reg, offset: i32) -> Inst {
    Inst::Fp(FpInst::Store {
        format: Format::Double,
        rs1,
        rs2,
        offset,
    })
}

/// `rd = rs1`, whatever that holds.
fn move_double(rd: FReg, rs1: FReg) -> Inst {
    Inst::Fp(FpInst::Pick {
        op: FpPick::Sgnj,
        format: Format::Double,
        rd,
        rs1,
        rs2: rs1,
    })
}

/// `t = csr; csr = source; rd = t`
fn csr(rd: Reg, csr: u16, source: CsrSource) -> Inst {
    let op = CsrOp::Write;
    Inst::Csr {
        op,
        rd,
        csr,
        source,
    }
}

/// Runs the instructions that `choose` makes on all rows.
fn check(name: &str, choose: impl Fn(&Parts) -> Vec<Inst>) {
    if !is_installed() {
        return;
    }
    let mut random = Random::new(0x5eed);
    let rows: Vec<_> = (0..cases()).map(|_| row(&mut random)).collect();
    for (seed, rows) in (0..).zip(rows.chunks(BATCH)) {
        let parts = Parts::new(seed);
        let table = Table {
            insts: choose(&parts),
            rows: rows.into(),
            parts,
        };
        table.check(&format!("{name}-{seed}"));
    }
}

#[test]
fn arithmetic_of_doubles() {
    check("doubles", |parts| parts.arithmetic(Format::Double));
}

#[test]
fn arithmetic_of_singles() {
    check("singles", |parts| parts.arithmetic(Format::Single));
}

#[test]
fn conversions() {
    check("conversions", Parts::conversions);
}

#[test]
fn what_rounds_nothing() {
    check("unrounded", Parts::unrounded);
}
