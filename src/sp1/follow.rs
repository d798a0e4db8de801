//! Execution once more, by registers and entries alone.
//!
//! A prover has nothing else to execute a chunk by. It takes an interpreter of its own,
//! as small as there can be: there is no memory.

use crate::error::Error as MachineError;
use crate::interp::DecodedCode;
use crate::isa::semantics;
use crate::isa::{Decoded, Inst, LoadOp};
use crate::machine::{Link, MachineState, Memory};
use crate::program::Convention;
use crate::replay::{Difference, Place as At};
use crate::trace::{Chunk, EcallRecord, Header};

use super::call;
use super::piece::Place;

/// The text of a program, to be executed.
#[derive(Debug)]
pub(super) struct Text {
    memory: Memory,
    code: DecodedCode,
}

impl Text {
    /// That of the program in `elf`.
    pub(super) fn load(header: &Header, elf: &[u8]) -> Result<Text, MachineError> {
        let window = header.address_space;
        let memory = Memory::new(window, window);
        let mut memory = memory.map_err(|source| MachineError::Reserve { window, source })?;
        Convention::of(&header.abi).load(elf, &mut memory)?;
        Ok(Text {
            memory,
            code: DecodedCode::default(),
        })
    }

    /// Goes on from `place` until there are `entries` entries before it. What is wrong if
    /// that never is.
    pub(super) fn follow(
        &mut self,
        place: &mut Place,
        entries: usize,
        chunk: &Chunk,
        links: &[Link],
    ) -> Result<(), (At, Difference)> {
        let mut left = chunk.end.state.insns.wrapping_sub(place.state.insns);
        while place.entries < entries {
            let done = left.checked_sub(1).and_then(|rest| {
                left = rest;
                self.step(place, chunk.ecalls.get(place.ecalls), links)
            });
            if done.is_none() {
                let at = At {
                    at: place.state.insns.wrapping_sub(chunk.start.state.insns),
                    insn: place.state.insns,
                    pc: place.state.pc,
                };
                return Err((at, Difference::ExtraAccess));
            }
        }
        Ok(())
    }

    /// Executes an instruction; nothing if that cannot be.
    fn step(
        &mut self,
        place: &mut Place,
        ecall: Option<&EcallRecord>,
        links: &[Link],
    ) -> Option<()> {
        let Decoded { inst, len } = self.code.at(&mut self.memory, place.state.pc).ok()?;
        let state = &mut place.state;
        let pc = state.pc;
        let mut next = pc.wrapping_add(len.into());
        let address = |state: &MachineState, rs1, offset: i32| {
            state.reg(rs1).wrapping_add_signed(offset.into())
        };
        match inst {
            Inst::Lui { rd, imm } => state.set_reg(rd, imm as u64),
            Inst::Auipc { rd, imm } => state.set_reg(rd, pc.wrapping_add_signed(imm.into())),
            Inst::AluImm { op, rd, rs1, imm } => {
                state.set_reg(rd, semantics::alu(op, state.reg(rs1), imm as u64));
            }
            Inst::Alu { op, rd, rs1, rs2 } => {
                state.set_reg(rd, semantics::alu(op, state.reg(rs1), state.reg(rs2)));
            }
            Inst::MulDiv { op, rd, rs1, rs2 } => {
                state.set_reg(rd, semantics::muldiv(op, state.reg(rs1), state.reg(rs2)));
            }
            Inst::Load {
                op,
                rd,
                rs1,
                offset,
            } => {
                let word = links.get(place.entries)?.before;
                state.set_reg(rd, loaded(op, word, address(state, rs1, offset)));
                place.entries += 1;
            }
            Inst::Store { .. } => place.entries += 1,
            Inst::Branch {
                cond,
                rs1,
                rs2,
                offset,
            } => {
                if semantics::taken(cond, state.reg(rs1), state.reg(rs2)) {
                    next = pc.wrapping_add_signed(offset.into());
                }
            }
            Inst::Jal { rd, offset } => {
                state.set_reg(rd, next);
                next = pc.wrapping_add_signed(offset.into());
            }
            Inst::Jalr { rd, rs1, offset } => {
                let target = address(state, rs1, offset) & !1;
                state.set_reg(rd, next);
                next = target;
            }
            Inst::Ecall => {
                let record = ecall?;
                for &(reg, value) in &record.results {
                    state.set_register(reg, value);
                }
                next = record.next_pc;
                place.entries += call::entries(record) as usize;
                place.ecalls += 1;
            }
            _ => return None,
        }
        place.state.pc = next;
        place.state.insns = place.state.insns.wrapping_add(1);
        Some(())
    }
}

/// What a load gets that is aligned, of the word that its address lies in.
fn loaded(op: LoadOp, word: u64, addr: u64) -> u64 {
    let shifted = word >> (8 * (addr % 8));
    let bits = 8 * op.width().bytes();
    semantics::extend(op, shifted & u64::MAX >> (64 - bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_takes_its_part_of_the_word() {
        let word = 0x8877_6655_4433_2291;
        assert_eq!(loaded(LoadOp::Ld, word, 0x10), word);
        assert_eq!(loaded(LoadOp::Lb, word, 0x10), 0xffff_ffff_ffff_ff91);
        assert_eq!(loaded(LoadOp::Lbu, word, 0x17), 0x88);
        assert_eq!(loaded(LoadOp::Lh, word, 0x16), 0xffff_ffff_ffff_8877);
        assert_eq!(loaded(LoadOp::Lwu, word, 0x14), 0x8877_6655);
    }
}
