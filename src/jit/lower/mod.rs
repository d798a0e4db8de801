//! What each guest instruction means, said in guest registers: one function a shape.
//!
//! Enters: decoded instructions, in order, with an [`Emitter`]. Leaves: host
//! code. Must hold: before an instruction's last access to memory, no home and
//! no part of the state has changed; so it can be left at that access and
//! executed anew by the interpreter. Knows no pointers and no code memory.

#![forbid(unsafe_code)]

mod alu;
mod atomic;
mod bits;
mod control;
mod float;
mod fused;
mod link;
mod mem;
mod muldiv;
mod touch;

pub(super) use float::{csr_of, is_foreign};

use super::emitter::Emitter;
use super::exit::ExitKind;
use crate::isa::Inst;

impl Emitter<'_> {
    /// Lowers an instruction that does not end a unit, `self.pc` being its address.
    pub(super) fn lower(&mut self, inst: Inst) {
        match inst {
            Inst::Lui { rd, imm } => self.write_constant(rd, imm as u64),
            Inst::Auipc { rd, imm } => {
                self.write_constant(rd, self.pc.wrapping_add_signed(imm.into()));
            }
            Inst::AluImm { op, rd, rs1, imm } => self.alu_imm(op, rd, rs1, imm),
            Inst::Alu { op, rd, rs1, rs2 } => self.alu(op, rd, rs1, rs2),
            Inst::MulDiv { op, rd, rs1, rs2 } => self.muldiv(op, rd, rs1, rs2),
            Inst::Bit { op, rd, rs1, rs2 } => self.bit(op, rd, rs1, rs2),
            Inst::BitImm { op, rd, rs1, shamt } => self.bit_imm(op, rd, rs1, shamt),
            Inst::BitUnary { op, rd, rs1 } => self.bit_unary(op, rd, rs1),
            Inst::Load {
                op,
                rd,
                rs1,
                offset,
            } => self.load(op, rd, rs1, offset),
            Inst::Store {
                width,
                rs1,
                rs2,
                offset,
            } => self.store(width, rs1, rs2, offset),
            Inst::LoadReserved { width, rd, rs1, .. } => self.load_reserved(width, rd, rs1),
            Inst::StoreConditional {
                width,
                rd,
                rs1,
                rs2,
                ..
            } => {
                self.store_conditional(width, rd, rs1, rs2);
            }
            Inst::Amo {
                op,
                width,
                rd,
                rs1,
                rs2,
                ..
            } => self.amo(op, width, rd, rs1, rs2),
            Inst::Fence { .. } => {}
            Inst::Branch { .. } | Inst::Jal { .. } | Inst::Jalr { .. } => {
                unreachable!("jumps need to know where the path goes on")
            }
            Inst::Csr { op, rd, source, .. } => match csr_of(inst) {
                Some(csr) => self.float_csr(op, rd, csr, source),
                None => unreachable!("the unit ends before a counter"),
            },
            Inst::Ecall | Inst::Ebreak | Inst::FenceI { .. } | Inst::CacheBlock { .. } => {
                unreachable!("the unit ends before what the environment executes")
            }
            Inst::Fp(inst) => self.float(inst),
        }
    }

    /// Leaves, for good: the interpreter executes the current instruction.
    pub(super) fn step(&mut self) {
        self.leave(ExitKind::Step);
    }
}
