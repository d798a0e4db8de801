//! The fixed bits of the 32-bit instructions (ISA manual, "RV32/64G Instruction
//! Set Listings"), each stated once: the decoder searches these tables, the
//! encoder indexes them.

use super::field::Layout;
use super::{
    AluOp, AmoOp, Cond, CsrOp, Format, FpCompare, FpOp, FpPick, FusedOp, IntFormat, LoadOp,
    MulDivOp, Width,
};

pub(super) const LOAD: u32 = 0x03;
pub(super) const LOAD_FP: u32 = 0x07;
pub(super) const MISC_MEM: u32 = 0x0f;
pub(super) const OP_IMM: u32 = 0x13;
pub(super) const AUIPC: u32 = 0x17;
pub(super) const OP_IMM_32: u32 = 0x1b;
pub(super) const STORE: u32 = 0x23;
pub(super) const STORE_FP: u32 = 0x27;
pub(super) const AMO: u32 = 0x2f;
pub(super) const OP: u32 = 0x33;
pub(super) const LUI: u32 = 0x37;
pub(super) const OP_32: u32 = 0x3b;
pub(super) const MADD: u32 = 0x43;
pub(super) const MSUB: u32 = 0x47;
pub(super) const NMSUB: u32 = 0x4b;
pub(super) const NMADD: u32 = 0x4f;
pub(super) const OP_FP: u32 = 0x53;
pub(super) const BRANCH: u32 = 0x63;
pub(super) const JALR: u32 = 0x67;
pub(super) const JAL: u32 = 0x6f;
pub(super) const SYSTEM: u32 = 0x73;

pub(super) const ECALL: u32 = 0x0000_0073;
pub(super) const EBREAK: u32 = 0x0010_0073;
pub(super) const FENCE: u32 = MISC_MEM;
pub(super) const FENCE_I: u32 = MISC_MEM | funct3(1);

/// The major opcode.
pub(super) const OPCODE_MASK: u32 = 0x7f;
/// The opcode and `funct3`.
pub(super) const I_MASK: u32 = OPCODE_MASK | funct3(7);
/// The opcode, `funct3` and `funct6`: shifts by six bits.
pub(super) const SHIFT_MASK: u32 = I_MASK | funct7(0x7e);
/// The opcode, `funct3` and `funct7`.
pub(super) const R_MASK: u32 = I_MASK | funct7(0x7f);
/// The opcode, `funct3` and `funct5`.
pub(super) const AMO_MASK: u32 = I_MASK | funct5(0x1f);
/// `rs2` too, which a load-reserved leaves zero.
pub(super) const LR_MASK: u32 = AMO_MASK | 0x1f << 20;

/// The opcode and `funct7`: floating-point operations that round.
pub(super) const FP_MASK: u32 = OPCODE_MASK | funct7(0x7f);
/// `rs2` too, which says what is converted.
pub(super) const FP_UNARY_MASK: u32 = FP_MASK | 0x1f << 20;
/// The opcode and the format: fused operations.
pub(super) const FUSED_MASK: u32 = OPCODE_MASK | funct7(3);

/// The `aq` and `rl` bits of an atomic.
pub(super) const AQ: u32 = 1 << 26;
pub(super) const RL: u32 = 1 << 25;

pub(super) const I_IMM: Layout = Layout::signed(&[(0, 20, 12)]);
pub(super) const S_IMM: Layout = Layout::signed(&[(0, 7, 5), (5, 25, 7)]);
pub(super) const B_IMM: Layout = Layout::signed(&[(1, 8, 4), (5, 25, 6), (11, 7, 1), (12, 31, 1)]);
pub(super) const U_IMM: Layout = Layout::signed(&[(12, 12, 20)]);
pub(super) const J_IMM: Layout =
    Layout::signed(&[(1, 21, 10), (11, 20, 1), (12, 12, 8), (20, 31, 1)]);
pub(super) const SHAMT: Layout = Layout::unsigned(&[(0, 20, 6)]);
pub(super) const SHAMT_32: Layout = Layout::unsigned(&[(0, 20, 5)]);

pub(super) const fn funct3(code: u32) -> u32 {
    code << 12
}

const fn funct5(code: u32) -> u32 {
    code << 27
}

const fn funct7(code: u32) -> u32 {
    code << 25
}

/// An opcode with `funct3` and `funct7`.
pub(super) const fn r_type(opcode: u32, f3: u32, f7: u32) -> u32 {
    opcode | funct3(f3) | funct7(f7)
}

/// The fixed bits of `rd = rs1 op rs2`, under [`R_MASK`].
pub(super) const fn alu(op: AluOp) -> u32 {
    match op {
        AluOp::Add => r_type(OP, 0, 0),
        AluOp::Sub => r_type(OP, 0, 0x20),
        AluOp::Sll => r_type(OP, 1, 0),
        AluOp::Slt => r_type(OP, 2, 0),
        AluOp::Sltu => r_type(OP, 3, 0),
        AluOp::Xor => r_type(OP, 4, 0),
        AluOp::Srl => r_type(OP, 5, 0),
        AluOp::Sra => r_type(OP, 5, 0x20),
        AluOp::Or => r_type(OP, 6, 0),
        AluOp::And => r_type(OP, 7, 0),
        AluOp::Addw => r_type(OP_32, 0, 0),
        AluOp::Subw => r_type(OP_32, 0, 0x20),
        AluOp::Sllw => r_type(OP_32, 1, 0),
        AluOp::Srlw => r_type(OP_32, 5, 0),
        AluOp::Sraw => r_type(OP_32, 5, 0x20),
    }
}

/// The fixed bits of `rd = rs1 op imm`, under [`alu_imm_mask`]: those of the
/// register form, under the opcode of the immediates.
pub(super) const fn alu_imm(op: AluOp) -> u32 {
    alu(op) ^ OP ^ OP_IMM
}

const _: () = assert!(OP ^ OP_IMM == OP_32 ^ OP_IMM_32);

/// Which bits of `rd = rs1 op imm` are fixed: a shift's immediate is short.
pub(super) const fn alu_imm_mask(op: AluOp) -> u32 {
    match (op.is_shift(), op.is_word()) {
        (false, _) => I_MASK,
        (true, false) => SHIFT_MASK,
        (true, true) => R_MASK,
    }
}

/// Where the immediate of `rd = rs1 op imm` stands.
pub(super) const fn alu_imm_layout(op: AluOp) -> Layout {
    match (op.is_shift(), op.is_word()) {
        (false, _) => I_IMM,
        (true, false) => SHAMT,
        (true, true) => SHAMT_32,
    }
}

/// The fixed bits of an operation of the M extension, under [`R_MASK`].
pub(super) const fn muldiv(op: MulDivOp) -> u32 {
    match op {
        MulDivOp::Mul => r_type(OP, 0, 1),
        MulDivOp::Mulh => r_type(OP, 1, 1),
        MulDivOp::Mulhsu => r_type(OP, 2, 1),
        MulDivOp::Mulhu => r_type(OP, 3, 1),
        MulDivOp::Div => r_type(OP, 4, 1),
        MulDivOp::Divu => r_type(OP, 5, 1),
        MulDivOp::Rem => r_type(OP, 6, 1),
        MulDivOp::Remu => r_type(OP, 7, 1),
        MulDivOp::Mulw => r_type(OP_32, 0, 1),
        MulDivOp::Divw => r_type(OP_32, 4, 1),
        MulDivOp::Divuw => r_type(OP_32, 5, 1),
        MulDivOp::Remw => r_type(OP_32, 6, 1),
        MulDivOp::Remuw => r_type(OP_32, 7, 1),
    }
}

/// The fixed bits of a branch, under [`I_MASK`].
pub(super) const fn branch(cond: Cond) -> u32 {
    BRANCH
        | match cond {
            Cond::Eq => funct3(0),
            Cond::Ne => funct3(1),
            Cond::Lt => funct3(4),
            Cond::Ge => funct3(5),
            Cond::Ltu => funct3(6),
            Cond::Geu => funct3(7),
        }
}

/// The fixed bits of a load, under [`I_MASK`].
pub(super) const fn load(op: LoadOp) -> u32 {
    LOAD | match op {
        LoadOp::Lb => funct3(0),
        LoadOp::Lh => funct3(1),
        LoadOp::Lw => funct3(2),
        LoadOp::Ld => funct3(3),
        LoadOp::Lbu => funct3(4),
        LoadOp::Lhu => funct3(5),
        LoadOp::Lwu => funct3(6),
    }
}

/// The fixed bits of a store, under [`I_MASK`].
pub(super) const fn store(width: Width) -> u32 {
    STORE | funct3(width as u32)
}

const fn atomic(width: Width, f5: u32) -> u32 {
    AMO | funct3(width as u32) | funct5(f5)
}

/// The fixed bits of a load-reserved, under [`LR_MASK`].
pub(super) const fn load_reserved(width: Width) -> u32 {
    atomic(width, 0x02)
}

/// The fixed bits of a store-conditional, under [`AMO_MASK`].
pub(super) const fn store_conditional(width: Width) -> u32 {
    atomic(width, 0x03)
}

/// The fixed bits of an AMO, under [`AMO_MASK`].
pub(super) const fn amo(op: AmoOp, width: Width) -> u32 {
    let f5 = match op {
        AmoOp::Add => 0x00,
        AmoOp::Swap => 0x01,
        AmoOp::Xor => 0x04,
        AmoOp::Or => 0x08,
        AmoOp::And => 0x0c,
        AmoOp::Min => 0x10,
        AmoOp::Max => 0x14,
        AmoOp::Minu => 0x18,
        AmoOp::Maxu => 0x1c,
    };
    atomic(width, f5)
}

/// The fixed bits of a CSR instruction with a register operand, under [`I_MASK`].
pub(super) const fn csr(op: CsrOp) -> u32 {
    SYSTEM
        | match op {
            CsrOp::Write => funct3(1),
            CsrOp::Set => funct3(2),
            CsrOp::Clear => funct3(3),
        }
}

/// Set in a CSR instruction whose operand is an immediate.
pub(super) const CSR_IMM: u32 = funct3(4);

/// The fixed bits of a floating-point load, under [`I_MASK`].
pub(super) const fn fp_load(format: Format) -> u32 {
    LOAD_FP | funct3(format.width() as u32)
}

/// The fixed bits of a floating-point store, under [`I_MASK`].
pub(super) const fn fp_store(format: Format) -> u32 {
    STORE_FP | funct3(format.width() as u32)
}

/// The `fmt` field, which is the low end of `funct7`.
const fn fmt(format: Format) -> u32 {
    match format {
        Format::Single => 0,
        Format::Double => 1,
    }
}

const fn op_fp(format: Format, f5: u32) -> u32 {
    OP_FP | funct7(f5 << 2 | fmt(format))
}

/// The fixed bits of a fused operation, under [`FUSED_MASK`].
pub(super) const fn fused(op: FusedOp, format: Format) -> u32 {
    let opcode = match op {
        FusedOp::Madd => MADD,
        FusedOp::Msub => MSUB,
        FusedOp::Nmsub => NMSUB,
        FusedOp::Nmadd => NMADD,
    };
    opcode | funct7(fmt(format))
}

/// The fixed bits of an arithmetic operation, under [`FP_MASK`].
pub(super) const fn fp_alu(op: FpOp, format: Format) -> u32 {
    let f5 = match op {
        FpOp::Add => 0x00,
        FpOp::Sub => 0x01,
        FpOp::Mul => 0x02,
        FpOp::Div => 0x03,
    };
    op_fp(format, f5)
}

/// The fixed bits of a square root, under [`FP_UNARY_MASK`].
pub(super) const fn fp_sqrt(format: Format) -> u32 {
    op_fp(format, 0x0b)
}

/// The fixed bits of a sign injection, minimum or maximum, under [`R_MASK`].
pub(super) const fn fp_pick(op: FpPick, format: Format) -> u32 {
    let (f5, f3) = match op {
        FpPick::Sgnj => (0x04, 0),
        FpPick::Sgnjn => (0x04, 1),
        FpPick::Sgnjx => (0x04, 2),
        FpPick::Min => (0x05, 0),
        FpPick::Max => (0x05, 1),
    };
    op_fp(format, f5) | funct3(f3)
}

/// The fixed bits of a comparison, under [`R_MASK`].
pub(super) const fn fp_compare(op: FpCompare, format: Format) -> u32 {
    let f3 = match op {
        FpCompare::Le => 0,
        FpCompare::Lt => 1,
        FpCompare::Eq => 2,
    };
    op_fp(format, 0x14) | funct3(f3)
}

/// The fixed bits of a classification, under [`R_MASK`] and [`FP_UNARY_MASK`].
pub(super) const fn fp_class(format: Format) -> u32 {
    op_fp(format, 0x1c) | funct3(1)
}

/// The fixed bits of `fmv.x.w` and `fmv.x.d`, under [`R_MASK`] and [`FP_UNARY_MASK`].
pub(super) const fn fp_to_bits(format: Format) -> u32 {
    op_fp(format, 0x1c)
}

/// The fixed bits of `fmv.w.x` and `fmv.d.x`, under [`R_MASK`] and [`FP_UNARY_MASK`].
pub(super) const fn fp_from_bits(format: Format) -> u32 {
    op_fp(format, 0x1e)
}

const fn second(code: u32) -> u32 {
    code << 20
}

/// The fixed bits of a conversion between formats, under [`FP_UNARY_MASK`].
pub(super) const fn fp_convert(to: Format) -> u32 {
    let from = match to {
        Format::Single => Format::Double,
        Format::Double => Format::Single,
    };
    op_fp(to, 0x08) | second(fmt(from))
}

const fn int_format(format: IntFormat) -> u32 {
    second(match format {
        IntFormat::W => 0,
        IntFormat::Wu => 1,
        IntFormat::L => 2,
        IntFormat::Lu => 3,
    })
}

/// The fixed bits of a conversion to an integer, under [`FP_UNARY_MASK`].
pub(super) const fn fp_to_int(to: IntFormat, from: Format) -> u32 {
    op_fp(from, 0x18) | int_format(to)
}

/// The fixed bits of a conversion from an integer, under [`FP_UNARY_MASK`].
pub(super) const fn int_to_fp(to: Format, from: IntFormat) -> u32 {
    op_fp(to, 0x1a) | int_format(from)
}
