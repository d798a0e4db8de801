//! Random instructions of F and D.

use proptest::prelude::*;
use proptest::sample::select;

use rvjet::isa::{
    CsrOp, CsrSource, FReg, Format, FpCompare, FpInst, FpOp, FpPick, FusedOp, Inst, IntFormat, Reg,
    Rounding,
};

/// Few registers, so that they meet: with homes in XMM registers, and without.
const REGS: [u32; 8] = [15, 14, 10, 0, 8, 27, 26, 31];
/// `fflags`, `frm` and `fcsr`.
const FFLAGS: u16 = 1;
const FRM: u16 = 2;

pub fn freg() -> impl Strategy<Value = FReg> + Clone {
    prop_oneof![8 => select(&REGS[..]), 1 => 0..32u32].prop_map(FReg::new)
}

fn format() -> impl Strategy<Value = Format> + Clone {
    prop_oneof![2 => Just(Format::Double), 1 => Just(Format::Single)]
}

fn rounding() -> impl Strategy<Value = Rounding> + Clone {
    prop_oneof![6 => Just(Rounding::Dyn), 1 => select(&Rounding::ALL[..])]
}

/// What computes one number from others.
fn arithmetic() -> impl Strategy<Value = Inst> + Clone {
    let alu = (select(&FpOp::ALL[..]), freg(), freg());
    let fused = (select(&FusedOp::ALL[..]), freg(), freg(), freg());
    let pick = (select(&FpPick::ALL[..]), freg(), freg());
    let common = (format(), freg(), rounding());
    prop_oneof![
        4 => (alu, common.clone()).prop_map(|((op, rs1, rs2), (format, rd, rounding))| {
            Inst::Fp(FpInst::Alu { op, format, rd, rs1, rs2, rounding })
        }),
        2 => (fused, common.clone()).prop_map(|((op, rs1, rs2, rs3), (format, rd, rounding))| {
            Inst::Fp(FpInst::Fused { op, format, rd, rs1, rs2, rs3, rounding })
        }),
        1 => (freg(), common.clone()).prop_map(|(rs1, (format, rd, rounding))| {
            Inst::Fp(FpInst::Sqrt { format, rd, rs1, rounding })
        }),
        3 => (pick, common.clone()).prop_map(|((op, rs1, rs2), (format, rd, _))| {
            Inst::Fp(FpInst::Pick { op, format, rd, rs1, rs2 })
        }),
        1 => (freg(), common).prop_map(|(rs1, (to, rd, rounding))| {
            Inst::Fp(FpInst::Convert { to, rd, rs1, rounding })
        }),
    ]
}

/// What goes between integers and numbers.
fn exchange(
    rd: impl Strategy<Value = Reg> + Clone,
    rs: impl Strategy<Value = Reg> + Clone,
) -> impl Strategy<Value = Inst> + Clone {
    let compare = (select(&FpCompare::ALL[..]), freg(), freg());
    let int = select(&IntFormat::ALL[..]);
    let of = (format(), rd);
    let from = (format(), freg(), rs);
    prop_oneof![
        3 => (compare, of.clone()).prop_map(|((op, rs1, rs2), (format, rd))| {
            Inst::Fp(FpInst::Compare { op, format, rd, rs1, rs2 })
        }),
        1 => (freg(), of.clone()).prop_map(|(rs1, (format, rd))| Inst::Fp(FpInst::Class { format, rd, rs1 })),
        2 => (int.clone(), freg(), rounding(), of.clone()).prop_map(|(to, rs1, rounding, (from, rd))| {
            Inst::Fp(FpInst::ToInt { to, from, rd, rs1, rounding })
        }),
        2 => (int, rounding(), from.clone()).prop_map(|(from, rounding, (to, rd, rs1))| {
            Inst::Fp(FpInst::FromInt { to, from, rd, rs1, rounding })
        }),
        1 => (freg(), of).prop_map(|(rs1, (format, rd))| Inst::Fp(FpInst::ToBits { format, rd, rs1 })),
        2 => from.prop_map(|(format, rd, rs1)| Inst::Fp(FpInst::FromBits { format, rd, rs1 })),
    ]
}

fn access(
    base: impl Strategy<Value = Reg> + Clone,
    offset: impl Strategy<Value = i32> + Clone,
) -> impl Strategy<Value = Inst> + Clone {
    (any::<bool>(), format(), freg(), base, offset).prop_map(
        |(is_load, format, reg, rs1, offset)| match is_load {
            true => Inst::Fp(FpInst::Load {
                format,
                rd: reg,
                rs1,
                offset,
            }),
            false => Inst::Fp(FpInst::Store {
                format,
                rs1,
                rs2: reg,
                offset,
            }),
        },
    )
}

/// Reads and writes of `fcsr` and its fields, most of which leave the rounding mode as
/// it is, and hardly any of which make it a reserved one.
fn control(
    rd: impl Strategy<Value = Reg> + Clone,
    rs: impl Strategy<Value = Reg> + Clone,
) -> impl Strategy<Value = Inst> + Clone {
    let read = (rd.clone(), 1..4u16, Just(CsrOp::Set), Just(0u8));
    let flags = (rd.clone(), Just(FFLAGS), op(), 0..32u8);
    let mode = prop_oneof![4 => Just(0u8), 4 => 0..4u8, 1 => Just(4), 1 => 5..8u8];
    let mode = (rd.clone(), Just(FRM), Just(CsrOp::Write), mode);
    let by_immediate = prop_oneof![4 => read, 2 => flags, 2 => mode];
    let by_register = (rd, Just(FFLAGS), op(), rs);
    prop_oneof![
        4 => by_immediate.prop_map(|(rd, csr, op, imm)| {
            Inst::Csr { op, rd, csr, source: CsrSource::Imm(imm) }
        }),
        1 => by_register.prop_map(|(rd, csr, op, rs1)| {
            Inst::Csr { op, rd, csr, source: CsrSource::Reg(rs1) }
        }),
    ]
}

fn op() -> impl Strategy<Value = CsrOp> + Clone {
    select(&[CsrOp::Write, CsrOp::Set, CsrOp::Clear][..])
}

/// Any of those, with these integer registers.
pub fn float(
    rd: impl Strategy<Value = Reg> + Clone + 'static,
    rs: impl Strategy<Value = Reg> + Clone + 'static,
    base: impl Strategy<Value = Reg> + Clone + 'static,
    offset: impl Strategy<Value = i32> + Clone + 'static,
) -> impl Strategy<Value = Inst> + Clone {
    prop_oneof![
        10 => arithmetic(),
        6 => exchange(rd.clone(), rs.clone()),
        6 => access(base, offset),
        1 => control(rd, rs),
    ]
}

/// A number at which operations are known to differ, of either format.
pub fn number() -> impl Strategy<Value = u64> + Clone {
    let doubles = [
        0.0,
        -0.0,
        1.0,
        -1.5,
        1.0 / 3.0,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::INFINITY,
        f64::NAN,
        2_147_483_648.0,
        -2_147_483_649.0,
        4_294_967_295.5,
        9.3e18,
    ];
    let singles = [
        0.0_f32,
        -1.0,
        0.1,
        f32::MIN_POSITIVE,
        -f32::MAX,
        f32::NEG_INFINITY,
        f32::NAN,
        3e9,
    ];
    let boxed = |single: f32| u64::from(single.to_bits()) | 0xffff_ffff << 32;
    prop_oneof![
        4 => select(doubles.map(f64::to_bits).to_vec()),
        3 => select(singles.map(boxed).to_vec()),
        1 => select(vec![1, 0x8000_0000_0000_0001, 0x7ff0_0000_0000_0001, 0xffff_ffff_7f80_0001]),
        1 => any::<u64>(),
    ]
}
