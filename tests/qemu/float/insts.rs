//! Every floating-point instruction, on the registers that a table is loaded to.

use rvjet::isa::{
    FReg, Format, FpCompare, FpInst, FpOp, FpPick, FusedOp, Inst, IntFormat, Reg, Rounding,
};

use crate::random::Random;

/// Which register plays which part.
pub struct Parts {
    /// Three doubles, then three singles.
    pub operands: [[FReg; 3]; 2],
    /// Takes results.
    pub result: FReg,
    /// An integer.
    pub integer: Reg,
    /// Takes integer results.
    pub outcome: Reg,
    /// Walks over the table.
    pub row: Reg,
    /// Walk over the results: of values, of flags.
    pub values: Reg,
    pub flags: Reg,
    /// The end of the table.
    pub end: Reg,
}

impl Parts {
    pub fn new(seed: u64) -> Parts {
        let mut random = Random::new(seed);
        let all: Vec<FReg> = FReg::all().collect();
        let f = random.shuffled(&all);
        let all: Vec<Reg> = Reg::all().skip(1).collect();
        let x = random.shuffled(&all);
        Parts {
            operands: [[f[0], f[1], f[2]], [f[3], f[4], f[5]]],
            result: f[6],
            integer: x[0],
            outcome: x[1],
            row: x[2],
            values: x[3],
            flags: x[4],
            end: x[5],
        }
    }

    fn of(&self, format: Format) -> [FReg; 3] {
        match format {
            Format::Double => self.operands[0],
            Format::Single => self.operands[1],
        }
    }

    /// Sums, products, quotients and roots, in every rounding mode.
    pub fn arithmetic(&self, format: Format) -> Vec<Inst> {
        let rounded = Rounding::ALL.into_iter();
        rounded
            .flat_map(|mode| self.rounded(format, mode))
            .collect()
    }

    fn rounded(&self, format: Format, rounding: Rounding) -> Vec<Inst> {
        let ([rs1, rs2, rs3], rd) = (self.of(format), self.result);
        let mut insts = vec![Inst::Fp(FpInst::Sqrt {
            format,
            rd,
            rs1,
            rounding,
        })];
        insts.extend(FpOp::ALL.map(|op| {
            Inst::Fp(FpInst::Alu {
                op,
                format,
                rd,
                rs1,
                rs2,
                rounding,
            })
        }));
        insts.extend(FusedOp::ALL.map(|op| {
            Inst::Fp(FpInst::Fused {
                op,
                format,
                rd,
                rs1,
                rs2,
                rs3,
                rounding,
            })
        }));
        insts
    }

    /// Conversions, in every rounding mode.
    pub fn conversions(&self) -> Vec<Inst> {
        let modes = Rounding::ALL.into_iter();
        let formats = modes.flat_map(|mode| Format::ALL.map(|format| (mode, format)));
        formats
            .flat_map(|(mode, format)| self.converted(format, mode))
            .collect()
    }

    fn converted(&self, to: Format, rounding: Rounding) -> Vec<Inst> {
        let (from, rd) = (other(to), self.result);
        let [rs1, ..] = self.of(from);
        let mut insts = vec![Inst::Fp(FpInst::Convert {
            to,
            rd,
            rs1,
            rounding,
        })];
        for int in IntFormat::ALL {
            insts.push(Inst::Fp(FpInst::ToInt {
                to: int,
                from,
                rd: self.outcome,
                rs1,
                rounding,
            }));
            insts.push(Inst::Fp(FpInst::FromInt {
                to,
                from: int,
                rd,
                rs1: self.integer,
                rounding,
            }));
        }
        insts
    }

    /// What rounds nothing.
    pub fn unrounded(&self) -> Vec<Inst> {
        let formats = Format::ALL.into_iter();
        formats.flat_map(|format| self.exact(format)).collect()
    }

    fn exact(&self, format: Format) -> Vec<Inst> {
        let ([rs1, rs2, _], rd, outcome) = (self.of(format), self.result, self.outcome);
        let mut insts = Vec::new();
        insts.extend(FpPick::ALL.map(|op| {
            Inst::Fp(FpInst::Pick {
                op,
                format,
                rd,
                rs1,
                rs2,
            })
        }));
        insts.extend(FpCompare::ALL.map(|op| {
            Inst::Fp(FpInst::Compare {
                op,
                format,
                rd: outcome,
                rs1,
                rs2,
            })
        }));
        let (from, integer) = (rs1, self.integer);
        insts.extend([
            Inst::Fp(FpInst::Pick {
                op: FpPick::Sgnjn,
                format,
                rd,
                rs1,
                rs2: rs1,
            }),
            Inst::Fp(FpInst::Class {
                format,
                rd: outcome,
                rs1: from,
            }),
            Inst::Fp(FpInst::ToBits {
                format,
                rd: outcome,
                rs1: from,
            }),
            Inst::Fp(FpInst::FromBits {
                format,
                rd,
                rs1: integer,
            }),
        ]);
        insts.extend(self.memory(format));
        insts
    }

    /// Loads, aligned and not, and a store, whose address is the next result's.
    fn memory(&self, format: Format) -> [Inst; 3] {
        let (rd, rs1, [rs2, ..]) = (self.result, self.row, self.of(format));
        let load = |offset| {
            Inst::Fp(FpInst::Load {
                format,
                rd,
                rs1,
                offset,
            })
        };
        let store = Inst::Fp(FpInst::Store {
            format,
            rs1: self.values,
            rs2,
            offset: 0,
        });
        [load(-64), load(-51), store]
    }
}

fn other(format: Format) -> Format {
    match format {
        Format::Single => Format::Double,
        Format::Double => Format::Single,
    }
}

/// The instruction with its result in the place of an operand, and which operand that is.
/// Of those with a floating-point result and operand.
pub fn in_place(inst: Inst, operand: usize, to: FReg) -> Option<(Inst, FReg)> {
    let mut inst = inst;
    let from = match (&mut inst, operand) {
        (
            Inst::Fp(FpInst::Alu { rs1, .. })
            | Inst::Fp(FpInst::Pick { rs1, .. })
            | Inst::Fp(FpInst::Fused { rs1, .. }),
            0,
        )
        | (Inst::Fp(FpInst::Sqrt { rs1, .. }) | Inst::Fp(FpInst::Convert { rs1, .. }), _) => rs1,
        (
            Inst::Fp(FpInst::Alu { rs2, .. })
            | Inst::Fp(FpInst::Pick { rs2, .. })
            | Inst::Fp(FpInst::Fused { rs2, .. }),
            1,
        ) => rs2,
        (Inst::Fp(FpInst::Fused { rs3, .. }), 2) => rs3,
        _ => return None,
    };
    let replaced = std::mem::replace(from, to);
    Some((inst, replaced))
}
