//! Instructions by shape: one variant a format, the opcode an enum in it.
//!
//! Immediates are sign-extended and already scaled (a branch offset is in
//! bytes). Compressed instructions are expanded to these
//! ([`Compressed::expand`](super::Compressed::expand)).

use super::{
    BitImmOp, BitOp, BitUnaryOp, CacheBlockOp, FReg, Format, FpCompare, FpOp, FpPick, FusedOp,
    IntFormat, Reg, Rounding,
};

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

/// A decoded instruction of RV64G, the B extension, Zbc, Zicond, Zicbom or Zicboz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "the fields are those of the ISA manual's formats"
)]
pub enum Inst {
    /// `rd = imm`; the low 12 bits of `imm` are zero.
    Lui { rd: Reg, imm: i32 },
    /// `rd = pc + imm`; the low 12 bits of `imm` are zero.
    Auipc { rd: Reg, imm: i32 },
    /// `rd = next pc; pc += offset`
    Jal { rd: Reg, offset: i32 },
    /// `t = (rs1 + offset) & !1; rd = next pc; pc = t`
    Jalr { rd: Reg, rs1: Reg, offset: i32 },
    /// `if rs1 cond rs2 { pc += offset }`
    Branch {
        cond: Cond,
        rs1: Reg,
        rs2: Reg,
        offset: i32,
    },
    /// `rd = extend(mem[rs1 + offset])`
    Load {
        op: LoadOp,
        rd: Reg,
        rs1: Reg,
        offset: i32,
    },
    /// `mem[rs1 + offset] = low bits of rs2`
    Store {
        width: Width,
        rs1: Reg,
        rs2: Reg,
        offset: i32,
    },
    /// `rd = rs1 op imm`; `op` has an immediate form, a shift's `imm` is below the width.
    AluImm {
        op: AluOp,
        rd: Reg,
        rs1: Reg,
        imm: i32,
    },
    /// `rd = rs1 op rs2`
    Alu {
        op: AluOp,
        rd: Reg,
        rs1: Reg,
        rs2: Reg,
    },
    /// `rd = rs1 op rs2`, of the M extension.
    MulDiv {
        op: MulDivOp,
        rd: Reg,
        rs1: Reg,
        rs2: Reg,
    },
    /// `rd = rs1 op rs2`, of the B extension, Zbc or Zicond.
    Bit {
        op: BitOp,
        rd: Reg,
        rs1: Reg,
        rs2: Reg,
    },
    /// `rd = rs1 op shamt`, of the B extension; `shamt` is below the width.
    BitImm {
        op: BitImmOp,
        rd: Reg,
        rs1: Reg,
        shamt: u8,
    },
    /// `rd = op rs1`, of the B extension.
    BitUnary { op: BitUnaryOp, rd: Reg, rs1: Reg },
    /// `op` on the cache block around `rs1`.
    CacheBlock { op: CacheBlockOp, rs1: Reg },
    /// `rd = sext(mem[rs1])`, and reserves it. `width` is `Word` or `Double`.
    LoadReserved {
        width: Width,
        rd: Reg,
        rs1: Reg,
        order: Ordering,
    },
    /// `if reserved { mem[rs1] = rs2; rd = 0 } else { rd = 1 }`. `width` is `Word` or `Double`.
    StoreConditional {
        width: Width,
        rd: Reg,
        rs1: Reg,
        rs2: Reg,
        order: Ordering,
    },
    /// `t = sext(mem[rs1]); mem[rs1] = t op rs2; rd = t`. `width` is `Word` or `Double`.
    Amo {
        op: AmoOp,
        width: Width,
        rd: Reg,
        rs1: Reg,
        rs2: Reg,
        order: Ordering,
    },
    /// Orders memory accesses: nothing to do for one hart. The fields are kept
    /// because the reserved ones are to be ignored, not rejected.
    Fence {
        rd: Reg,
        rs1: Reg,
        /// `fm`, predecessor and successor sets: bits 31–20 of the word.
        sets: u16,
    },
    /// Makes earlier stores visible to instruction fetch. The fields are reserved and ignored.
    FenceI { rd: Reg, rs1: Reg, imm: i32 },
    /// Calls the execution environment.
    Ecall,
    /// Calls the debugger.
    Ebreak,
    /// `t = csr; csr = csr op source; rd = t`
    Csr {
        op: CsrOp,
        rd: Reg,
        csr: u16,
        source: CsrSource,
    },
    /// `rd = mem[rs1 + offset]`, boxed.
    FpLoad {
        format: Format,
        rd: FReg,
        rs1: Reg,
        offset: i32,
    },
    /// `mem[rs1 + offset] = low bits of rs2`, boxed or not.
    FpStore {
        format: Format,
        rs1: Reg,
        rs2: FReg,
        offset: i32,
    },
    /// `rd = rs1 op rs2`
    FpAlu {
        op: FpOp,
        format: Format,
        rd: FReg,
        rs1: FReg,
        rs2: FReg,
        rounding: Rounding,
    },
    /// `rd = ±(rs1 × rs2) ± rs3`
    FpFused {
        op: FusedOp,
        format: Format,
        rd: FReg,
        rs1: FReg,
        rs2: FReg,
        rs3: FReg,
        rounding: Rounding,
    },
    /// `rd = √rs1`
    FpSqrt {
        format: Format,
        rd: FReg,
        rs1: FReg,
        rounding: Rounding,
    },
    /// `rd = rs1 op rs2`: a sign injection, minimum or maximum.
    FpPick {
        op: FpPick,
        format: Format,
        rd: FReg,
        rs1: FReg,
        rs2: FReg,
    },
    /// `rd = rs1 op rs2`, an integer.
    FpCompare {
        op: FpCompare,
        format: Format,
        rd: Reg,
        rs1: FReg,
        rs2: FReg,
    },
    /// `rd = class of rs1`: one of ten bits.
    FpClass { format: Format, rd: Reg, rs1: FReg },
    /// `rd = rs1`, from the other format to this.
    FpConvert {
        to: Format,
        rd: FReg,
        rs1: FReg,
        rounding: Rounding,
    },
    /// `rd = rs1` as an integer, the nearest that there is.
    FpToInt {
        to: IntFormat,
        from: Format,
        rd: Reg,
        rs1: FReg,
        rounding: Rounding,
    },
    /// `rd = rs1`, an integer.
    IntToFp {
        to: Format,
        from: IntFormat,
        rd: FReg,
        rs1: Reg,
        rounding: Rounding,
    },
    /// `rd = sext(bits of rs1)`, whatever they are: `fmv.x.w` and `fmv.x.d`.
    FpToBits { format: Format, rd: Reg, rs1: FReg },
    /// `rd = low bits of rs1`, boxed: `fmv.w.x` and `fmv.d.x`.
    FpFromBits { format: Format, rd: FReg, rs1: Reg },
}

/// The floating-point registers that an instruction has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the ISA manual's formats"
)]
pub struct FpRegisters {
    pub rd: Option<FReg>,
    pub rs1: Option<FReg>,
    pub rs2: Option<FReg>,
    pub rs3: Option<FReg>,
}

impl Inst {
    /// Whether it accesses memory.
    pub const fn is_access(self) -> bool {
        matches!(
            self,
            Inst::Load { .. }
                | Inst::Store { .. }
                | Inst::LoadReserved { .. }
                | Inst::StoreConditional { .. }
                | Inst::Amo { .. }
                | Inst::FpLoad { .. }
                | Inst::FpStore { .. }
                | Inst::CacheBlock { .. }
        )
    }

    /// The integer register that the instruction writes, if it has one for that.
    pub fn rd(self) -> Option<Reg> {
        self.registers().0
    }

    /// The integer registers that the instruction reads or writes, `x0` included, each
    /// as often as it is named.
    pub fn operands(self) -> impl Iterator<Item = Reg> {
        let (rd, rs1, rs2) = self.registers();
        [rd, rs1, rs2].into_iter().flatten()
    }

    /// Whether it is one of the F or D extension.
    pub const fn is_fp(self) -> bool {
        matches!(
            self,
            Inst::FpLoad { .. }
                | Inst::FpStore { .. }
                | Inst::FpAlu { .. }
                | Inst::FpFused { .. }
                | Inst::FpSqrt { .. }
                | Inst::FpPick { .. }
                | Inst::FpCompare { .. }
                | Inst::FpClass { .. }
                | Inst::FpConvert { .. }
                | Inst::FpToInt { .. }
                | Inst::IntToFp { .. }
                | Inst::FpToBits { .. }
                | Inst::FpFromBits { .. }
        )
    }

    /// The floating-point registers, as far as the instruction has them.
    pub const fn fp_registers(self) -> FpRegisters {
        let (rd, rs1, rs2, rs3) = match self {
            Inst::FpLoad { rd, .. } | Inst::IntToFp { rd, .. } | Inst::FpFromBits { rd, .. } => {
                (Some(rd), None, None, None)
            }
            Inst::FpStore { rs2, .. } => (None, None, Some(rs2), None),
            Inst::FpAlu { rd, rs1, rs2, .. } | Inst::FpPick { rd, rs1, rs2, .. } => {
                (Some(rd), Some(rs1), Some(rs2), None)
            }
            Inst::FpFused {
                rd, rs1, rs2, rs3, ..
            } => (Some(rd), Some(rs1), Some(rs2), Some(rs3)),
            Inst::FpSqrt { rd, rs1, .. } | Inst::FpConvert { rd, rs1, .. } => {
                (Some(rd), Some(rs1), None, None)
            }
            Inst::FpCompare { rs1, rs2, .. } => (None, Some(rs1), Some(rs2), None),
            Inst::FpClass { rs1, .. } | Inst::FpToInt { rs1, .. } | Inst::FpToBits { rs1, .. } => {
                (None, Some(rs1), None, None)
            }
            _ => (None, None, None, None),
        };
        FpRegisters { rd, rs1, rs2, rs3 }
    }

    /// The integer registers `rd`, `rs1` and `rs2`, as far as the instruction has them.
    pub fn registers(self) -> (Option<Reg>, Option<Reg>, Option<Reg>) {
        match self {
            Inst::Lui { rd, .. } | Inst::Auipc { rd, .. } | Inst::Jal { rd, .. } => {
                (Some(rd), None, None)
            }
            Inst::Jalr { rd, rs1, .. }
            | Inst::Load { rd, rs1, .. }
            | Inst::AluImm { rd, rs1, .. }
            | Inst::BitImm { rd, rs1, .. }
            | Inst::BitUnary { rd, rs1, .. }
            | Inst::LoadReserved { rd, rs1, .. } => (Some(rd), Some(rs1), None),
            Inst::FpLoad { rs1, .. }
            | Inst::FpStore { rs1, .. }
            | Inst::IntToFp { rs1, .. }
            | Inst::FpFromBits { rs1, .. }
            | Inst::CacheBlock { rs1, .. } => (None, Some(rs1), None),
            Inst::FpCompare { rd, .. }
            | Inst::FpClass { rd, .. }
            | Inst::FpToInt { rd, .. }
            | Inst::FpToBits { rd, .. } => (Some(rd), None, None),
            Inst::Branch { rs1, rs2, .. } | Inst::Store { rs1, rs2, .. } => {
                (None, Some(rs1), Some(rs2))
            }
            Inst::Alu { rd, rs1, rs2, .. }
            | Inst::MulDiv { rd, rs1, rs2, .. }
            | Inst::Bit { rd, rs1, rs2, .. }
            | Inst::StoreConditional { rd, rs1, rs2, .. }
            | Inst::Amo { rd, rs1, rs2, .. } => (Some(rd), Some(rs1), Some(rs2)),
            Inst::Csr { rd, source, .. } => match source {
                CsrSource::Reg(rs1) => (Some(rd), Some(rs1), None),
                CsrSource::Imm(_) => (Some(rd), None, None),
            },
            Inst::Fence { .. }
            | Inst::FenceI { .. }
            | Inst::Ecall
            | Inst::Ebreak
            | Inst::FpAlu { .. }
            | Inst::FpFused { .. }
            | Inst::FpSqrt { .. }
            | Inst::FpPick { .. }
            | Inst::FpConvert { .. } => (None, None, None),
        }
    }
}
