//! The text of the floating-point instructions.

use std::fmt;

use super::mnemonic;
use crate::isa::{Format, FpInst, IntFormat, Rounding};

/// Writes an instruction of the F or D extension.
pub(super) fn write(f: &mut fmt::Formatter<'_>, inst: FpInst) -> fmt::Result {
    match inst {
        FpInst::Load {
            format,
            rd,
            rs1,
            offset,
        } => write!(f, "fl{}\t{rd},{offset}({rs1})", memory_letter(format)),
        FpInst::Store {
            format,
            rs1,
            rs2,
            offset,
        } => write!(f, "fs{}\t{rs2},{offset}({rs1})", memory_letter(format)),
        FpInst::Alu {
            op,
            format,
            rd,
            rs1,
            rs2,
            rounding,
        } => {
            let (name, letter) = (mnemonic::fp_alu(op), letter(format));
            write!(f, "{name}.{letter}\t{rd},{rs1},{rs2}{}", mode(rounding))
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
            let (name, letter) = (mnemonic::fused(op), letter(format));
            let mode = mode(rounding);
            write!(f, "{name}.{letter}\t{rd},{rs1},{rs2},{rs3}{mode}")
        }
        FpInst::Pick {
            op,
            format,
            rd,
            rs1,
            rs2,
        } => {
            let (name, letter) = (mnemonic::fp_pick(op), letter(format));
            write!(f, "{name}.{letter}\t{rd},{rs1},{rs2}")
        }
        FpInst::Compare {
            op,
            format,
            rd,
            rs1,
            rs2,
        } => {
            let (name, letter) = (mnemonic::fp_compare(op), letter(format));
            write!(f, "{name}.{letter}\t{rd},{rs1},{rs2}")
        }
        _ => unary(f, inst),
    }
}

/// An instruction with one operand.
fn unary(f: &mut fmt::Formatter<'_>, inst: FpInst) -> fmt::Result {
    match inst {
        FpInst::Sqrt {
            format,
            rd,
            rs1,
            rounding,
        } => {
            let (letter, mode) = (letter(format), mode(rounding));
            write!(f, "fsqrt.{letter}\t{rd},{rs1}{mode}")
        }
        FpInst::Convert {
            to,
            rd,
            rs1,
            rounding,
        } => match to {
            Format::Single => write!(f, "fcvt.s.d\t{rd},{rs1}{}", mode(rounding)),
            Format::Double => write!(f, "fcvt.d.s\t{rd},{rs1}{}", idle_mode(rounding)),
        },
        FpInst::ToInt {
            to,
            from,
            rd,
            rs1,
            rounding,
        } => {
            let (to, from, mode) = (mnemonic::int_format(to), letter(from), mode(rounding));
            write!(f, "fcvt.{to}.{from}\t{rd},{rs1}{mode}")
        }
        FpInst::FromInt {
            to,
            from,
            rd,
            rs1,
            rounding,
        } => {
            let mode = match (to, from) {
                (Format::Double, IntFormat::W | IntFormat::Wu) => idle_mode(rounding),
                _ => mode(rounding),
            };
            let (to, from) = (letter(to), mnemonic::int_format(from));
            write!(f, "fcvt.{to}.{from}\t{rd},{rs1}{mode}")
        }
        FpInst::Class { format, rd, rs1 } => write!(f, "fclass.{}\t{rd},{rs1}", letter(format)),
        FpInst::ToBits { format, rd, rs1 } => {
            write!(f, "fmv.x.{}\t{rd},{rs1}", memory_letter(format))
        }
        FpInst::FromBits { format, rd, rs1 } => {
            write!(f, "fmv.{}.x\t{rd},{rs1}", memory_letter(format))
        }
        _ => unreachable!("the other shapes have more operands"),
    }
}

/// The letter of a format in arithmetic: `s`, `d`.
const fn letter(format: Format) -> &'static str {
    match format {
        Format::Single => "s",
        Format::Double => "d",
    }
}

/// The letter of a format whose bits are moved: `w`, `d`.
const fn memory_letter(format: Format) -> &'static str {
    mnemonic::width(format.width())
}

/// The last operand of what rounds; the dynamic mode does not show.
const fn mode(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::Dyn => "",
        _ => named_mode(rounding),
    }
}

/// The last operand of what has nothing to round: the mode that assemblers give it,
/// to the nearest, does not show.
const fn idle_mode(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::Rne => "",
        _ => named_mode(rounding),
    }
}

const fn named_mode(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::Rne => ",rne",
        Rounding::Rtz => ",rtz",
        Rounding::Rdn => ",rdn",
        Rounding::Rup => ",rup",
        Rounding::Rmm => ",rmm",
        Rounding::Dyn => ",dyn",
    }
}
