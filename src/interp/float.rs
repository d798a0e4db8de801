//! What the floating-point instructions do to the hart.

use super::execute::{address, illegal, load, store};
use crate::isa::semantics::{self, Flags, RoundingMode};
use crate::isa::{FReg, FpInst, Reg, Rounding};
use crate::machine::{Hart, Stop};

/// Executes an instruction of the F or D extension, but for `pc`.
pub(super) fn execute(hart: &mut Hart, inst: FpInst) -> Result<(), Stop> {
    match inst {
        FpInst::Load {
            format,
            rd,
            rs1,
            offset,
        } => {
            let raw = load(hart, format.width(), address(hart, rs1, offset))?;
            hart.state.set_freg(rd, semantics::fp_box(format, raw));
        }
        FpInst::Store {
            format,
            rs1,
            rs2,
            offset,
        } => {
            let value = hart.state.freg(rs2);
            store(hart, format.width(), address(hart, rs1, offset), value)?;
        }
        FpInst::Alu {
            op,
            format,
            rd,
            rs1,
            rs2,
            rounding,
        } => {
            let mode = mode(hart, rounding)?;
            let [a, b] = [rs1, rs2].map(|reg| hart.state.freg(reg));
            set(hart, rd, semantics::fp_alu(op, format, a, b, mode));
        }
        FpInst::Fused {
            op,
            format,
            rd,
            rs1,
            rs2,
            rs3,
            rounding,
        } => {
            let mode = mode(hart, rounding)?;
            let operands = [rs1, rs2, rs3].map(|reg| hart.state.freg(reg));
            set(hart, rd, semantics::fp_fused(op, format, operands, mode));
        }
        FpInst::Pick {
            op,
            format,
            rd,
            rs1,
            rs2,
        } => {
            let [a, b] = [rs1, rs2].map(|reg| hart.state.freg(reg));
            set(hart, rd, semantics::fp_pick(op, format, a, b));
        }
        FpInst::Compare {
            op,
            format,
            rd,
            rs1,
            rs2,
        } => {
            let [a, b] = [rs1, rs2].map(|reg| hart.state.freg(reg));
            set_integer(hart, rd, semantics::fp_compare(op, format, a, b));
        }
        _ => unary(hart, inst)?,
    }
    Ok(())
}

/// Executes an instruction with one operand.
fn unary(hart: &mut Hart, inst: FpInst) -> Result<(), Stop> {
    match inst {
        FpInst::Sqrt {
            format,
            rd,
            rs1,
            rounding,
        } => {
            let (mode, a) = (mode(hart, rounding)?, hart.state.freg(rs1));
            set(hart, rd, semantics::fp_sqrt(format, a, mode));
        }
        FpInst::Convert {
            to,
            rd,
            rs1,
            rounding,
        } => {
            let (mode, a) = (mode(hart, rounding)?, hart.state.freg(rs1));
            set(hart, rd, semantics::fp_convert(to, a, mode));
        }
        FpInst::ToInt {
            to,
            from,
            rd,
            rs1,
            rounding,
        } => {
            let (mode, a) = (mode(hart, rounding)?, hart.state.freg(rs1));
            set_integer(hart, rd, semantics::fp_to_int(to, from, a, mode));
        }
        FpInst::FromInt {
            to,
            from,
            rd,
            rs1,
            rounding,
        } => {
            let (mode, a) = (mode(hart, rounding)?, hart.state.reg(rs1));
            set(hart, rd, semantics::int_to_fp(to, from, a, mode));
        }
        _ => bits(hart, inst),
    }
    Ok(())
}

/// Executes what looks at the bits of a number, which raises nothing.
fn bits(hart: &mut Hart, inst: FpInst) {
    match inst {
        FpInst::Class { format, rd, rs1 } => {
            let class = semantics::fp_class(format, hart.state.freg(rs1));
            hart.state.set_reg(rd, class);
        }
        FpInst::ToBits { format, rd, rs1 } => {
            let bits = semantics::fp_bits(format, hart.state.freg(rs1));
            hart.state.set_reg(rd, bits);
        }
        FpInst::FromBits { format, rd, rs1 } => {
            let number = semantics::fp_box(format, hart.state.reg(rs1));
            hart.state.set_freg(rd, number);
        }
        _ => unreachable!("the other shapes are executed elsewhere"),
    }
}

/// How to round; without a mode that `frm` can stand for, the trap.
fn mode(hart: &mut Hart, rounding: Rounding) -> Result<RoundingMode, Stop> {
    RoundingMode::of(rounding, hart.state.fcsr).ok_or_else(|| illegal(hart))
}

/// `rd = value`, and what was raised accrues.
fn set(hart: &mut Hart, rd: FReg, (value, raised): (u64, Flags)) {
    hart.state.set_freg(rd, value);
    hart.state.fcsr |= raised.bits();
}

/// `rd = value`, and what was raised accrues.
fn set_integer(hart: &mut Hart, rd: Reg, (value, raised): (u64, Flags)) {
    hart.state.set_reg(rd, value);
    hart.state.fcsr |= raised.bits();
}
