//! From the bits of floating-point instructions to [`FpInst`].

use super::field::{fd, fs1, fs2, fs3, piece, rd, rs1};
use super::{Format, FpCompare, FpInst, FpOp, FpPick, FusedOp, IntFormat, Rounding, opcode};

/// A 32-bit instruction of the F or D extension.
pub(super) fn float(word: u32) -> Option<FpInst> {
    match word & opcode::OPCODE_MASK {
        opcode::LOAD_FP => load(word),
        opcode::STORE_FP => store(word),
        opcode::MADD | opcode::MSUB | opcode::NMSUB | opcode::NMADD => fused(word),
        opcode::OP_FP => alu(word)
            .or_else(|| pick(word))
            .or_else(|| compare(word))
            .or_else(|| between_formats(word))
            .or_else(|| with_integer(word))
            .or_else(|| bits(word)),
        _ => None,
    }
}

/// The `rm` field, if it is not reserved.
fn rounding(word: u32) -> Option<Rounding> {
    Rounding::of(piece(word, 12, 3))
}

/// The format for which `code` gives the bits of `word` under `mask`.
fn format(word: u32, mask: u32, code: fn(Format) -> u32) -> Option<Format> {
    let mut formats = Format::ALL.into_iter();
    formats.find(|&format| word & mask == code(format))
}

/// The operation and format for which `code` gives the bits of `word` under `mask`.
fn find<T: Copy>(
    all: &[T],
    word: u32,
    mask: u32,
    code: fn(T, Format) -> u32,
) -> Option<(T, Format)> {
    let pairs = all
        .iter()
        .flat_map(|&op| Format::ALL.map(|format| (op, format)));
    let mut pairs = pairs.filter(|&(op, format)| word & mask == code(op, format));
    pairs.next()
}

fn load(word: u32) -> Option<FpInst> {
    Some(FpInst::Load {
        format: format(word, opcode::I_MASK, opcode::fp_load)?,
        rd: fd(word),
        rs1: rs1(word),
        offset: opcode::I_IMM.get(word),
    })
}

fn store(word: u32) -> Option<FpInst> {
    Some(FpInst::Store {
        format: format(word, opcode::I_MASK, opcode::fp_store)?,
        rs1: rs1(word),
        rs2: fs2(word),
        offset: opcode::S_IMM.get(word),
    })
}

fn fused(word: u32) -> Option<FpInst> {
    let (op, format) = find(&FusedOp::ALL, word, opcode::FUSED_MASK, opcode::fused)?;
    Some(FpInst::Fused {
        op,
        format,
        rd: fd(word),
        rs1: fs1(word),
        rs2: fs2(word),
        rs3: fs3(word),
        rounding: rounding(word)?,
    })
}

fn alu(word: u32) -> Option<FpInst> {
    let (op, format) = find(&FpOp::ALL, word, opcode::FP_MASK, opcode::fp_alu)?;
    Some(FpInst::Alu {
        op,
        format,
        rd: fd(word),
        rs1: fs1(word),
        rs2: fs2(word),
        rounding: rounding(word)?,
    })
}

fn pick(word: u32) -> Option<FpInst> {
    let (op, format) = find(&FpPick::ALL, word, opcode::R_MASK, opcode::fp_pick)?;
    let (rd, rs1, rs2) = (fd(word), fs1(word), fs2(word));
    Some(FpInst::Pick {
        op,
        format,
        rd,
        rs1,
        rs2,
    })
}

fn compare(word: u32) -> Option<FpInst> {
    let (op, format) = find(&FpCompare::ALL, word, opcode::R_MASK, opcode::fp_compare)?;
    let (rd, rs1, rs2) = (rd(word), fs1(word), fs2(word));
    Some(FpInst::Compare {
        op,
        format,
        rd,
        rs1,
        rs2,
    })
}

/// Square roots and conversions.
fn between_formats(word: u32) -> Option<FpInst> {
    let (rd, rs1, mask) = (fd(word), fs1(word), opcode::FP_UNARY_MASK);
    if let Some(format) = format(word, mask, opcode::fp_sqrt) {
        return Some(FpInst::Sqrt {
            format,
            rd,
            rs1,
            rounding: rounding(word)?,
        });
    }
    Some(FpInst::Convert {
        to: format(word, mask, opcode::fp_convert)?,
        rd,
        rs1,
        rounding: rounding(word)?,
    })
}

/// Conversions from and to integers.
fn with_integer(word: u32) -> Option<FpInst> {
    let mask = opcode::FP_UNARY_MASK;
    if let Some((to, from)) = find(&IntFormat::ALL, word, mask, opcode::fp_to_int) {
        return Some(FpInst::ToInt {
            to,
            from,
            rd: rd(word),
            rs1: fs1(word),
            rounding: rounding(word)?,
        });
    }
    let int_to_fp = |from, to| opcode::int_to_fp(to, from);
    let (from, to) = find(&IntFormat::ALL, word, mask, int_to_fp)?;
    Some(FpInst::FromInt {
        to,
        from,
        rd: fd(word),
        rs1: rs1(word),
        rounding: rounding(word)?,
    })
}

/// What looks at the bits of a number.
fn bits(word: u32) -> Option<FpInst> {
    let mask = opcode::R_MASK | opcode::FP_UNARY_MASK;
    if let Some(format) = format(word, mask, opcode::fp_class) {
        let (rd, rs1) = (rd(word), fs1(word));
        return Some(FpInst::Class { format, rd, rs1 });
    }
    if let Some(format) = format(word, mask, opcode::fp_to_bits) {
        let (rd, rs1) = (rd(word), fs1(word));
        return Some(FpInst::ToBits { format, rd, rs1 });
    }
    let format = format(word, mask, opcode::fp_from_bits)?;
    let (rd, rs1) = (fd(word), rs1(word));
    Some(FpInst::FromBits { format, rd, rs1 })
}
