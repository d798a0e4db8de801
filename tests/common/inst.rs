//! Short names for the instructions that every program needs.

use rvjet::isa::{AluOp, Cond, Inst, LoadOp, Reg, Width};

/// `rd = rs1 op rs2`
pub const fn alu(op: AluOp, rd: Reg, rs1: Reg, rs2: Reg) -> Inst {
    Inst::Alu { op, rd, rs1, rs2 }
}

/// `rd = rs1 op imm`
pub const fn alu_imm(op: AluOp, rd: Reg, rs1: Reg, imm: i32) -> Inst {
    Inst::AluImm { op, rd, rs1, imm }
}

/// `rd = rs1 + imm`
pub const fn addi(rd: Reg, rs1: Reg, imm: i32) -> Inst {
    alu_imm(AluOp::Add, rd, rs1, imm)
}

/// `rd = mem[rs1 + offset]`, 64 bits.
pub const fn ld(rd: Reg, rs1: Reg, offset: i32) -> Inst {
    load(LoadOp::Ld, rd, rs1, offset)
}

/// `rd = extend(mem[rs1 + offset])`
pub const fn load(op: LoadOp, rd: Reg, rs1: Reg, offset: i32) -> Inst {
    Inst::Load {
        op,
        rd,
        rs1,
        offset,
    }
}

/// `mem[rs1 + offset] = rs2`, 64 bits.
pub const fn sd(rs2: Reg, rs1: Reg, offset: i32) -> Inst {
    store(Width::Double, rs2, rs1, offset)
}

/// `mem[rs1 + offset] = low bits of rs2`
pub const fn store(width: Width, rs2: Reg, rs1: Reg, offset: i32) -> Inst {
    Inst::Store {
        width,
        rs1,
        rs2,
        offset,
    }
}

/// `if rs1 cond rs2 { pc += offset }`
pub const fn branch(cond: Cond, rs1: Reg, rs2: Reg, offset: i32) -> Inst {
    Inst::Branch {
        cond,
        rs1,
        rs2,
        offset,
    }
}

/// `rd = next pc; pc += offset`
pub const fn jal(rd: Reg, offset: i32) -> Inst {
    Inst::Jal { rd, offset }
}

/// `t = (rs1 + offset) & !1; rd = next pc; pc = t`
pub const fn jalr(rd: Reg, rs1: Reg, offset: i32) -> Inst {
    Inst::Jalr { rd, rs1, offset }
}
