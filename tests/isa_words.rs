//! Words that GNU as made of the texts beside them: decoded, encoded and
//! printed again. At least one a mnemonic, with fields that tell them apart.

#![forbid(unsafe_code)]

use rvjet::isa::{
    AluOp, AmoOp, BitImmOp, BitOp, BitUnaryOp, CacheBlockOp, Cond, CsrOp, CsrSource, Inst, LoadOp,
    MulDivOp, Ordering, Reg, Width, decode, disassemble, encode,
};

/// Where the words stand.
const PC: u64 = 0x4000_0000;

fn x(n: u32) -> CsrSource {
    CsrSource::Reg(r(n))
}

fn r(n: u32) -> Reg {
    Reg::new(n)
}

fn lui(rd: u32, imm: i32) -> Inst {
    Inst::Lui { rd: r(rd), imm }
}

fn auipc(rd: u32, imm: i32) -> Inst {
    Inst::Auipc { rd: r(rd), imm }
}

fn jal(rd: u32, offset: i32) -> Inst {
    let rd = r(rd);
    Inst::Jal { rd, offset }
}

fn jalr(rd: u32, rs1: u32, offset: i32) -> Inst {
    let (rd, rs1) = (r(rd), r(rs1));
    Inst::Jalr { rd, rs1, offset }
}

fn branch(cond: Cond, rs1: u32, rs2: u32, offset: i32) -> Inst {
    let (rs1, rs2) = (r(rs1), r(rs2));
    Inst::Branch {
        cond,
        rs1,
        rs2,
        offset,
    }
}

fn load(op: LoadOp, rd: u32, rs1: u32, offset: i32) -> Inst {
    let (rd, rs1) = (r(rd), r(rs1));
    Inst::Load {
        op,
        rd,
        rs1,
        offset,
    }
}

/// The stored register first, as in the text.
fn store(width: Width, rs2: u32, rs1: u32, offset: i32) -> Inst {
    let (rs1, rs2) = (r(rs1), r(rs2));
    Inst::Store {
        width,
        rs1,
        rs2,
        offset,
    }
}

fn imm(op: AluOp, rd: u32, rs1: u32, imm: i32) -> Inst {
    let (rd, rs1) = (r(rd), r(rs1));
    Inst::AluImm { op, rd, rs1, imm }
}

fn alu(op: AluOp, rd: u32, rs1: u32, rs2: u32) -> Inst {
    let (rd, rs1, rs2) = (r(rd), r(rs1), r(rs2));
    Inst::Alu { op, rd, rs1, rs2 }
}

fn muldiv(op: MulDivOp, rd: u32, rs1: u32, rs2: u32) -> Inst {
    let (rd, rs1, rs2) = (r(rd), r(rs1), r(rs2));
    Inst::MulDiv { op, rd, rs1, rs2 }
}

fn bit(op: BitOp, rd: u32, rs1: u32, rs2: u32) -> Inst {
    let (rd, rs1, rs2) = (r(rd), r(rs1), r(rs2));
    Inst::Bit { op, rd, rs1, rs2 }
}

fn bit_imm(op: BitImmOp, rd: u32, rs1: u32, shamt: u8) -> Inst {
    let (rd, rs1) = (r(rd), r(rs1));
    Inst::BitImm { op, rd, rs1, shamt }
}

fn unary(op: BitUnaryOp, rd: u32, rs1: u32) -> Inst {
    let (rd, rs1) = (r(rd), r(rs1));
    Inst::BitUnary { op, rd, rs1 }
}

fn block(op: CacheBlockOp, rs1: u32) -> Inst {
    let rs1 = r(rs1);
    Inst::CacheBlock { op, rs1 }
}

fn order(bits: &str) -> Ordering {
    Ordering {
        aq: bits.contains("aq"),
        rl: bits.contains("rl"),
    }
}

fn lr(width: Width, bits: &str, rd: u32, rs1: u32) -> Inst {
    Inst::LoadReserved {
        width,
        rd: r(rd),
        rs1: r(rs1),
        order: order(bits),
    }
}

/// The operand before the address, as in the text.
fn sc(width: Width, bits: &str, rd: u32, rs2: u32, rs1: u32) -> Inst {
    Inst::StoreConditional {
        width,
        rd: r(rd),
        rs1: r(rs1),
        rs2: r(rs2),
        order: order(bits),
    }
}

/// The operand before the address, as in the text.
fn amo(op: AmoOp, width: Width, bits: &str, rd: u32, rs2: u32, rs1: u32) -> Inst {
    Inst::Amo {
        op,
        width,
        rd: r(rd),
        rs1: r(rs1),
        rs2: r(rs2),
        order: order(bits),
    }
}

fn fence(sets: u16) -> Inst {
    let (rd, rs1) = (Reg::ZERO, Reg::ZERO);
    Inst::Fence { rd, rs1, sets }
}

fn fence_i() -> Inst {
    let (rd, rs1, imm) = (Reg::ZERO, Reg::ZERO, 0);
    Inst::FenceI { rd, rs1, imm }
}

fn csr(op: CsrOp, rd: u32, csr: u16, source: CsrSource) -> Inst {
    let rd = r(rd);
    Inst::Csr {
        op,
        rd,
        csr,
        source,
    }
}

#[rustfmt::skip]
fn words() -> Vec<(u32, &'static str, Inst)> {
    vec![
        (0xffff_f537, "lui\tx10,0xfffff", lui(10, -0x1000)),
        (0x7fff_ffb7, "lui\tx31,0x7ffff", lui(31, 0x7fff_f000)),
        (0x8000_0097, "auipc\tx1,0x80000", auipc(1, i32::MIN)),
        (0x7fff_f0ef, "jal\tx1,400ffffe", jal(1, 0xf_fffe)),
        (0x8000_006f, "jal\tx0,3ff00000", jal(0, -0x10_0000)),
        (0x2ab0_02ef, "jal\tx5,40000aaa", jal(5, 0xaaa)),
        (0x8003_00e7, "jalr\tx1,-2048(x6)", jalr(1, 6, -2048)),
        (0x0000_8067, "jalr\tx0,0(x1)", jalr(0, 1, 0)),
        (0x00b5_0463, "beq\tx10,x11,40000008", branch(Cond::Eq, 10, 11, 8)),
        (0x81f0_9063, "bne\tx1,x31,3ffff000", branch(Cond::Ne, 1, 31, -4096)),
        (0x7e2f_4fe3, "blt\tx30,x2,40000ffe", branch(Cond::Lt, 30, 2, 4094)),
        (0xfe41_dfe3, "bge\tx3,x4,3ffffffe", branch(Cond::Ge, 3, 4, -2)),
        (0x0002_e0e3, "bltu\tx5,x0,40000800", branch(Cond::Ltu, 5, 0, 2048)),
        (0xaa70_75e3, "bgeu\tx0,x7,3ffffaaa", branch(Cond::Geu, 0, 7, -1366)),
        (0xfff1_0503, "lb\tx10,-1(x2)", load(LoadOp::Lb, 10, 2, -1)),
        (0x7ff1_9583, "lh\tx11,2047(x3)", load(LoadOp::Lh, 11, 3, 2047)),
        (0x8002_2603, "lw\tx12,-2048(x4)", load(LoadOp::Lw, 12, 4, -2048)),
        (0x0082_b683, "ld\tx13,8(x5)", load(LoadOp::Ld, 13, 5, 8)),
        (0x0000_4703, "lbu\tx14,0(x0)", load(LoadOp::Lbu, 14, 0, 0)),
        (0xffef_d783, "lhu\tx15,-2(x31)", load(LoadOp::Lhu, 15, 31, -2)),
        (0x5553_e003, "lwu\tx0,1365(x7)", load(LoadOp::Lwu, 0, 7, 1365)),
        (0xfea1_0fa3, "sb\tx10,-1(x2)", store(Width::Byte, 10, 2, -1)),
        (0x7eb1_9fa3, "sh\tx11,2047(x3)", store(Width::Half, 11, 3, 2047)),
        (0x80c2_2023, "sw\tx12,-2048(x4)", store(Width::Word, 12, 4, -2048)),
        (0x55f2_baa3, "sd\tx31,1365(x5)", store(Width::Double, 31, 5, 1365)),
        (0xfff5_0513, "addi\tx10,x10,-1", imm(AluOp::Add, 10, 10, -1)),
        (0x7ff1_2093, "slti\tx1,x2,2047", imm(AluOp::Slt, 1, 2, 2047)),
        (0x8002_3193, "sltiu\tx3,x4,-2048", imm(AluOp::Sltu, 3, 4, -2048)),
        (0xfff3_4293, "xori\tx5,x6,-1", imm(AluOp::Xor, 5, 6, -1)),
        (0x0004_6393, "ori\tx7,x8,0", imm(AluOp::Or, 7, 8, 0)),
        (0x0ff5_7493, "andi\tx9,x10,255", imm(AluOp::And, 9, 10, 255)),
        (0x03f6_1593, "slli\tx11,x12,0x3f", imm(AluOp::Sll, 11, 12, 63)),
        (0x0207_5693, "srli\tx13,x14,0x20", imm(AluOp::Srl, 13, 14, 32)),
        (0x4018_5793, "srai\tx15,x16,0x1", imm(AluOp::Sra, 15, 16, 1)),
        (0xffb9_089b, "addiw\tx17,x18,-5", imm(AluOp::Addw, 17, 18, -5)),
        (0x01fa_199b, "slliw\tx19,x20,0x1f", imm(AluOp::Sllw, 19, 20, 31)),
        (0x000b_5a9b, "srliw\tx21,x22,0x0", imm(AluOp::Srlw, 21, 22, 0)),
        (0x410c_5b9b, "sraiw\tx23,x24,0x10", imm(AluOp::Sraw, 23, 24, 16)),
        (0x0031_00b3, "add\tx1,x2,x3", alu(AluOp::Add, 1, 2, 3)),
        (0x4062_8233, "sub\tx4,x5,x6", alu(AluOp::Sub, 4, 5, 6)),
        (0x0094_13b3, "sll\tx7,x8,x9", alu(AluOp::Sll, 7, 8, 9)),
        (0x00c5_a533, "slt\tx10,x11,x12", alu(AluOp::Slt, 10, 11, 12)),
        (0x00f7_36b3, "sltu\tx13,x14,x15", alu(AluOp::Sltu, 13, 14, 15)),
        (0x0128_c833, "xor\tx16,x17,x18", alu(AluOp::Xor, 16, 17, 18)),
        (0x015a_59b3, "srl\tx19,x20,x21", alu(AluOp::Srl, 19, 20, 21)),
        (0x418b_db33, "sra\tx22,x23,x24", alu(AluOp::Sra, 22, 23, 24)),
        (0x01bd_6cb3, "or\tx25,x26,x27", alu(AluOp::Or, 25, 26, 27)),
        (0x01ee_fe33, "and\tx28,x29,x30", alu(AluOp::And, 28, 29, 30)),
        (0x0010_0fbb, "addw\tx31,x0,x1", alu(AluOp::Addw, 31, 0, 1)),
        (0x4041_813b, "subw\tx2,x3,x4", alu(AluOp::Subw, 2, 3, 4)),
        (0x0073_12bb, "sllw\tx5,x6,x7", alu(AluOp::Sllw, 5, 6, 7)),
        (0x00a4_d43b, "srlw\tx8,x9,x10", alu(AluOp::Srlw, 8, 9, 10)),
        (0x40d6_55bb, "sraw\tx11,x12,x13", alu(AluOp::Sraw, 11, 12, 13)),
        (0x0231_00b3, "mul\tx1,x2,x3", muldiv(MulDivOp::Mul, 1, 2, 3)),
        (0x0262_9233, "mulh\tx4,x5,x6", muldiv(MulDivOp::Mulh, 4, 5, 6)),
        (0x0294_23b3, "mulhsu\tx7,x8,x9", muldiv(MulDivOp::Mulhsu, 7, 8, 9)),
        (0x02c5_b533, "mulhu\tx10,x11,x12", muldiv(MulDivOp::Mulhu, 10, 11, 12)),
        (0x02f7_46b3, "div\tx13,x14,x15", muldiv(MulDivOp::Div, 13, 14, 15)),
        (0x0328_d833, "divu\tx16,x17,x18", muldiv(MulDivOp::Divu, 16, 17, 18)),
        (0x035a_69b3, "rem\tx19,x20,x21", muldiv(MulDivOp::Rem, 19, 20, 21)),
        (0x038b_fb33, "remu\tx22,x23,x24", muldiv(MulDivOp::Remu, 22, 23, 24)),
        (0x03bd_0cbb, "mulw\tx25,x26,x27", muldiv(MulDivOp::Mulw, 25, 26, 27)),
        (0x03ee_ce3b, "divw\tx28,x29,x30", muldiv(MulDivOp::Divw, 28, 29, 30)),
        (0x0210_5fbb, "divuw\tx31,x0,x1", muldiv(MulDivOp::Divuw, 31, 0, 1)),
        (0x0241_e13b, "remw\tx2,x3,x4", muldiv(MulDivOp::Remw, 2, 3, 4)),
        (0x0273_72bb, "remuw\tx5,x6,x7", muldiv(MulDivOp::Remuw, 5, 6, 7)),
        (0x1005_a52f, "lr.w\tx10,(x11)", lr(Width::Word, "", 10, 11)),
        (0x1606_b62f, "lr.d.aqrl\tx12,(x13)", lr(Width::Double, "aqrl", 12, 13)),
        (0x1ac5_a52f, "sc.w.rl\tx10,x12,(x11)", sc(Width::Word, "rl", 10, 12, 11)),
        (0x1c21_b0af, "sc.d.aq\tx1,x2,(x3)", sc(Width::Double, "aq", 1, 2, 3)),
        (0x0811_202f, "amoswap.w\tx0,x1,(x2)", amo(AmoOp::Swap, Width::Word, "", 0, 1, 2)),
        (0x0442_b1af, "amoadd.d.aq\tx3,x4,(x5)", amo(AmoOp::Add, Width::Double, "aq", 3, 4, 5)),
        (0x2274_232f, "amoxor.w.rl\tx6,x7,(x8)", amo(AmoOp::Xor, Width::Word, "rl", 6, 7, 8)),
        (0x66a5_b4af, "amoand.d.aqrl\tx9,x10,(x11)", amo(AmoOp::And, Width::Double, "aqrl", 9, 10, 11)),
        (0x40d7_262f, "amoor.w\tx12,x13,(x14)", amo(AmoOp::Or, Width::Word, "", 12, 13, 14)),
        (0x8108_b7af, "amomin.d\tx15,x16,(x17)", amo(AmoOp::Min, Width::Double, "", 15, 16, 17)),
        (0xa13a_292f, "amomax.w\tx18,x19,(x20)", amo(AmoOp::Max, Width::Word, "", 18, 19, 20)),
        (0xc16b_baaf, "amominu.d\tx21,x22,(x23)", amo(AmoOp::Minu, Width::Double, "", 21, 22, 23)),
        (0xe19d_2c2f, "amomaxu.w\tx24,x25,(x26)", amo(AmoOp::Maxu, Width::Word, "", 24, 25, 26)),
        (0x0ff0_000f, "fence\tiorw,iorw", fence(0x0ff)),
        (0x0210_000f, "fence\tr,w", fence(0x021)),
        (0x8330_000f, "fence.tso", fence(0x833)),
        (0x0000_100f, "fence.i", fence_i()),
        (0x0000_0073, "ecall", Inst::Ecall),
        (0x0010_0073, "ebreak", Inst::Ebreak),
        (0xc000_2573, "csrrs\tx10,cycle,x0", csr(CsrOp::Set, 10, 0xc00, x(0))),
        (0xc016_15f3, "csrrw\tx11,time,x12", csr(CsrOp::Write, 11, 0xc01, x(12))),
        (0xc02f_b6f3, "csrrc\tx13,instret,x31", csr(CsrOp::Clear, 13, 0xc02, x(31))),
        (0x003f_d073, "csrrwi\tx0,fcsr,31", csr(CsrOp::Write, 0, 0x003, CsrSource::Imm(31))),
        (0x8000_6773, "csrrsi\tx14,0x800,0", csr(CsrOp::Set, 14, 0x800, CsrSource::Imm(0))),
        (0xc1f0_f7f3, "csrrci\tx15,hpmcounter31,1", csr(CsrOp::Clear, 15, 0xc1f, CsrSource::Imm(1))),
    ]
}

#[rustfmt::skip]
fn words_of_bits() -> Vec<(u32, &'static str, Inst)> {
    vec![
        (0x4031_70b3, "andn\tx1,x2,x3", bit(BitOp::Andn, 1, 2, 3)),
        (0x4031_60b3, "orn\tx1,x2,x3", bit(BitOp::Orn, 1, 2, 3)),
        (0x4031_40b3, "xnor\tx1,x2,x3", bit(BitOp::Xnor, 1, 2, 3)),
        (0x6001_1093, "clz\tx1,x2", unary(BitUnaryOp::Clz, 1, 2)),
        (0x6011_1093, "ctz\tx1,x2", unary(BitUnaryOp::Ctz, 1, 2)),
        (0x6021_1093, "cpop\tx1,x2", unary(BitUnaryOp::Cpop, 1, 2)),
        (0x6001_109b, "clzw\tx1,x2", unary(BitUnaryOp::Clzw, 1, 2)),
        (0x6011_109b, "ctzw\tx1,x2", unary(BitUnaryOp::Ctzw, 1, 2)),
        (0x6021_109b, "cpopw\tx1,x2", unary(BitUnaryOp::Cpopw, 1, 2)),
        (0x0a31_60b3, "max\tx1,x2,x3", bit(BitOp::Max, 1, 2, 3)),
        (0x0a31_70b3, "maxu\tx1,x2,x3", bit(BitOp::Maxu, 1, 2, 3)),
        (0x0a31_40b3, "min\tx1,x2,x3", bit(BitOp::Min, 1, 2, 3)),
        (0x0a31_50b3, "minu\tx1,x2,x3", bit(BitOp::Minu, 1, 2, 3)),
        (0x6041_1093, "sext.b\tx1,x2", unary(BitUnaryOp::SextB, 1, 2)),
        (0x6051_1093, "sext.h\tx1,x2", unary(BitUnaryOp::SextH, 1, 2)),
        (0x0801_40bb, "zext.h\tx1,x2", unary(BitUnaryOp::ZextH, 1, 2)),
        (0x6031_10b3, "rol\tx1,x2,x3", bit(BitOp::Rol, 1, 2, 3)),
        (0x6031_10bb, "rolw\tx1,x2,x3", bit(BitOp::Rolw, 1, 2, 3)),
        (0x6031_50b3, "ror\tx1,x2,x3", bit(BitOp::Ror, 1, 2, 3)),
        (0x6231_5093, "rori\tx1,x2,0x23", bit_imm(BitImmOp::Rori, 1, 2, 35)),
        (0x6051_509b, "roriw\tx1,x2,0x5", bit_imm(BitImmOp::Roriw, 1, 2, 5)),
        (0x6031_50bb, "rorw\tx1,x2,x3", bit(BitOp::Rorw, 1, 2, 3)),
        (0x2871_5093, "orc.b\tx1,x2", unary(BitUnaryOp::OrcB, 1, 2)),
        (0x6b81_5093, "rev8\tx1,x2", unary(BitUnaryOp::Rev8, 1, 2)),
        (0x0831_00bb, "add.uw\tx1,x2,x3", bit(BitOp::AddUw, 1, 2, 3)),
        (0x2031_20b3, "sh1add\tx1,x2,x3", bit(BitOp::Sh1add, 1, 2, 3)),
        (0x2031_20bb, "sh1add.uw\tx1,x2,x3", bit(BitOp::Sh1addUw, 1, 2, 3)),
        (0x2031_40b3, "sh2add\tx1,x2,x3", bit(BitOp::Sh2add, 1, 2, 3)),
        (0x2031_40bb, "sh2add.uw\tx1,x2,x3", bit(BitOp::Sh2addUw, 1, 2, 3)),
        (0x2031_60b3, "sh3add\tx1,x2,x3", bit(BitOp::Sh3add, 1, 2, 3)),
        (0x2031_60bb, "sh3add.uw\tx1,x2,x3", bit(BitOp::Sh3addUw, 1, 2, 3)),
        (0x0bf1_109b, "slli.uw\tx1,x2,0x3f", bit_imm(BitImmOp::SlliUw, 1, 2, 63)),
        (0x4831_10b3, "bclr\tx1,x2,x3", bit(BitOp::Bclr, 1, 2, 3)),
        (0x4bf1_1093, "bclri\tx1,x2,0x3f", bit_imm(BitImmOp::Bclri, 1, 2, 63)),
        (0x4831_50b3, "bext\tx1,x2,x3", bit(BitOp::Bext, 1, 2, 3)),
        (0x4bf1_5093, "bexti\tx1,x2,0x3f", bit_imm(BitImmOp::Bexti, 1, 2, 63)),
        (0x6831_10b3, "binv\tx1,x2,x3", bit(BitOp::Binv, 1, 2, 3)),
        (0x6bf1_1093, "binvi\tx1,x2,0x3f", bit_imm(BitImmOp::Binvi, 1, 2, 63)),
        (0x2831_10b3, "bset\tx1,x2,x3", bit(BitOp::Bset, 1, 2, 3)),
        (0x2bf1_1093, "bseti\tx1,x2,0x3f", bit_imm(BitImmOp::Bseti, 1, 2, 63)),
        (0x0a31_10b3, "clmul\tx1,x2,x3", bit(BitOp::Clmul, 1, 2, 3)),
        (0x0a31_30b3, "clmulh\tx1,x2,x3", bit(BitOp::Clmulh, 1, 2, 3)),
        (0x0a31_20b3, "clmulr\tx1,x2,x3", bit(BitOp::Clmulr, 1, 2, 3)),
        (0x0012_a00f, "cbo.clean\t(x5)", block(CacheBlockOp::Clean, 5)),
        (0x0023_200f, "cbo.flush\t(x6)", block(CacheBlockOp::Flush, 6)),
        (0x0003_a00f, "cbo.inval\t(x7)", block(CacheBlockOp::Inval, 7)),
        (0x0044_200f, "cbo.zero\t(x8)", block(CacheBlockOp::Zero, 8)),
        (0x0100_000f, "pause", fence(0x010)),
        // By hand: GNU as 2.40 does not know Zicond.
        (0x0ef7_5533, "czero.eqz\tx10,x14,x15", bit(BitOp::CzeroEqz, 10, 14, 15)),
        (0x0eff_70b3, "czero.nez\tx1,x30,x15", bit(BitOp::CzeroNez, 1, 30, 15)),
    ]
}

#[test]
fn the_assembler_s_words() {
    for (word, text, inst) in words().into_iter().chain(words_of_bits()) {
        let decoded = decode(word).expect(text);
        assert_eq!((decoded.inst, decoded.len), (inst, 4), "{text}");
        assert_eq!(encode(inst), Some(word), "{text}");
        assert_eq!(disassemble(PC, word).to_string(), text);
    }
}
