//! What instructions of one shape differ in: operations, conditions and widths of the
//! integer instructions.

use super::Reg;

/// What an R-type integer instruction does with its operands (chapters "RV32I",
/// "RV64I"). The `W` forms work on the low 32 bits and sign-extend the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the mnemonics of the ISA manual")]
pub enum AluOp {
    Add,
    Sub,
    Sll,
    Slt,
    Sltu,
    Xor,
    Srl,
    Sra,
    Or,
    And,
    Addw,
    Subw,
    Sllw,
    Srlw,
    Sraw,
}

impl AluOp {
    /// Every operation.
    pub const ALL: [AluOp; 15] = [
        AluOp::Add,
        AluOp::Sub,
        AluOp::Sll,
        AluOp::Slt,
        AluOp::Sltu,
        AluOp::Xor,
        AluOp::Srl,
        AluOp::Sra,
        AluOp::Or,
        AluOp::And,
        AluOp::Addw,
        AluOp::Subw,
        AluOp::Sllw,
        AluOp::Srlw,
        AluOp::Sraw,
    ];

    /// Whether the operation works on 32 bits and sign-extends its result.
    pub const fn is_word(self) -> bool {
        matches!(
            self,
            AluOp::Addw | AluOp::Subw | AluOp::Sllw | AluOp::Srlw | AluOp::Sraw
        )
    }

    /// Whether the operation shifts; its second operand is then taken modulo the width.
    pub const fn is_shift(self) -> bool {
        matches!(
            self,
            AluOp::Sll | AluOp::Srl | AluOp::Sra | AluOp::Sllw | AluOp::Srlw | AluOp::Sraw
        )
    }

    /// Whether the operands may be exchanged.
    pub const fn is_commutative(self) -> bool {
        matches!(
            self,
            AluOp::Add | AluOp::Addw | AluOp::Xor | AluOp::Or | AluOp::And
        )
    }

    /// Whether an immediate form exists: all but the subtractions, which are
    /// additions of the negated immediate.
    pub const fn has_immediate_form(self) -> bool {
        !matches!(self, AluOp::Sub | AluOp::Subw)
    }
}

/// The M extension's operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the mnemonics of the ISA manual")]
pub enum MulDivOp {
    Mul,
    Mulh,
    Mulhsu,
    Mulhu,
    Div,
    Divu,
    Rem,
    Remu,
    Mulw,
    Divw,
    Divuw,
    Remw,
    Remuw,
}

impl MulDivOp {
    /// Every operation.
    pub const ALL: [MulDivOp; 13] = [
        MulDivOp::Mul,
        MulDivOp::Mulh,
        MulDivOp::Mulhsu,
        MulDivOp::Mulhu,
        MulDivOp::Div,
        MulDivOp::Divu,
        MulDivOp::Rem,
        MulDivOp::Remu,
        MulDivOp::Mulw,
        MulDivOp::Divw,
        MulDivOp::Divuw,
        MulDivOp::Remw,
        MulDivOp::Remuw,
    ];
}

/// The condition of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the mnemonics of the ISA manual")]
pub enum Cond {
    Eq,
    Ne,
    Lt,
    Ge,
    Ltu,
    Geu,
}

impl Cond {
    /// Every condition.
    pub const ALL: [Cond; 6] = [Cond::Eq, Cond::Ne, Cond::Lt, Cond::Ge, Cond::Ltu, Cond::Geu];

    /// The condition that holds where this one does not.
    #[must_use]
    pub fn negated(self) -> Cond {
        match self {
            Cond::Eq => Cond::Ne,
            Cond::Ne => Cond::Eq,
            Cond::Lt => Cond::Ge,
            Cond::Ge => Cond::Lt,
            Cond::Ltu => Cond::Geu,
            Cond::Geu => Cond::Ltu,
        }
    }
}

/// The size of a memory access; the discriminant is the base-2 logarithm of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Width {
    /// 8 bits.
    Byte = 0,
    /// 16 bits.
    Half = 1,
    /// 32 bits.
    Word = 2,
    /// 64 bits.
    Double = 3,
}

impl Width {
    /// Every width, the narrowest first.
    pub const ALL: [Width; 4] = [Width::Byte, Width::Half, Width::Word, Width::Double];

    /// The size in bytes: 1, 2, 4 or 8.
    pub const fn bytes(self) -> u64 {
        1 << self as u8
    }

    /// Whether `addr` is a multiple of the size.
    pub const fn is_aligned(self, addr: u64) -> bool {
        addr & (self.bytes() - 1) == 0
    }
}

/// A load's width and how it fills the rest of `rd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the mnemonics of the ISA manual")]
pub enum LoadOp {
    Lb,
    Lh,
    Lw,
    Ld,
    Lbu,
    Lhu,
    Lwu,
}

impl LoadOp {
    /// Every load.
    pub const ALL: [LoadOp; 7] = [
        LoadOp::Lb,
        LoadOp::Lh,
        LoadOp::Lw,
        LoadOp::Ld,
        LoadOp::Lbu,
        LoadOp::Lhu,
        LoadOp::Lwu,
    ];

    /// How much is read.
    pub const fn width(self) -> Width {
        match self {
            LoadOp::Lb | LoadOp::Lbu => Width::Byte,
            LoadOp::Lh | LoadOp::Lhu => Width::Half,
            LoadOp::Lw | LoadOp::Lwu => Width::Word,
            LoadOp::Ld => Width::Double,
        }
    }

    /// The load of so much that leaves the upper bits zero.
    pub const fn unsigned(width: Width) -> LoadOp {
        match width {
            Width::Byte => LoadOp::Lbu,
            Width::Half => LoadOp::Lhu,
            Width::Word => LoadOp::Lwu,
            Width::Double => LoadOp::Ld,
        }
    }
}

/// What an AMO stores back: `op(loaded, rs2)` (chapter "A", "Atomic Memory Operations").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the mnemonics of the ISA manual")]
pub enum AmoOp {
    Swap,
    Add,
    Xor,
    And,
    Or,
    Min,
    Max,
    Minu,
    Maxu,
}

impl AmoOp {
    /// Every operation.
    pub const ALL: [AmoOp; 9] = [
        AmoOp::Swap,
        AmoOp::Add,
        AmoOp::Xor,
        AmoOp::And,
        AmoOp::Or,
        AmoOp::Min,
        AmoOp::Max,
        AmoOp::Minu,
        AmoOp::Maxu,
    ];
}

/// The `aq` and `rl` bits of an atomic. With one hart they order nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ordering {
    /// No later access of this hart is seen before this one.
    pub aq: bool,
    /// No earlier access of this hart is seen after this one.
    pub rl: bool,
}

/// How a CSR instruction changes the CSR (chapter "Zicsr").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CsrOp {
    /// `csrrw`: write.
    Write,
    /// `csrrs`: set bits.
    Set,
    /// `csrrc`: clear bits.
    Clear,
}

/// The operand of a CSR instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CsrSource {
    /// `rs1`.
    Reg(Reg),
    /// A zero-extended five-bit immediate.
    Imm(u8),
}
