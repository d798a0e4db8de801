//! Instructions of F and D, from what differs in the tests.

use crate::isa::{
    CsrOp, CsrSource, FReg, Format, FpCompare, FpInst, FpOp, FpPick, FusedOp, Inst, IntFormat, Reg,
    Rounding,
};

pub(super) fn alu(
    op: FpOp,
    format: Format,
    [rd, rs1, rs2, _]: [FReg; 4],
    rounding: Rounding,
) -> Inst {
    Inst::Fp(FpInst::Alu {
        op,
        format,
        rd,
        rs1,
        rs2,
        rounding,
    })
}

pub(super) fn fused(
    op: FusedOp,
    format: Format,
    [rd, rs1, rs2, rs3]: [FReg; 4],
    rounding: Rounding,
) -> Inst {
    Inst::Fp(FpInst::Fused {
        op,
        format,
        rd,
        rs1,
        rs2,
        rs3,
        rounding,
    })
}

pub(super) fn sqrt(format: Format, [rd, rs1, ..]: [FReg; 4], rounding: Rounding) -> Inst {
    Inst::Fp(FpInst::Sqrt {
        format,
        rd,
        rs1,
        rounding,
    })
}

pub(super) fn pick(op: FpPick, format: Format, [rd, rs1, rs2, _]: [FReg; 4]) -> Inst {
    Inst::Fp(FpInst::Pick {
        op,
        format,
        rd,
        rs1,
        rs2,
    })
}

pub(super) fn compare(op: FpCompare, format: Format, rd: Reg, [_, rs1, rs2, _]: [FReg; 4]) -> Inst {
    Inst::Fp(FpInst::Compare {
        op,
        format,
        rd,
        rs1,
        rs2,
    })
}

pub(super) fn convert(to: Format, [rd, rs1, ..]: [FReg; 4], rounding: Rounding) -> Inst {
    Inst::Fp(FpInst::Convert {
        to,
        rd,
        rs1,
        rounding,
    })
}

pub(super) fn to_int(to: IntFormat, from: Format, rd: Reg, rs1: FReg, rounding: Rounding) -> Inst {
    Inst::Fp(FpInst::ToInt {
        to,
        from,
        rd,
        rs1,
        rounding,
    })
}

pub(super) fn from_int(
    to: Format,
    from: IntFormat,
    rd: FReg,
    rs1: Reg,
    rounding: Rounding,
) -> Inst {
    Inst::Fp(FpInst::FromInt {
        to,
        from,
        rd,
        rs1,
        rounding,
    })
}

pub(super) fn load(format: Format, rd: FReg, rs1: Reg, offset: i32) -> Inst {
    Inst::Fp(FpInst::Load {
        format,
        rd,
        rs1,
        offset,
    })
}

pub(super) fn store(format: Format, rs2: FReg, rs1: Reg, offset: i32) -> Inst {
    Inst::Fp(FpInst::Store {
        format,
        rs1,
        rs2,
        offset,
    })
}

pub(super) fn csr(op: CsrOp, rd: Reg, csr: u16, source: CsrSource) -> Inst {
    Inst::Csr {
        op,
        rd,
        csr,
        source,
    }
}
