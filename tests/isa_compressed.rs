//! Parcels that GNU as made of the texts beside them: decoded, encoded and
//! printed again. At least one a mnemonic; every bit of an immediate is set in one.

#![forbid(unsafe_code)]

use rvjet::isa::{AluOp, Compressed, Cond, FReg, Reg, Width, disassemble};

/// Where the parcels stand.
const PC: u64 = 0x4000_0000;

fn r(n: u32) -> Reg {
    Reg::new(n)
}

fn c_load(width: Width, rd: u32, rs1: u32, offset: i32) -> Compressed {
    Compressed::Load {
        width,
        rd: r(rd),
        rs1: r(rs1),
        offset,
    }
}

/// The stored register first, as in the text.
fn c_store(width: Width, rs2: u32, rs1: u32, offset: i32) -> Compressed {
    Compressed::Store {
        width,
        rs1: r(rs1),
        rs2: r(rs2),
        offset,
    }
}

fn c_load_sp(width: Width, rd: u32, offset: i32) -> Compressed {
    let rd = r(rd);
    Compressed::LoadSp { width, rd, offset }
}

fn c_store_sp(width: Width, rs2: u32, offset: i32) -> Compressed {
    let rs2 = r(rs2);
    Compressed::StoreSp { width, rs2, offset }
}

fn f(n: u32) -> FReg {
    FReg::new(n)
}

fn c_imm(op: AluOp, rd: u32, imm: i32) -> Compressed {
    Compressed::AluImm { op, rd: r(rd), imm }
}

fn c_alu(op: AluOp, rd: u32, rs2: u32) -> Compressed {
    let (rd, rs2) = (r(rd), r(rs2));
    Compressed::Alu { op, rd, rs2 }
}

fn c_branch(cond: Cond, rs1: u32, offset: i32) -> Compressed {
    let rs1 = r(rs1);
    Compressed::Branch { cond, rs1, offset }
}

#[rustfmt::skip]
fn parcels() -> Vec<(u16, &'static str, Compressed)> {
    vec![
        (0x0040, "c.addi4spn\tx8,x2,4", Compressed::Addi4spn { rd: r(8), imm: 4 }),
        (0x1ffc, "c.addi4spn\tx15,x2,1020", Compressed::Addi4spn { rd: r(15), imm: 1020 }),
        (0x1524, "c.addi4spn\tx9,x2,680", Compressed::Addi4spn { rd: r(9), imm: 680 }),
        (0x7101, "c.addi16sp\tx2,-512", Compressed::Addi16sp { imm: -512 }),
        (0x617d, "c.addi16sp\tx2,496", Compressed::Addi16sp { imm: 496 }),
        (0x714d, "c.addi16sp\tx2,-336", Compressed::Addi16sp { imm: -336 }),
        (0x5fe0, "c.lw\tx8,124(x15)", c_load(Width::Word, 8, 15, 124)),
        (0x4964, "c.lw\tx9,84(x10)", c_load(Width::Word, 9, 10, 84)),
        (0x7cf8, "c.ld\tx14,248(x9)", c_load(Width::Double, 14, 9, 248)),
        (0x6820, "c.ld\tx8,80(x8)", c_load(Width::Double, 8, 8, 80)),
        (0xc1a8, "c.sw\tx10,64(x11)", c_store(Width::Word, 10, 11, 64)),
        (0xf6d0, "c.sd\tx12,168(x13)", c_store(Width::Double, 12, 13, 168)),
        (0x50fe, "c.lwsp\tx1,252(x2)", c_load_sp(Width::Word, 1, 252)),
        (0x4fd6, "c.lwsp\tx31,84(x2)", c_load_sp(Width::Word, 31, 84)),
        (0x747e, "c.ldsp\tx8,504(x2)", c_load_sp(Width::Double, 8, 504)),
        (0x70aa, "c.ldsp\tx1,168(x2)", c_load_sp(Width::Double, 1, 168)),
        (0xdf82, "c.swsp\tx0,252(x2)", c_store_sp(Width::Word, 0, 252)),
        (0xd516, "c.swsp\tx5,168(x2)", c_store_sp(Width::Word, 5, 168)),
        (0xea86, "c.sdsp\tx1,336(x2)", c_store_sp(Width::Double, 1, 336)),
        (0x2428, "c.fld\tf10,72(x8)", Compressed::FpLoad { rd: f(10), rs1: r(8), offset: 72 }),
        (0x3de4, "c.fld\tf9,248(x11)", Compressed::FpLoad { rd: f(9), rs1: r(11), offset: 248 }),
        (0xb6fc, "c.fsd\tf15,232(x13)", Compressed::FpStore { rs1: r(13), rs2: f(15), offset: 232 }),
        (0x3ffe, "c.fldsp\tf31,504(x2)", Compressed::FpLoadSp { rd: f(31), offset: 504 }),
        (0x2022, "c.fldsp\tf0,8(x2)", Compressed::FpLoadSp { rd: f(0), offset: 8 }),
        (0xbf82, "c.fsdsp\tf0,504(x2)", Compressed::FpStoreSp { rs2: f(0), offset: 504 }),
        (0xb506, "c.fsdsp\tf1,168(x2)", Compressed::FpStoreSp { rs2: f(1), offset: 168 }),
        (0x4515, "c.li\tx10,5", Compressed::Li { rd: r(10), imm: 5 }),
        (0x5f81, "c.li\tx31,-32", Compressed::Li { rd: r(31), imm: -32 }),
        (0x60fd, "c.lui\tx1,0x1f", Compressed::Lui { rd: r(1), imm: 0x1f000 }),
        (0x7181, "c.lui\tx3,0xfffe0", Compressed::Lui { rd: r(3), imm: -0x20000 }),
        (0x0001, "c.addi\tx0,0", c_imm(AluOp::Add, 0, 0)),
        (0x1f81, "c.addi\tx31,-32", c_imm(AluOp::Add, 31, -32)),
        (0x20fd, "c.addiw\tx1,31", c_imm(AluOp::Addw, 1, 31)),
        (0x2081, "c.addiw\tx1,0", c_imm(AluOp::Addw, 1, 0)),
        (0x9b81, "c.andi\tx15,-32", c_imm(AluOp::And, 15, -32)),
        (0x1ffe, "c.slli\tx31,0x3f", c_imm(AluOp::Sll, 31, 63)),
        (0x9001, "c.srli\tx8,0x20", c_imm(AluOp::Srl, 8, 32)),
        (0x84fd, "c.srai\tx9,0x1f", c_imm(AluOp::Sra, 9, 31)),
        (0x8481, "c.srai64\tx9", c_imm(AluOp::Sra, 9, 0)),
        (0x952e, "c.add\tx10,x11", c_alu(AluOp::Add, 10, 11)),
        (0x8c1d, "c.sub\tx8,x15", c_alu(AluOp::Sub, 8, 15)),
        (0x8cb9, "c.xor\tx9,x14", c_alu(AluOp::Xor, 9, 14)),
        (0x8d55, "c.or\tx10,x13", c_alu(AluOp::Or, 10, 13)),
        (0x8df1, "c.and\tx11,x12", c_alu(AluOp::And, 11, 12)),
        (0x9e2d, "c.addw\tx12,x11", c_alu(AluOp::Addw, 12, 11)),
        (0x9e89, "c.subw\tx13,x10", c_alu(AluOp::Subw, 13, 10)),
        (0x80fe, "c.mv\tx1,x31", Compressed::Mv { rd: r(1), rs2: r(31) }),
        (0xaffd, "c.j\t400007fe", Compressed::Jump { offset: 2046 }),
        (0xb001, "c.j\t3ffff800", Compressed::Jump { offset: -2048 }),
        (0xab91, "c.j\t40000554", Compressed::Jump { offset: 1364 }),
        (0xb46d, "c.j\t3ffffaaa", Compressed::Jump { offset: -1366 }),
        (0x8082, "c.jr\tx1", Compressed::Jr { rs1: r(1) }),
        (0x9f82, "c.jalr\tx31", Compressed::Jalr { rs1: r(31) }),
        (0xcc7d, "c.beqz\tx8,400000fe", c_branch(Cond::Eq, 8, 254)),
        (0xf381, "c.bnez\tx15,3fffff00", c_branch(Cond::Ne, 15, -256)),
        (0xe4cd, "c.bnez\tx9,400000aa", c_branch(Cond::Ne, 9, 170)),
        (0x9002, "c.ebreak", Compressed::Ebreak),
    ]
}

#[test]
fn the_assembler_s_parcels() {
    for (parcel, text, compressed) in parcels() {
        assert_eq!(Compressed::decode(parcel), Some(compressed), "{text}");
        assert_eq!(compressed.encode(), Some(parcel), "{text}");
        let word = u32::from(parcel);
        assert_eq!(disassemble(PC, word).to_string(), text);
    }
}
