//! Instructions by shape: one variant a format, the opcode an enum in it.
//!
//! Immediates are sign-extended and already scaled (a branch offset is in
//! bytes). Compressed instructions are expanded to these
//! ([`Compressed::expand`](super::Compressed::expand)).

use super::{
    AluOp, AmoOp, BitImmOp, BitOp, BitUnaryOp, CacheBlockOp, Cond, CsrOp, CsrSource, FpInst,
    FpRegisters, LoadOp, MulDivOp, Ordering, Reg, Width,
};

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
    /// One of the F or D extension.
    Fp(FpInst),
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
                | Inst::Fp(FpInst::Load { .. } | FpInst::Store { .. })
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

    /// The floating-point registers, as far as the instruction has them.
    pub const fn fp_registers(self) -> FpRegisters {
        match self {
            Inst::Fp(inst) => inst.fp_registers(),
            _ => FpRegisters::NONE,
        }
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
            Inst::CacheBlock { rs1, .. } => (None, Some(rs1), None),
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
            Inst::Fence { .. } | Inst::FenceI { .. } | Inst::Ecall | Inst::Ebreak => {
                (None, None, None)
            }
            Inst::Fp(inst) => {
                let (rd, rs1) = inst.registers();
                (rd, rs1, None)
            }
        }
    }
}
