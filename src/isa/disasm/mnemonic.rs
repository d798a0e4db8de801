//! The names of the operations.

use crate::isa::{
    AluOp, AmoOp, Cond, CsrOp, CsrSource, FpCompare, FpOp, FpPick, FusedOp, IntFormat, LoadOp,
    MulDivOp, Width,
};

/// The register form: `add`, `subw`, ..
pub(super) const fn alu(op: AluOp) -> &'static str {
    match op {
        AluOp::Add => "add",
        AluOp::Sub => "sub",
        AluOp::Sll => "sll",
        AluOp::Slt => "slt",
        AluOp::Sltu => "sltu",
        AluOp::Xor => "xor",
        AluOp::Srl => "srl",
        AluOp::Sra => "sra",
        AluOp::Or => "or",
        AluOp::And => "and",
        AluOp::Addw => "addw",
        AluOp::Subw => "subw",
        AluOp::Sllw => "sllw",
        AluOp::Srlw => "srlw",
        AluOp::Sraw => "sraw",
    }
}

/// The immediate form: `addi`, `sltiu`, ..; the subtractions have none.
pub(super) const fn alu_imm(op: AluOp) -> &'static str {
    match op {
        AluOp::Add | AluOp::Sub => "addi",
        AluOp::Sll => "slli",
        AluOp::Slt => "slti",
        AluOp::Sltu => "sltiu",
        AluOp::Xor => "xori",
        AluOp::Srl => "srli",
        AluOp::Sra => "srai",
        AluOp::Or => "ori",
        AluOp::And => "andi",
        AluOp::Addw | AluOp::Subw => "addiw",
        AluOp::Sllw => "slliw",
        AluOp::Srlw => "srliw",
        AluOp::Sraw => "sraiw",
    }
}

pub(super) const fn muldiv(op: MulDivOp) -> &'static str {
    match op {
        MulDivOp::Mul => "mul",
        MulDivOp::Mulh => "mulh",
        MulDivOp::Mulhsu => "mulhsu",
        MulDivOp::Mulhu => "mulhu",
        MulDivOp::Div => "div",
        MulDivOp::Divu => "divu",
        MulDivOp::Rem => "rem",
        MulDivOp::Remu => "remu",
        MulDivOp::Mulw => "mulw",
        MulDivOp::Divw => "divw",
        MulDivOp::Divuw => "divuw",
        MulDivOp::Remw => "remw",
        MulDivOp::Remuw => "remuw",
    }
}

pub(super) const fn branch(cond: Cond) -> &'static str {
    match cond {
        Cond::Eq => "beq",
        Cond::Ne => "bne",
        Cond::Lt => "blt",
        Cond::Ge => "bge",
        Cond::Ltu => "bltu",
        Cond::Geu => "bgeu",
    }
}

pub(super) const fn load(op: LoadOp) -> &'static str {
    match op {
        LoadOp::Lb => "lb",
        LoadOp::Lh => "lh",
        LoadOp::Lw => "lw",
        LoadOp::Ld => "ld",
        LoadOp::Lbu => "lbu",
        LoadOp::Lhu => "lhu",
        LoadOp::Lwu => "lwu",
    }
}

/// The letter of a width: `b`, `h`, `w`, `d`.
pub(super) const fn width(width: Width) -> &'static str {
    match width {
        Width::Byte => "b",
        Width::Half => "h",
        Width::Word => "w",
        Width::Double => "d",
    }
}

pub(super) const fn amo(op: AmoOp) -> &'static str {
    match op {
        AmoOp::Swap => "amoswap",
        AmoOp::Add => "amoadd",
        AmoOp::Xor => "amoxor",
        AmoOp::And => "amoand",
        AmoOp::Or => "amoor",
        AmoOp::Min => "amomin",
        AmoOp::Max => "amomax",
        AmoOp::Minu => "amominu",
        AmoOp::Maxu => "amomaxu",
    }
}

pub(super) const fn csr(op: CsrOp, source: CsrSource) -> &'static str {
    match (op, source) {
        (CsrOp::Write, CsrSource::Reg(_)) => "csrrw",
        (CsrOp::Set, CsrSource::Reg(_)) => "csrrs",
        (CsrOp::Clear, CsrSource::Reg(_)) => "csrrc",
        (CsrOp::Write, CsrSource::Imm(_)) => "csrrwi",
        (CsrOp::Set, CsrSource::Imm(_)) => "csrrsi",
        (CsrOp::Clear, CsrSource::Imm(_)) => "csrrci",
    }
}

pub(super) const fn fp_alu(op: FpOp) -> &'static str {
    match op {
        FpOp::Add => "fadd",
        FpOp::Sub => "fsub",
        FpOp::Mul => "fmul",
        FpOp::Div => "fdiv",
    }
}

pub(super) const fn fused(op: FusedOp) -> &'static str {
    match op {
        FusedOp::Madd => "fmadd",
        FusedOp::Msub => "fmsub",
        FusedOp::Nmsub => "fnmsub",
        FusedOp::Nmadd => "fnmadd",
    }
}

pub(super) const fn fp_pick(op: FpPick) -> &'static str {
    match op {
        FpPick::Sgnj => "fsgnj",
        FpPick::Sgnjn => "fsgnjn",
        FpPick::Sgnjx => "fsgnjx",
        FpPick::Min => "fmin",
        FpPick::Max => "fmax",
    }
}

pub(super) const fn fp_compare(op: FpCompare) -> &'static str {
    match op {
        FpCompare::Eq => "feq",
        FpCompare::Lt => "flt",
        FpCompare::Le => "fle",
    }
}

/// The letters of an integer format: `w`, `wu`, `l`, `lu`.
pub(super) const fn int_format(format: IntFormat) -> &'static str {
    match format {
        IntFormat::W => "w",
        IntFormat::Wu => "wu",
        IntFormat::L => "l",
        IntFormat::Lu => "lu",
    }
}
