//! From [`Inst`] to its 32 bits.

use super::field::{put_rd, put_rs1, put_rs2};
use super::{
    AluOp, CsrOp, CsrSource, Inst, Ordering, Reg, decode, encode_float, opcode, opcode_bits,
};

/// The 32-bit word of `inst`, or `None` if an immediate is out of range or
/// misaligned, or the form does not exist (an immediate subtraction, an atomic
/// of bytes).
///
/// [`decode()`] gives `inst` back. For the 16-bit forms see
/// [`Compressed::encode`](super::Compressed::encode).
///
/// ```
/// use rvjet::isa::{AluOp, Inst, Reg, encode};
///
/// let (op, rd, rs1) = (AluOp::Add, Reg::A0, Reg::A1);
/// assert_eq!(encode(Inst::AluImm { op, rd, rs1, imm: -1 }), Some(0xfff5_8513));
/// assert_eq!(encode(Inst::AluImm { op, rd, rs1, imm: 2048 }), None);
/// ```
pub fn encode(inst: Inst) -> Option<u32> {
    let word = loose_bits(inst);
    // What does not fit is cut off or lands in another field: either shows here.
    let decoded = decode(word).map(|decoded| decoded.inst);
    (decoded == Some(inst)).then_some(word)
}

/// The bits of a valid instruction; of others, any.
fn loose_bits(inst: Inst) -> u32 {
    match inst {
        Inst::Lui { rd, imm } => opcode::LUI | put_rd(rd) | opcode::U_IMM.put(imm),
        Inst::Auipc { rd, imm } => opcode::AUIPC | put_rd(rd) | opcode::U_IMM.put(imm),
        Inst::Jal { rd, offset } => opcode::JAL | put_rd(rd) | opcode::J_IMM.put(offset),
        Inst::Jalr { rd, rs1, offset } => i_type(opcode::JALR, rd, rs1, offset),
        Inst::Branch {
            cond,
            rs1,
            rs2,
            offset,
        } => opcode::branch(cond) | put_rs1(rs1) | put_rs2(rs2) | opcode::B_IMM.put(offset),
        Inst::Load {
            op,
            rd,
            rs1,
            offset,
        } => i_type(opcode::load(op), rd, rs1, offset),
        Inst::Store {
            width,
            rs1,
            rs2,
            offset,
        } => opcode::store(width) | put_rs1(rs1) | put_rs2(rs2) | opcode::S_IMM.put(offset),
        Inst::AluImm { op, rd, rs1, imm } => alu_imm(op, rd, rs1, imm),
        Inst::Alu { op, rd, rs1, rs2 } => r_type(opcode::alu(op), rd, rs1, rs2),
        Inst::MulDiv { op, rd, rs1, rs2 } => r_type(opcode::muldiv(op), rd, rs1, rs2),
        Inst::Bit { op, rd, rs1, rs2 } => r_type(opcode_bits::bit(op), rd, rs1, rs2),
        Inst::BitImm { op, rd, rs1, shamt } => {
            let shamt = opcode_bits::bit_imm_layout(op).put(shamt.into());
            opcode_bits::bit_imm(op) | put_rd(rd) | put_rs1(rs1) | shamt
        }
        Inst::BitUnary { op, rd, rs1 } => opcode_bits::bit_unary(op) | put_rd(rd) | put_rs1(rs1),
        Inst::CacheBlock { op, rs1 } => opcode_bits::cache_block(op) | put_rs1(rs1),
        Inst::LoadReserved {
            width,
            rd,
            rs1,
            order,
        } => r_type(opcode::load_reserved(width), rd, rs1, Reg::ZERO) | ordering(order),
        Inst::StoreConditional {
            width,
            rd,
            rs1,
            rs2,
            order,
        } => r_type(opcode::store_conditional(width), rd, rs1, rs2) | ordering(order),
        Inst::Amo {
            op,
            width,
            rd,
            rs1,
            rs2,
            order,
        } => r_type(opcode::amo(op, width), rd, rs1, rs2) | ordering(order),
        Inst::Fence { rd, rs1, sets } => {
            opcode::FENCE | put_rd(rd) | put_rs1(rs1) | high_field(sets)
        }
        Inst::FenceI { rd, rs1, imm } => i_type(opcode::FENCE_I, rd, rs1, imm),
        Inst::Ecall => opcode::ECALL,
        Inst::Ebreak => opcode::EBREAK,
        Inst::Csr {
            op,
            rd,
            csr,
            source,
        } => csr_source(op, source) | put_rd(rd) | high_field(csr),
        Inst::Fp(inst) => encode_float::float(inst),
    }
}

fn i_type(code: u32, rd: Reg, rs1: Reg, imm: i32) -> u32 {
    code | put_rd(rd) | put_rs1(rs1) | opcode::I_IMM.put(imm)
}

fn r_type(code: u32, rd: Reg, rs1: Reg, rs2: Reg) -> u32 {
    code | put_rd(rd) | put_rs1(rs1) | put_rs2(rs2)
}

fn alu_imm(op: AluOp, rd: Reg, rs1: Reg, imm: i32) -> u32 {
    opcode::alu_imm(op) | put_rd(rd) | put_rs1(rs1) | opcode::alu_imm_layout(op).put(imm)
}

/// The `aq` and `rl` bits.
fn ordering(Ordering { aq, rl }: Ordering) -> u32 {
    let aq = if aq { opcode::AQ } else { 0 };
    let rl = if rl { opcode::RL } else { 0 };
    aq | rl
}

/// The sets of a fence or the number of a CSR, in bits 31–20.
fn high_field(value: u16) -> u32 {
    u32::from(value) << 20
}

/// A CSR instruction's code and its operand, where `rs1` stands.
fn csr_source(op: CsrOp, source: CsrSource) -> u32 {
    opcode::csr(op)
        | match source {
            CsrSource::Reg(rs1) => put_rs1(rs1),
            CsrSource::Imm(imm) => opcode::CSR_IMM | u32::from(imm) << 15,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::{AmoOp, Cond, Width};

    const RD: Reg = Reg::A0;
    const RS1: Reg = Reg::A1;
    const RS2: Reg = Reg::A2;

    fn addi(imm: i32) -> Inst {
        let (op, rd, rs1) = (AluOp::Add, RD, RS1);
        Inst::AluImm { op, rd, rs1, imm }
    }

    fn shift(op: AluOp, imm: i32) -> Inst {
        let (rd, rs1) = (RD, RS1);
        Inst::AluImm { op, rd, rs1, imm }
    }

    fn branch(offset: i32) -> Inst {
        let (cond, rs1, rs2) = (Cond::Eq, RS1, RS2);
        Inst::Branch {
            cond,
            rs1,
            rs2,
            offset,
        }
    }

    fn store(offset: i32) -> Inst {
        let (width, rs1, rs2) = (Width::Word, RS1, RS2);
        Inst::Store {
            width,
            rs1,
            rs2,
            offset,
        }
    }

    fn assert_range(form: fn(i32) -> Inst, low: i32, high: i32, step: i32) {
        for imm in [low, high, 0] {
            assert!(encode(form(imm)).is_some(), "{:?}", form(imm));
        }
        for imm in [low - step, high + step, i32::MIN + 1, i32::MAX] {
            assert_eq!(encode(form(imm)), None, "{:?}", form(imm));
        }
        for imm in 1..step {
            assert_eq!(encode(form(imm)), None, "{:?}", form(imm));
        }
    }

    #[test]
    fn immediates_have_the_range_of_their_field() {
        assert_range(addi, -2048, 2047, 1);
        assert_range(store, -2048, 2047, 1);
        assert_range(|imm| shift(AluOp::Sll, imm), 0, 63, 1);
        assert_range(|imm| shift(AluOp::Sra, imm), 0, 63, 1);
        assert_range(|imm| shift(AluOp::Sraw, imm), 0, 31, 1);
        assert_range(branch, -4096, 4094, 2);
        assert_range(
            |offset| Inst::Jal { rd: RD, offset },
            -0x10_0000,
            0xf_fffe,
            2,
        );
    }

    #[test]
    fn an_upper_immediate_has_no_low_bits() {
        for imm in [i32::MIN, 0x7fff_f000, -4096, 4096] {
            assert!(encode(Inst::Lui { rd: RD, imm }).is_some());
            assert_eq!(
                encode(Inst::Auipc {
                    rd: RD,
                    imm: imm | 1
                }),
                None
            );
            assert_eq!(
                encode(Inst::Lui {
                    rd: RD,
                    imm: imm | 2048
                }),
                None
            );
        }
    }

    #[test]
    fn forms_that_do_not_exist_have_no_word() {
        for op in [AluOp::Sub, AluOp::Subw] {
            assert_eq!(encode(shift(op, 0)), None);
        }
        assert_eq!(encode(shift(AluOp::Sltu, 0)), Some(0x0005_b513));
        for width in [Width::Byte, Width::Half] {
            let order = Ordering::default();
            let (rd, rs1, rs2) = (RD, RS1, RS2);
            assert_eq!(
                encode(Inst::LoadReserved {
                    width,
                    rd,
                    rs1,
                    order
                }),
                None
            );
            let op = AmoOp::Swap;
            assert_eq!(
                encode(Inst::Amo {
                    op,
                    width,
                    rd,
                    rs1,
                    rs2,
                    order
                }),
                None
            );
        }
    }

    #[test]
    fn fields_wider_than_their_place_have_no_word() {
        let (rd, rs1) = (RD, RS1);
        assert_eq!(
            encode(Inst::Fence {
                rd,
                rs1,
                sets: 4096
            }),
            None
        );
        let csr = |csr, source| Inst::Csr {
            op: CsrOp::Set,
            rd,
            csr,
            source,
        };
        assert!(encode(csr(4095, CsrSource::Imm(31))).is_some());
        assert_eq!(encode(csr(4096, CsrSource::Imm(0))), None);
        assert_eq!(encode(csr(0, CsrSource::Imm(32))), None);
    }
}
