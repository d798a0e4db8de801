//! As `isa_words`, of the floating-point instructions.

#![forbid(unsafe_code)]

use rvjet::isa::{
    FReg, Format, FpCompare, FpInst, FpOp, FpPick, FusedOp, Inst, IntFormat, Reg, Rounding, decode,
    disassemble, encode,
};

use Format::{Double, Single};
use Rounding::{Dyn, Rdn, Rmm, Rne, Rtz, Rup};

fn x(n: u32) -> Reg {
    Reg::new(n)
}

fn f(n: u32) -> FReg {
    FReg::new(n)
}

fn load(format: Format, rd: u32, rs1: u32, offset: i32) -> Inst {
    let (rd, rs1) = (f(rd), x(rs1));
    Inst::Fp(FpInst::Load {
        format,
        rd,
        rs1,
        offset,
    })
}

/// The stored register first, as in the text.
fn store(format: Format, rs2: u32, rs1: u32, offset: i32) -> Inst {
    let (rs1, rs2) = (x(rs1), f(rs2));
    Inst::Fp(FpInst::Store {
        format,
        rs1,
        rs2,
        offset,
    })
}

fn alu(op: FpOp, format: Format, [rd, rs1, rs2]: [u32; 3], rounding: Rounding) -> Inst {
    Inst::Fp(FpInst::Alu {
        op,
        format,
        rd: f(rd),
        rs1: f(rs1),
        rs2: f(rs2),
        rounding,
    })
}

fn fused(op: FusedOp, format: Format, [rd, rs1, rs2, rs3]: [u32; 4], rounding: Rounding) -> Inst {
    Inst::Fp(FpInst::Fused {
        op,
        format,
        rd: f(rd),
        rs1: f(rs1),
        rs2: f(rs2),
        rs3: f(rs3),
        rounding,
    })
}

fn sqrt(format: Format, rd: u32, rs1: u32, rounding: Rounding) -> Inst {
    let (rd, rs1) = (f(rd), f(rs1));
    Inst::Fp(FpInst::Sqrt {
        format,
        rd,
        rs1,
        rounding,
    })
}

fn pick(op: FpPick, format: Format, rd: u32, rs1: u32, rs2: u32) -> Inst {
    Inst::Fp(FpInst::Pick {
        op,
        format,
        rd: f(rd),
        rs1: f(rs1),
        rs2: f(rs2),
    })
}

fn compare(op: FpCompare, format: Format, rd: u32, rs1: u32, rs2: u32) -> Inst {
    Inst::Fp(FpInst::Compare {
        op,
        format,
        rd: x(rd),
        rs1: f(rs1),
        rs2: f(rs2),
    })
}

fn class(format: Format, rd: u32, rs1: u32) -> Inst {
    let (rd, rs1) = (x(rd), f(rs1));
    Inst::Fp(FpInst::Class { format, rd, rs1 })
}

fn convert(to: Format, rd: u32, rs1: u32, rounding: Rounding) -> Inst {
    let (rd, rs1) = (f(rd), f(rs1));
    Inst::Fp(FpInst::Convert {
        to,
        rd,
        rs1,
        rounding,
    })
}

fn to_int(to: IntFormat, from: Format, rd: u32, rs1: u32, rounding: Rounding) -> Inst {
    let (rd, rs1) = (x(rd), f(rs1));
    Inst::Fp(FpInst::ToInt {
        to,
        from,
        rd,
        rs1,
        rounding,
    })
}

fn from_int(to: Format, from: IntFormat, rd: u32, rs1: u32, rounding: Rounding) -> Inst {
    let (rd, rs1) = (f(rd), x(rs1));
    Inst::Fp(FpInst::FromInt {
        to,
        from,
        rd,
        rs1,
        rounding,
    })
}

fn to_bits(format: Format, rd: u32, rs1: u32) -> Inst {
    let (rd, rs1) = (x(rd), f(rs1));
    Inst::Fp(FpInst::ToBits { format, rd, rs1 })
}

fn from_bits(format: Format, rd: u32, rs1: u32) -> Inst {
    let (rd, rs1) = (f(rd), x(rs1));
    Inst::Fp(FpInst::FromBits { format, rd, rs1 })
}

#[rustfmt::skip]
fn words() -> Vec<(u32, &'static str, Inst)> {
    vec![
        (0x8001_2087, "flw\tf1,-2048(x2)", load(Single, 1, 2, -2048)),
        (0x5551_bf87, "fld\tf31,1365(x3)", load(Double, 31, 3, 1365)),
        (0x7e42_afa7, "fsw\tf4,2047(x5)", store(Single, 4, 5, 2047)),
        (0xaa63_b527, "fsd\tf6,-1366(x7)", store(Double, 6, 7, -1366)),
        (0x0031_70d3, "fadd.s\tf1,f2,f3", alu(FpOp::Add, Single, [1, 2, 3], Dyn)),
        (0x0a62_8253, "fsub.d\tf4,f5,f6,rne", alu(FpOp::Sub, Double, [4, 5, 6], Rne)),
        (0x1094_13d3, "fmul.s\tf7,f8,f9,rtz", alu(FpOp::Mul, Single, [7, 8, 9], Rtz)),
        (0x1ac5_a553, "fdiv.d\tf10,f11,f12,rdn", alu(FpOp::Div, Double, [10, 11, 12], Rdn)),
        (0x2031_70c3, "fmadd.s\tf1,f2,f3,f4", fused(FusedOp::Madd, Single, [1, 2, 3, 4], Dyn)),
        (0x4273_32c7, "fmsub.d\tf5,f6,f7,f8,rup", fused(FusedOp::Msub, Double, [5, 6, 7, 8], Rup)),
        (0x60b5_44cb, "fnmsub.s\tf9,f10,f11,f12,rmm", fused(FusedOp::Nmsub, Single, [9, 10, 11, 12], Rmm)),
        (0xfaf7_76cf, "fnmadd.d\tf13,f14,f15,f31", fused(FusedOp::Nmadd, Double, [13, 14, 15, 31], Dyn)),
        (0x5808_9853, "fsqrt.s\tf16,f17,rtz", sqrt(Single, 16, 17, Rtz)),
        (0x5a09_f953, "fsqrt.d\tf18,f19", sqrt(Double, 18, 19, Dyn)),
        (0x2031_00d3, "fsgnj.s\tf1,f2,f3", pick(FpPick::Sgnj, Single, 1, 2, 3)),
        (0x2262_9253, "fsgnjn.d\tf4,f5,f6", pick(FpPick::Sgnjn, Double, 4, 5, 6)),
        (0x2094_23d3, "fsgnjx.s\tf7,f8,f9", pick(FpPick::Sgnjx, Single, 7, 8, 9)),
        (0x2ac5_8553, "fmin.d\tf10,f11,f12", pick(FpPick::Min, Double, 10, 11, 12)),
        (0x28f7_16d3, "fmax.s\tf13,f14,f15", pick(FpPick::Max, Single, 13, 14, 15)),
        (0xa031_20d3, "feq.s\tx1,f2,f3", compare(FpCompare::Eq, Single, 1, 2, 3)),
        (0xa262_9253, "flt.d\tx4,f5,f6", compare(FpCompare::Lt, Double, 4, 5, 6)),
        (0xa094_03d3, "fle.s\tx7,f8,f9", compare(FpCompare::Le, Single, 7, 8, 9)),
        (0xe205_9553, "fclass.d\tx10,f11", class(Double, 10, 11)),
        (0x4016_f653, "fcvt.s.d\tf12,f13", convert(Single, 12, 13, Dyn)),
        (0x4207_8753, "fcvt.d.s\tf14,f15", convert(Double, 14, 15, Rne)),
        (0xc008_9853, "fcvt.w.s\tx16,f17,rtz", to_int(IntFormat::W, Single, 16, 17, Rtz)),
        (0xc219_f953, "fcvt.wu.d\tx18,f19", to_int(IntFormat::Wu, Double, 18, 19, Dyn)),
        (0xc22a_aa53, "fcvt.l.d\tx20,f21,rdn", to_int(IntFormat::L, Double, 20, 21, Rdn)),
        (0xc03b_fb53, "fcvt.lu.s\tx22,f23", to_int(IntFormat::Lu, Single, 22, 23, Dyn)),
        (0xd00c_fc53, "fcvt.s.w\tf24,x25", from_int(Single, IntFormat::W, 24, 25, Dyn)),
        (0xd21d_8d53, "fcvt.d.wu\tf26,x27", from_int(Double, IntFormat::Wu, 26, 27, Rne)),
        (0xd22e_fe53, "fcvt.d.l\tf28,x29", from_int(Double, IntFormat::L, 28, 29, Dyn)),
        (0xd03f_bf53, "fcvt.s.lu\tf30,x31,rup", from_int(Single, IntFormat::Lu, 30, 31, Rup)),
        (0xe001_00d3, "fmv.x.w\tx1,f2", to_bits(Single, 1, 2)),
        (0xe202_01d3, "fmv.x.d\tx3,f4", to_bits(Double, 3, 4)),
        (0xf003_02d3, "fmv.w.x\tf5,x6", from_bits(Single, 5, 6)),
        (0xf204_03d3, "fmv.d.x\tf7,x8", from_bits(Double, 7, 8)),
        // What GNU as makes of a mode for a conversion that needs none, from version 2.41 on.
        (0x4207_9753, "fcvt.d.s\tf14,f15,rtz", convert(Double, 14, 15, Rtz)),
        (0xd21d_fd53, "fcvt.d.wu\tf26,x27,dyn", from_int(Double, IntFormat::Wu, 26, 27, Dyn)),
    ]
}

#[test]
fn the_assembler_s_words() {
    for (word, text, inst) in words() {
        let decoded = decode(word).expect(text);
        assert_eq!((decoded.inst, decoded.len), (inst, 4), "{text}");
        assert_eq!(encode(inst), Some(word), "{text}");
        assert_eq!(disassemble(0, word).to_string(), text);
    }
}

/// `fadd.s` and `fmadd.d` with the modes 5 and 6, in formats that we lack, and a square
/// root with an `rs2`.
#[test]
fn what_is_reserved_does_not_decode() {
    for word in [
        0x0031_50d3,
        0x0031_60d3,
        0x2231_50c3,
        0x0431_70d3,
        0x0631_70d3,
        0x2431_70c3,
        0x5a19_f953,
    ] {
        assert_eq!(decode(word), None, "{word:#x}");
    }
}
