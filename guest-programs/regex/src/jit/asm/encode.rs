//! Instruction words, one function a format.

/// An integer register, by its name in the calling convention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
pub enum Reg {
    Zero = 0, Ra = 1, T0 = 5, T1, T2, S0, S1,
    A0 = 10, A1, A2, A3, A4, A5, A6, A7,
    S2 = 18, S3, S4, S5, T3 = 28, T4, T5, T6,
}

/// `rd = rs1 op rs2`: funct7 and funct3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegOp {
    Add,
    Sub,
    Srl,
    And,
    Or,
    Xor,
    Sltu,
}

/// `rd = rs1 op imm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImmOp {
    Addi,
    Andi,
    Xori,
    Sltiu,
}

/// `rd = memory[rs1 + imm]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    Lb,
    Lbu,
    Lhu,
    Lwu,
    Ld,
}

/// When a branch is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cond {
    Eq,
    Ne,
    Lt,
    Ge,
    Ltu,
    Geu,
}

impl Cond {
    /// Taken just when this is not.
    pub fn inverse(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Lt => Self::Ge,
            Self::Ge => Self::Lt,
            Self::Ltu => Self::Geu,
            Self::Geu => Self::Ltu,
        }
    }
}

mod opcode {
    pub const LOAD: u32 = 0x03;
    pub const OP_IMM: u32 = 0x13;
    pub const AUIPC: u32 = 0x17;
    pub const OP_IMM_32: u32 = 0x1b;
    pub const STORE: u32 = 0x23;
    pub const OP: u32 = 0x33;
    pub const LUI: u32 = 0x37;
    pub const BRANCH: u32 = 0x63;
    pub const JALR: u32 = 0x67;
    pub const JAL: u32 = 0x6f;
}

fn rd(reg: Reg) -> u32 {
    (reg as u32) << 7
}

fn rs1(reg: Reg) -> u32 {
    (reg as u32) << 15
}

fn rs2(reg: Reg) -> u32 {
    (reg as u32) << 20
}

fn funct3(value: u32) -> u32 {
    value << 12
}

/// Bits `low` and up of `value`, so many of them, moved to bit `to`.
fn field(value: i32, low: u32, count: u32, to: u32) -> u32 {
    (value as u32 >> low & ((1 << count) - 1)) << to
}

fn i_type(word: u32, d: Reg, s: Reg, imm: i32) -> u32 {
    word | rd(d) | rs1(s) | field(imm, 0, 12, 20)
}

/// R-type: `d = s op t`.
pub fn register(op: RegOp, d: Reg, s: Reg, t: Reg) -> u32 {
    let (seven, three) = match op {
        RegOp::Add => (0, 0),
        RegOp::Sub => (0x20, 0),
        RegOp::Srl => (0, 5),
        RegOp::And => (0, 7),
        RegOp::Or => (0, 6),
        RegOp::Xor => (0, 4),
        RegOp::Sltu => (0, 3),
    };
    opcode::OP | seven << 25 | funct3(three) | rd(d) | rs1(s) | rs2(t)
}

/// I-type: `d = s op imm`, of which the low 12 bits count.
pub fn immediate(op: ImmOp, d: Reg, s: Reg, imm: i32) -> u32 {
    let three = match op {
        ImmOp::Addi => 0,
        ImmOp::Andi => 7,
        ImmOp::Xori => 4,
        ImmOp::Sltiu => 3,
    };
    i_type(opcode::OP_IMM | funct3(three), d, s, imm)
}

/// `d = sext32(s + imm)`.
pub fn addiw(d: Reg, s: Reg, imm: i32) -> u32 {
    i_type(opcode::OP_IMM_32, d, s, imm)
}

/// `d = s << amount`, which is below 64.
pub fn slli(d: Reg, s: Reg, amount: u32) -> u32 {
    i_type(opcode::OP_IMM | funct3(1), d, s, amount as i32)
}

/// I-type: `d = memory[base + imm]`.
pub fn load(op: Load, d: Reg, base: Reg, imm: i32) -> u32 {
    let three = match op {
        Load::Lb => 0,
        Load::Lbu => 4,
        Load::Lhu => 5,
        Load::Lwu => 6,
        Load::Ld => 3,
    };
    i_type(opcode::LOAD | funct3(three), d, base, imm)
}

/// S-type: `memory[base + imm] = t`, eight bytes.
pub fn sd(t: Reg, base: Reg, imm: i32) -> u32 {
    let imm = field(imm, 5, 7, 25) | field(imm, 0, 5, 7);
    opcode::STORE | funct3(3) | rs1(base) | rs2(t) | imm
}

/// B-type without where it leads; [`branch_offset`] is or-ed to it.
pub fn branch(cond: Cond, s: Reg, t: Reg) -> u32 {
    let three = match cond {
        Cond::Eq => 0,
        Cond::Ne => 1,
        Cond::Lt => 4,
        Cond::Ge => 5,
        Cond::Ltu => 6,
        Cond::Geu => 7,
    };
    opcode::BRANCH | funct3(three) | rs1(s) | rs2(t)
}

/// What a B-type instruction with the opposite condition differs in.
pub const INVERTS_BRANCH: u32 = 1 << 12;

/// Where a B-type instruction leads, in bytes from itself.
pub fn branch_offset(offset: i32) -> u32 {
    field(offset, 12, 1, 31)
        | field(offset, 5, 6, 25)
        | field(offset, 1, 4, 8)
        | field(offset, 11, 1, 7)
}

/// J-type without where it leads: `d` = address of the next instruction.
pub fn jal(d: Reg) -> u32 {
    opcode::JAL | rd(d)
}

/// Where a J-type instruction leads, in bytes from itself.
pub fn jal_offset(offset: i32) -> u32 {
    field(offset, 20, 1, 31)
        | field(offset, 1, 10, 21)
        | field(offset, 11, 1, 20)
        | field(offset, 12, 8, 12)
}

/// Goes on at the address in `target`; `d` = address of the next instruction.
pub fn jalr(d: Reg, target: Reg) -> u32 {
    i_type(opcode::JALR, d, target, 0)
}

/// U-type: `d = imm`, of which the low 12 bits are 0.
pub fn lui(d: Reg, imm: i32) -> u32 {
    opcode::LUI | rd(d) | imm as u32 & !0xfff
}

/// U-type: `d` = address of this instruction + `imm`, of which the low 12 bits are 0.
pub fn auipc(d: Reg, imm: i32) -> u32 {
    opcode::AUIPC | rd(d) | imm as u32 & !0xfff
}
