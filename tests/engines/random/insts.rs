//! Random instructions, one piece at a time.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use rvjet::isa::{
    AluOp, AmoOp, Compressed, Cond, CsrOp, CsrSource, FReg, Inst, LoadOp, MulDivOp, Ordering, Reg,
    Width,
};
use rvjet::machine::PAGE_SIZE;

use super::floats::{float, freg, number};
use crate::asm::{addi, fence_i, x};
use crate::lab::call;
use crate::operands::{IMMEDIATES, values};
use crate::scenario::{CODE, DATA};

/// Registers that hold addresses, one or two in each kind of home: first those
/// that a calm program keeps aligned.
pub const BASES: [u32; 8] = [8, 15, 28, 30, 3, 2, 1, 25];
const ALIGNED: &[u32] = BASES.split_at(5).0;
const ANY: &[u32] = BASES.split_at(5).1;

/// Where a jump goes: to the start of a piece, or two bytes past it.
#[derive(Clone, Debug)]
pub struct Target {
    pub piece: Index,
    pub middle: bool,
}

/// A few instructions that belong together.
#[derive(Clone, Debug)]
pub enum Piece {
    Inst(Inst),
    Short(Compressed),
    Constant {
        rd: Reg,
        value: u64,
    },
    /// By way of this integer register.
    Number {
        rd: FReg,
        through: Reg,
        value: u64,
    },
    Branch {
        cond: Cond,
        rs1: Reg,
        rs2: Reg,
        to: Target,
    },
    Jump {
        rd: Reg,
        to: Target,
    },
    /// `la through, to; jalr rd, through, 0`
    Indirect {
        rd: Reg,
        through: Reg,
        to: Target,
    },
    /// Overwrites the code at `to`.
    Patch {
        to: Target,
        code: Box<Piece>,
        synchronize: bool,
    },
    Ecall,
    /// Asks the environment to change the access of a page, or to map or unmap it.
    Ask {
        call: u64,
        page: u64,
        access: u64,
    },
}

fn reg() -> impl Strategy<Value = Reg> + Clone {
    (0..32u32).prop_map(x)
}

fn base() -> impl Strategy<Value = Reg> + Clone {
    prop_oneof![150 => select(&BASES[..]).prop_map(x), 1 => reg()]
}

fn aligned_base() -> impl Strategy<Value = Reg> + Clone {
    prop_oneof![60 => select(ALIGNED).prop_map(x), 1 => base()]
}

/// A register to write: seldom one that holds an address or the call number.
fn rd() -> impl Strategy<Value = Reg> + Clone {
    let harmless = |reg: &u32| !BASES.contains(reg) && *reg != 17;
    let harmless: Vec<u32> = (0..32).filter(harmless).collect();
    prop_oneof![300 => select(harmless).prop_map(x), 1 => reg()]
}

/// One of `x8`–`x15`; `x8` and `x15` hold addresses, and are seldom written.
fn short_rd() -> impl Strategy<Value = Reg> + Clone {
    prop_oneof![60 => (1..7u32).prop_map(Reg::compressed), 1 => short_reg()]
}

fn short_reg() -> impl Strategy<Value = Reg> + Clone {
    (0..8u32).prop_map(Reg::compressed)
}

fn immediate() -> impl Strategy<Value = i32> + Clone {
    prop_oneof![2 => select(&IMMEDIATES[..]), 2 => -2048..2048, 1 => -16..16]
}

fn offset() -> impl Strategy<Value = i32> + Clone {
    prop_oneof![
        1 => Just(0),
        3 => (-256..256).prop_map(|n: i32| n * 8),
        1 => -2048..2048,
    ]
}

pub fn value() -> impl Strategy<Value = u64> + Clone {
    prop_oneof![3 => select(values()), 1 => any::<u64>(), 1 => any::<i32>().prop_map(|n| n as u64)]
}

fn target() -> impl Strategy<Value = Target> + Clone {
    (any::<Index>(), prop::bool::weighted(0.01))
        .prop_map(|(piece, middle)| Target { piece, middle })
}

fn ordering() -> impl Strategy<Value = Ordering> + Clone {
    (any::<bool>(), any::<bool>()).prop_map(|(aq, rl)| Ordering { aq, rl })
}

fn wide() -> impl Strategy<Value = Width> + Clone {
    select(&[Width::Word, Width::Double][..])
}

fn alu() -> impl Strategy<Value = Inst> + Clone {
    (select(&AluOp::ALL[..]), rd(), reg(), reg()).prop_map(|(op, rd, rs1, rs2)| Inst::Alu {
        op,
        rd,
        rs1,
        rs2,
    })
}

fn alu_imm() -> impl Strategy<Value = Inst> + Clone {
    (select(&AluOp::ALL[..]), rd(), reg(), immediate()).prop_map(|(op, rd, rs1, imm)| {
        let imm = match (op.is_shift(), op.is_word()) {
            (true, true) => imm & 31,
            (true, false) => imm & 63,
            _ => imm,
        };
        let op = if op.has_immediate_form() {
            op
        } else {
            AluOp::Add
        };
        Inst::AluImm { op, rd, rs1, imm }
    })
}

fn muldiv() -> impl Strategy<Value = Inst> + Clone {
    (select(&MulDivOp::ALL[..]), rd(), reg(), reg()).prop_map(|(op, rd, rs1, rs2)| Inst::MulDiv {
        op,
        rd,
        rs1,
        rs2,
    })
}

fn upper() -> impl Strategy<Value = Inst> + Clone {
    (any::<bool>(), rd(), any::<i32>()).prop_map(|(is_lui, rd, imm)| {
        let imm = imm & !0xfff;
        match is_lui {
            true => Inst::Lui { rd, imm },
            false => Inst::Auipc { rd, imm },
        }
    })
}

/// What changes a base by a little.
fn step_base() -> impl Strategy<Value = Inst> + Clone {
    let aligned = (select(ALIGNED), select(&[-16, -8, 8, 16][..]));
    let any = (select(ANY), select(&[-8, -1, 1, 2, 4, 8][..]));
    prop_oneof![aligned, any].prop_map(|(reg, imm)| addi(x(reg), x(reg), imm))
}

fn load() -> impl Strategy<Value = Inst> + Clone {
    (select(&LoadOp::ALL[..]), rd(), base(), offset()).prop_map(|(op, rd, rs1, offset)| {
        Inst::Load {
            op,
            rd,
            rs1,
            offset,
        }
    })
}

fn store() -> impl Strategy<Value = Inst> + Clone {
    (select(&Width::ALL[..]), base(), reg(), offset()).prop_map(|(width, rs1, rs2, offset)| {
        Inst::Store {
            width,
            rs1,
            rs2,
            offset,
        }
    })
}

fn atomic() -> impl Strategy<Value = Inst> + Clone {
    let lr = (wide(), rd(), aligned_base(), ordering()).prop_map(|(width, rd, rs1, order)| {
        Inst::LoadReserved {
            width,
            rd,
            rs1,
            order,
        }
    });
    let sc = (wide(), rd(), aligned_base(), reg(), ordering()).prop_map(
        |(width, rd, rs1, rs2, order)| Inst::StoreConditional {
            width,
            rd,
            rs1,
            rs2,
            order,
        },
    );
    let amo = (
        select(&AmoOp::ALL[..]),
        wide(),
        rd(),
        aligned_base(),
        reg(),
        ordering(),
    )
        .prop_map(|(op, width, rd, rs1, rs2, order)| Inst::Amo {
            op,
            width,
            rd,
            rs1,
            rs2,
            order,
        });
    prop_oneof![2 => lr, 2 => sc, 3 => amo]
}

fn counter() -> impl Strategy<Value = Inst> + Clone {
    (rd(), 0xc00..0xc03u16).prop_map(|(rd, csr)| Inst::Csr {
        op: CsrOp::Set,
        rd,
        csr,
        source: CsrSource::Reg(Reg::ZERO),
    })
}

fn fence() -> impl Strategy<Value = Inst> + Clone {
    let plain = Inst::Fence {
        rd: Reg::ZERO,
        rs1: Reg::ZERO,
        sets: 0x33,
    };
    prop_oneof![Just(plain), Just(fence_i())]
}

fn jalr() -> impl Strategy<Value = Inst> + Clone {
    (rd(), reg(), -64..64i32).prop_map(|(rd, rs1, offset)| Inst::Jalr { rd, rs1, offset })
}

/// A compressed instruction that neither jumps nor traps by itself.
fn short() -> impl Strategy<Value = Compressed> + Clone {
    let imm = -32..32i32;
    let li = (rd(), imm.clone()).prop_map(|(rd, imm)| Compressed::Li { rd, imm });
    let moves = (rd(), 1..32u32).prop_map(|(rd, rs2)| Compressed::Mv { rd, rs2: x(rs2) });
    let add = (rd(), 1..32u32).prop_map(|(rd, rs2)| Compressed::Alu {
        op: AluOp::Add,
        rd,
        rs2: x(rs2),
    });
    let op = select(
        &[
            AluOp::Sub,
            AluOp::Xor,
            AluOp::Or,
            AluOp::And,
            AluOp::Subw,
            AluOp::Addw,
        ][..],
    );
    let alu =
        (op, short_rd(), short_reg()).prop_map(|(op, rd, rs2)| Compressed::Alu { op, rd, rs2 });
    let addi = (rd(), imm).prop_map(|(rd, imm)| Compressed::AluImm {
        op: AluOp::Add,
        rd,
        imm,
    });
    let shift = (
        select(&[AluOp::Sll, AluOp::Srl, AluOp::Sra][..]),
        short_rd(),
        0..64i32,
    )
        .prop_map(|(op, rd, imm)| Compressed::AluImm { op, rd, imm });
    let spill = (wide(), reg(), 0..32i32).prop_map(|(width, rs2, n)| Compressed::StoreSp {
        width,
        rs2,
        offset: 8 * n,
    });
    let fill = (wide(), rd(), 0..32i32).prop_map(|(width, rd, n)| Compressed::LoadSp {
        width,
        rd,
        offset: 8 * n,
    });
    let load = (wide(), short_rd(), 0..16i32).prop_map(|(width, rd, n)| Compressed::Load {
        width,
        rd,
        rs1: x(8),
        offset: 8 * n,
    });
    let store = (wide(), short_reg(), 0..16i32).prop_map(|(width, rs2, n)| Compressed::Store {
        width,
        rs1: x(15),
        rs2,
        offset: 8 * n,
    });
    prop_oneof![li, moves, add, alu, addi, shift, spill, fill, load, store]
        .prop_filter("encodings exist", |short| short.encode().is_some())
}

pub fn computing() -> impl Strategy<Value = Piece> + Clone {
    prop_oneof![
        4 => alu().prop_map(Piece::Inst),
        4 => alu_imm().prop_map(Piece::Inst),
        3 => muldiv().prop_map(Piece::Inst),
        1 => upper().prop_map(Piece::Inst),
        2 => (rd(), value()).prop_map(|(rd, value)| Piece::Constant { rd, value }),
        3 => short().prop_map(Piece::Short),
    ]
}

pub fn accessing() -> impl Strategy<Value = Piece> + Clone {
    prop_oneof![
        5 => load().prop_map(Piece::Inst),
        5 => store().prop_map(Piece::Inst),
        3 => atomic().prop_map(Piece::Inst),
        1 => step_base().prop_map(Piece::Inst),
    ]
}

pub fn floating() -> impl Strategy<Value = Piece> + Clone {
    let number = (freg(), rd(), number());
    prop_oneof![
        6 => float(rd(), reg(), base(), offset()).prop_map(Piece::Inst),
        1 => number.prop_map(|(rd, through, value)| Piece::Number { rd, through, value }),
    ]
}

pub fn jumping() -> impl Strategy<Value = Piece> + Clone {
    let branch = (select(&Cond::ALL[..]), reg(), reg(), target())
        .prop_map(|(cond, rs1, rs2, to)| Piece::Branch { cond, rs1, rs2, to });
    let jump = (rd(), target()).prop_map(|(rd, to)| Piece::Jump { rd, to });
    let indirect =
        (rd(), rd(), target()).prop_map(|(rd, through, to)| Piece::Indirect { rd, through, to });
    prop_oneof![
        60 => branch,
        20 => jump,
        20 => indirect,
        1 => jalr().prop_map(Piece::Inst),
    ]
}

/// Pages of code and data that a program asks to have changed.
fn asking() -> impl Strategy<Value = Piece> + Clone {
    let calls = [
        call::PROTECT,
        call::PROTECT,
        call::PROTECT,
        call::MAP,
        call::UNMAP,
    ];
    let data = (0..6u64).prop_map(|n| DATA + n * PAGE_SIZE);
    let code = (0..3u64).prop_map(|n| CODE + n * PAGE_SIZE);
    let page = prop_oneof![6 => data, 1 => code, 1 => Just(0)];
    // Mostly what lets the program go on.
    let access = prop_oneof![3 => Just(3u64), 1 => Just(7), 1 => Just(5), 1 => 0..8u64];
    (select(calls.to_vec()), page, access).prop_map(|(call, page, access)| Piece::Ask {
        call,
        page,
        access,
    })
}

pub fn environment() -> impl Strategy<Value = Piece> + Clone {
    prop_oneof![
        2 => counter().prop_map(Piece::Inst),
        2 => fence().prop_map(Piece::Inst),
        1 => Just(Piece::Ecall),
        2 => asking(),
    ]
}

pub fn patching() -> impl Strategy<Value = Piece> + Clone {
    let code = prop_oneof![
        alu_imm().prop_map(Piece::Inst),
        alu().prop_map(Piece::Inst),
        short().prop_map(Piece::Short),
    ];
    (target(), code.prop_map(Box::new), prop::bool::weighted(0.6)).prop_map(
        |(to, code, synchronize)| Piece::Patch {
            to,
            code,
            synchronize,
        },
    )
}
