//! From instruction bits to [`Inst`].

use super::field::{piece, rd, rs1, rs2};
use super::{
    AluOp, AmoOp, Compressed, Cond, CsrOp, CsrSource, Inst, LoadOp, MulDivOp, Ordering, Width,
    decode_bits, decode_float, opcode,
};

/// An instruction and how many bytes it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decoded {
    /// The instruction; a compressed one is expanded.
    pub inst: Inst,
    /// 2 if it was compressed, 4 if not.
    pub len: u8,
}

/// How many bytes the instruction takes that starts with the parcel `low`: 2 or 4
/// (ISA manual, "Expanded Instruction-Length Encoding").
///
/// Instructions longer than 32 bits, of which none are standard, count as 4
/// and do not decode.
pub const fn instruction_len(low: u16) -> u8 {
    if low & 3 == 3 { 4 } else { 2 }
}

/// The instruction in `word`, or `None` if it is illegal or reserved.
///
/// If the low parcel holds a compressed instruction the high one is not looked at.
///
/// ```
/// use rvjet::isa::{AluOp, Inst, Reg, decode};
///
/// let li = decode(0x0000_4515).unwrap();
/// assert_eq!(li.len, 2);
/// let (op, rd, rs1) = (AluOp::Add, Reg::A0, Reg::ZERO);
/// assert_eq!(li.inst, Inst::AluImm { op, rd, rs1, imm: 5 });
/// assert_eq!(decode(0), None);
/// ```
pub fn decode(word: u32) -> Option<Decoded> {
    let len = instruction_len(word as u16);
    let inst = match len {
        2 => Compressed::decode(word as u16)?.expand(),
        _ => full(word)?,
    };
    Some(Decoded { inst, len })
}

/// A 32-bit instruction.
fn full(word: u32) -> Option<Inst> {
    match word & opcode::OPCODE_MASK {
        opcode::LUI => Some(lui(word)),
        opcode::AUIPC => Some(auipc(word)),
        opcode::JAL => Some(jal(word)),
        opcode::JALR => jalr(word),
        opcode::BRANCH => branch(word),
        opcode::LOAD => load(word),
        opcode::STORE => store(word),
        opcode::OP_IMM | opcode::OP_IMM_32 => {
            alu_imm(word).or_else(|| decode_bits::immediate(word))
        }
        opcode::OP | opcode::OP_32 => alu(word)
            .or_else(|| muldiv(word))
            .or_else(|| decode_bits::register(word)),
        opcode::AMO => atomic(word),
        opcode::MISC_MEM => misc_mem(word),
        opcode::SYSTEM => system(word),
        _ => decode_float::float(word).map(Inst::Fp),
    }
}

fn lui(word: u32) -> Inst {
    let (rd, imm) = (rd(word), opcode::U_IMM.get(word));
    Inst::Lui { rd, imm }
}

fn auipc(word: u32) -> Inst {
    let (rd, imm) = (rd(word), opcode::U_IMM.get(word));
    Inst::Auipc { rd, imm }
}

fn jal(word: u32) -> Inst {
    let (rd, offset) = (rd(word), opcode::J_IMM.get(word));
    Inst::Jal { rd, offset }
}

fn jalr(word: u32) -> Option<Inst> {
    let inst = Inst::Jalr {
        rd: rd(word),
        rs1: rs1(word),
        offset: opcode::I_IMM.get(word),
    };
    (word & opcode::I_MASK == opcode::JALR).then_some(inst)
}

fn branch(word: u32) -> Option<Inst> {
    let code = word & opcode::I_MASK;
    let cond = Cond::ALL.into_iter().find(|&c| opcode::branch(c) == code)?;
    Some(Inst::Branch {
        cond,
        rs1: rs1(word),
        rs2: rs2(word),
        offset: opcode::B_IMM.get(word),
    })
}

fn load(word: u32) -> Option<Inst> {
    let code = word & opcode::I_MASK;
    let op = LoadOp::ALL.into_iter().find(|&o| opcode::load(o) == code)?;
    Some(Inst::Load {
        op,
        rd: rd(word),
        rs1: rs1(word),
        offset: opcode::I_IMM.get(word),
    })
}

fn store(word: u32) -> Option<Inst> {
    let code = word & opcode::I_MASK;
    let width = Width::ALL.into_iter().find(|&w| opcode::store(w) == code)?;
    Some(Inst::Store {
        width,
        rs1: rs1(word),
        rs2: rs2(word),
        offset: opcode::S_IMM.get(word),
    })
}

fn alu_imm(word: u32) -> Option<Inst> {
    let op = AluOp::ALL
        .into_iter()
        .filter(|op| op.has_immediate_form())
        .find(|&op| word & opcode::alu_imm_mask(op) == opcode::alu_imm(op))?;
    Some(Inst::AluImm {
        op,
        rd: rd(word),
        rs1: rs1(word),
        imm: opcode::alu_imm_layout(op).get(word),
    })
}

fn alu(word: u32) -> Option<Inst> {
    let code = word & opcode::R_MASK;
    let op = AluOp::ALL.into_iter().find(|&o| opcode::alu(o) == code)?;
    let (rd, rs1, rs2) = (rd(word), rs1(word), rs2(word));
    Some(Inst::Alu { op, rd, rs1, rs2 })
}

fn muldiv(word: u32) -> Option<Inst> {
    let code = word & opcode::R_MASK;
    let op = MulDivOp::ALL
        .into_iter()
        .find(|&o| opcode::muldiv(o) == code)?;
    let (rd, rs1, rs2) = (rd(word), rs1(word), rs2(word));
    Some(Inst::MulDiv { op, rd, rs1, rs2 })
}

/// The A extension, of words and doublewords only.
fn atomic(word: u32) -> Option<Inst> {
    let width = match piece(word, 12, 3) {
        2 => Width::Word,
        3 => Width::Double,
        _ => return None,
    };
    let order = Ordering {
        aq: word & opcode::AQ != 0,
        rl: word & opcode::RL != 0,
    };
    let (rd, rs1, rs2) = (rd(word), rs1(word), rs2(word));
    if word & opcode::LR_MASK == opcode::load_reserved(width) {
        return Some(Inst::LoadReserved {
            width,
            rd,
            rs1,
            order,
        });
    }
    let code = word & opcode::AMO_MASK;
    if code == opcode::store_conditional(width) {
        return Some(Inst::StoreConditional {
            width,
            rd,
            rs1,
            rs2,
            order,
        });
    }
    let op = AmoOp::ALL
        .into_iter()
        .find(|&op| opcode::amo(op, width) == code)?;
    Some(Inst::Amo {
        op,
        width,
        rd,
        rs1,
        rs2,
        order,
    })
}

/// The fences, and what is done with cache blocks. The fences' reserved fields must be
/// ignored ("Memory Ordering Instructions"), so they are kept and decide nothing.
fn misc_mem(word: u32) -> Option<Inst> {
    let (rd, rs1) = (rd(word), rs1(word));
    match word & opcode::I_MASK {
        opcode::FENCE => Some(Inst::Fence {
            rd,
            rs1,
            sets: (word >> 20) as u16,
        }),
        opcode::FENCE_I => Some(Inst::FenceI {
            rd,
            rs1,
            imm: opcode::I_IMM.get(word),
        }),
        _ => decode_bits::cache_block(word),
    }
}

/// The environment calls and the CSR instructions; any CSR number decodes.
fn system(word: u32) -> Option<Inst> {
    match word {
        opcode::ECALL => Some(Inst::Ecall),
        opcode::EBREAK => Some(Inst::Ebreak),
        _ => csr(word),
    }
}

fn csr(word: u32) -> Option<Inst> {
    let code = word & opcode::I_MASK & !opcode::CSR_IMM;
    let op = [CsrOp::Write, CsrOp::Set, CsrOp::Clear]
        .into_iter()
        .find(|&op| opcode::csr(op) == code)?;
    let source = if word & opcode::CSR_IMM == 0 {
        CsrSource::Reg(rs1(word))
    } else {
        CsrSource::Imm(piece(word, 15, 5) as u8)
    };
    Some(Inst::Csr {
        op,
        rd: rd(word),
        csr: (word >> 20) as u16,
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_comes_from_the_low_two_bits() {
        assert_eq!([0, 1, 2, 3].map(instruction_len), [2, 2, 2, 4]);
        assert_eq!(instruction_len(0xffff), 4);
    }

    #[test]
    fn the_high_parcel_of_a_compressed_instruction_is_ignored() {
        assert_eq!(decode(0xffff_0001), decode(0x0001));
        assert_eq!(decode(0xffff_0000), None);
    }

    #[test]
    fn reserved_fence_fields_are_kept_and_ignored() {
        for word in [0x0330_000f, 0x8ff9_8f8f, 0xfff9_9f8f] {
            assert!(matches!(
                decode(word).map(|d| d.inst),
                Some(Inst::Fence { .. } | Inst::FenceI { .. })
            ));
        }
    }

    #[test]
    fn near_misses_are_illegal() {
        let words = [
            0x0000_1067, // jalr, funct3 1
            0x4000_1013, // slli, funct6 0x10
            0x0200_101b, // slliw by 32
            0x0200_501b, // srliw by 32
            0x4200_0033, // sub with the M bit
            0x1015_a52f, // lr.w, rs2 1
            0x1005_852f, // lr, funct3 0
            0x2800_252f, // amo, funct5 5
            0x0000_208f, // cbo.inval, rd 1
            0x0030_200f, // misc-mem, funct3 2, code 3
            0x0810_403b, // packw
            0x6030_1013, // clz's row, code 3
            0x6200_501b, // roriw by 32
            0x6980_5013, // rev8 of 32 bits
            0x0e00_1033, // czero's row, funct3 1
            0x0000_00f3, // ecall, rd 1
            0x0020_0073, // uret
            0x3020_0073, // mret
            0x1050_0073, // wfi
            0x0000_4073, // system, funct3 4
            0x0000_7003, // load, funct3 7
            0x0000_4023, // store, funct3 4
            0x0000_2063, // branch, funct3 2
            0x0000_4007, // load-fp, funct3 4
            0x0000_1027, // store-fp, funct3 1
            0x0000_5053, // fadd.s, rm 5
            0x0400_7053, // fadd, fmt 2
            0x5810_7053, // fsqrt.s, rs2 1
            0x2000_3053, // fsgnj.s, funct3 3
            0xa000_3053, // fle.s, funct3 3
            0xe010_0053, // fmv.x.w, rs2 1
            0xc040_7053, // fcvt to an integer, rs2 4
            0x4000_7053, // fcvt.s.s
            0x0400_7043, // fmadd, fmt 2
            0xffff_ffff,
        ];
        for word in words {
            assert_eq!(decode(word), None, "{word:#010x}");
        }
    }
}
