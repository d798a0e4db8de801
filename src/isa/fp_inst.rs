//! Floating-point instructions by shape (ISA manual, chapters "F" and "D").

use super::{FReg, Format, FpCompare, FpOp, FpPick, FusedOp, IntFormat, Reg, Rounding};

/// A decoded instruction of the F or D extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "the fields are those of the ISA manual's formats"
)]
pub enum FpInst {
    /// `rd = mem[rs1 + offset]`, boxed.
    Load {
        format: Format,
        rd: FReg,
        rs1: Reg,
        offset: i32,
    },
    /// `mem[rs1 + offset] = low bits of rs2`, boxed or not.
    Store {
        format: Format,
        rs1: Reg,
        rs2: FReg,
        offset: i32,
    },
    /// `rd = rs1 op rs2`
    Alu {
        op: FpOp,
        format: Format,
        rd: FReg,
        rs1: FReg,
        rs2: FReg,
        rounding: Rounding,
    },
    /// `rd = ±(rs1 × rs2) ± rs3`
    Fused {
        op: FusedOp,
        format: Format,
        rd: FReg,
        rs1: FReg,
        rs2: FReg,
        rs3: FReg,
        rounding: Rounding,
    },
    /// `rd = √rs1`
    Sqrt {
        format: Format,
        rd: FReg,
        rs1: FReg,
        rounding: Rounding,
    },
    /// `rd = rs1 op rs2`: a sign injection, minimum or maximum.
    Pick {
        op: FpPick,
        format: Format,
        rd: FReg,
        rs1: FReg,
        rs2: FReg,
    },
    /// `rd = rs1 op rs2`, an integer.
    Compare {
        op: FpCompare,
        format: Format,
        rd: Reg,
        rs1: FReg,
        rs2: FReg,
    },
    /// `rd = class of rs1`: one of ten bits.
    Class { format: Format, rd: Reg, rs1: FReg },
    /// `rd = rs1`, from the other format to this.
    Convert {
        to: Format,
        rd: FReg,
        rs1: FReg,
        rounding: Rounding,
    },
    /// `rd = rs1` as an integer, the nearest that there is.
    ToInt {
        to: IntFormat,
        from: Format,
        rd: Reg,
        rs1: FReg,
        rounding: Rounding,
    },
    /// `rd = rs1`, an integer.
    FromInt {
        to: Format,
        from: IntFormat,
        rd: FReg,
        rs1: Reg,
        rounding: Rounding,
    },
    /// `rd = sext(bits of rs1)`, whatever they are: `fmv.x.w` and `fmv.x.d`.
    ToBits { format: Format, rd: Reg, rs1: FReg },
    /// `rd = low bits of rs1`, boxed: `fmv.w.x` and `fmv.d.x`.
    FromBits { format: Format, rd: FReg, rs1: Reg },
}

/// The floating-point registers that an instruction has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the ISA manual's formats"
)]
pub struct FpRegisters {
    pub rd: Option<FReg>,
    pub rs1: Option<FReg>,
    pub rs2: Option<FReg>,
    pub rs3: Option<FReg>,
}

impl FpRegisters {
    /// Those of an instruction that has none.
    pub const NONE: FpRegisters = FpRegisters {
        rd: None,
        rs1: None,
        rs2: None,
        rs3: None,
    };
}

impl FpInst {
    /// The integer registers `rd` and `rs1`, as far as the instruction has them.
    pub const fn registers(self) -> (Option<Reg>, Option<Reg>) {
        match self {
            FpInst::Load { rs1, .. }
            | FpInst::Store { rs1, .. }
            | FpInst::FromInt { rs1, .. }
            | FpInst::FromBits { rs1, .. } => (None, Some(rs1)),
            FpInst::Compare { rd, .. }
            | FpInst::Class { rd, .. }
            | FpInst::ToInt { rd, .. }
            | FpInst::ToBits { rd, .. } => (Some(rd), None),
            FpInst::Alu { .. }
            | FpInst::Fused { .. }
            | FpInst::Sqrt { .. }
            | FpInst::Pick { .. }
            | FpInst::Convert { .. } => (None, None),
        }
    }

    /// The floating-point registers, as far as the instruction has them.
    pub const fn fp_registers(self) -> FpRegisters {
        let (rd, rs1, rs2, rs3) = match self {
            FpInst::Load { rd, .. } | FpInst::FromInt { rd, .. } | FpInst::FromBits { rd, .. } => {
                (Some(rd), None, None, None)
            }
            FpInst::Store { rs2, .. } => (None, None, Some(rs2), None),
            FpInst::Alu { rd, rs1, rs2, .. } | FpInst::Pick { rd, rs1, rs2, .. } => {
                (Some(rd), Some(rs1), Some(rs2), None)
            }
            FpInst::Fused {
                rd, rs1, rs2, rs3, ..
            } => (Some(rd), Some(rs1), Some(rs2), Some(rs3)),
            FpInst::Sqrt { rd, rs1, .. } | FpInst::Convert { rd, rs1, .. } => {
                (Some(rd), Some(rs1), None, None)
            }
            FpInst::Compare { rs1, rs2, .. } => (None, Some(rs1), Some(rs2), None),
            FpInst::Class { rs1, .. } | FpInst::ToInt { rs1, .. } | FpInst::ToBits { rs1, .. } => {
                (None, Some(rs1), None, None)
            }
        };
        FpRegisters { rd, rs1, rs2, rs3 }
    }
}
