//! What each instruction does to the hart. The values come from [`semantics`].

use super::{csr, float};
use crate::isa::semantics;
use crate::isa::{AmoOp, CACHE_BLOCK, CacheBlockOp, Decoded, Inst, Reg, Width};
use crate::machine::{Cause, Fault, Hart, Reservation, Stop, Trap};

/// Executes one instruction at `hart.state.pc` and moves on to the next.
#[inline]
pub(super) fn execute(hart: &mut Hart, Decoded { inst, len }: Decoded) -> Result<(), Stop> {
    let pc = hart.state.pc;
    let mut next = pc.wrapping_add(len.into());
    match inst {
        Inst::Lui { rd, imm } => hart.state.set_reg(rd, imm as u64),
        Inst::Auipc { rd, imm } => hart.state.set_reg(rd, pc.wrapping_add_signed(imm.into())),
        Inst::AluImm { op, rd, rs1, imm } => {
            let value = semantics::alu(op, hart.state.reg(rs1), imm as u64);
            hart.state.set_reg(rd, value);
        }
        Inst::Alu { op, rd, rs1, rs2 } => {
            let value = semantics::alu(op, hart.state.reg(rs1), hart.state.reg(rs2));
            hart.state.set_reg(rd, value);
        }
        Inst::MulDiv { op, rd, rs1, rs2 } => {
            let value = semantics::muldiv(op, hart.state.reg(rs1), hart.state.reg(rs2));
            hart.state.set_reg(rd, value);
        }
        Inst::Bit { op, rd, rs1, rs2 } => {
            let value = semantics::bit(op, hart.state.reg(rs1), hart.state.reg(rs2));
            hart.state.set_reg(rd, value);
        }
        Inst::BitImm { op, rd, rs1, shamt } => {
            let value = semantics::bit_imm(op, hart.state.reg(rs1), shamt);
            hart.state.set_reg(rd, value);
        }
        Inst::BitUnary { op, rd, rs1 } => {
            let value = semantics::bit_unary(op, hart.state.reg(rs1));
            hart.state.set_reg(rd, value);
        }
        Inst::CacheBlock { op, rs1 } => cache_block(hart, op, rs1)?,
        Inst::Load {
            op,
            rd,
            rs1,
            offset,
        } => {
            let raw = load(hart, op.width(), address(hart, rs1, offset))?;
            hart.state.set_reg(rd, semantics::extend(op, raw));
        }
        Inst::Store {
            width,
            rs1,
            rs2,
            offset,
        } => {
            let value = hart.state.reg(rs2);
            store(hart, width, address(hart, rs1, offset), value)?;
        }
        Inst::Branch {
            cond,
            rs1,
            rs2,
            offset,
        } => {
            if semantics::taken(cond, hart.state.reg(rs1), hart.state.reg(rs2)) {
                next = pc.wrapping_add_signed(offset.into());
            }
        }
        Inst::Jal { rd, offset } => {
            hart.state.set_reg(rd, next);
            next = pc.wrapping_add_signed(offset.into());
        }
        Inst::Jalr { rd, rs1, offset } => {
            let target = address(hart, rs1, offset) & !1;
            hart.state.set_reg(rd, next);
            next = target;
        }
        Inst::LoadReserved { width, rd, rs1, .. } => load_reserved(hart, width, rd, rs1)?,
        Inst::StoreConditional {
            width,
            rd,
            rs1,
            rs2,
            ..
        } => {
            store_conditional(hart, width, rd, rs1, rs2)?;
        }
        Inst::Amo {
            op,
            width,
            rd,
            rs1,
            rs2,
            ..
        } => amo(hart, op, width, rd, rs1, rs2)?,
        Inst::Csr {
            op,
            rd,
            csr: number,
            source,
        } => csr::access(hart, op, rd, number, source)?,
        Inst::Fence { .. } => {}
        Inst::FenceI { .. } => {
            retire(hart, next);
            return Err(Stop::FenceI);
        }
        Inst::Ecall => return Err(Stop::Ecall),
        Inst::Ebreak => return Err(trap(hart, Cause::Breakpoint)),
        Inst::Fp(inst) => float::execute(hart, inst)?,
    }
    retire(hart, next);
    Ok(())
}

#[inline]
fn retire(hart: &mut Hart, next: u64) {
    hart.state.pc = next;
    hart.state.insns += 1;
}

/// `rs1 + offset`
#[inline]
pub(super) fn address(hart: &Hart, rs1: Reg, offset: i32) -> u64 {
    hart.state.reg(rs1).wrapping_add_signed(offset.into())
}

#[cold]
fn trap(hart: &Hart, cause: Cause) -> Stop {
    Stop::Trap(Trap {
        pc: hart.state.pc,
        cause,
    })
}

/// The stop for a refused access; `cause` is that of an access the guest has no right to.
#[cold]
fn refused(hart: &Hart, fault: Fault, cause: Cause) -> Stop {
    match fault {
        Fault::Denied => trap(hart, cause),
        Fault::Limit => Stop::MemoryLimit,
    }
}

/// Whether a load or store may be made there.
#[inline]
fn is_aligned_enough(hart: &Hart, addr: u64, width: Width) -> bool {
    width.is_aligned(addr) || hart.memory.rules().misaligned
}

/// `mem[addr]`, zero-extended
#[inline]
pub(super) fn load(hart: &mut Hart, width: Width, addr: u64) -> Result<u64, Stop> {
    if !is_aligned_enough(hart, addr, width) {
        return Err(trap(hart, Cause::LoadMisaligned { addr, width }));
    }
    let raw = match hart.memory.load(addr, width) {
        Ok(raw) => raw,
        Err(fault) => return Err(refused(hart, fault, Cause::LoadFault { addr, width })),
    };
    let unaligned = &mut hart.state.unaligned_loads;
    *unaligned = unaligned.wrapping_add(u64::from(!width.is_aligned(addr)));
    Ok(raw)
}

/// `mem[addr] = low bits of value`
#[inline]
pub(super) fn store(hart: &mut Hart, width: Width, addr: u64, value: u64) -> Result<(), Stop> {
    if !is_aligned_enough(hart, addr, width) {
        return Err(trap(hart, Cause::StoreMisaligned { addr, width }));
    }
    if let Err(fault) = hart.memory.store(addr, width, value) {
        return Err(refused(hart, fault, Cause::StoreFault { addr, width }));
    }
    let unaligned = &mut hart.state.unaligned_stores;
    *unaligned = unaligned.wrapping_add(u64::from(!width.is_aligned(addr)));
    Ok(())
}

/// `op` on the block around `rs1`, as Linux lets programs do: `cbo.inval` is not for them.
///
/// There is no cache to write back or to drop from. But a block that may not be read
/// is a store fault, so one word of it is, which leaves that to be known to a replay.
fn cache_block(hart: &mut Hart, op: CacheBlockOp, rs1: Reg) -> Result<(), Stop> {
    let (addr, width) = (hart.state.reg(rs1), Width::Double);
    let block = addr & !(CACHE_BLOCK - 1);
    let done = match op {
        CacheBlockOp::Inval => return Err(illegal(hart)),
        CacheBlockOp::Clean | CacheBlockOp::Flush => hart.memory.load(block, width).map(drop),
        // A block is in one page, so all of it can be written or nothing.
        CacheBlockOp::Zero => (block..=block + (CACHE_BLOCK - width.bytes()))
            .step_by(width.bytes() as usize)
            .try_for_each(|word| hart.memory.store(word, width, 0)),
    };
    let cause = Cause::StoreFault { addr, width };
    done.map_err(|fault| refused(hart, fault, cause))
}

/// `rd = sext(mem[rs1])`, and reserves it.
fn load_reserved(hart: &mut Hart, width: Width, rd: Reg, rs1: Reg) -> Result<(), Stop> {
    let addr = hart.state.reg(rs1);
    if !width.is_aligned(addr) {
        return Err(trap(hart, Cause::LoadMisaligned { addr, width }));
    }
    match hart.memory.load(addr, width) {
        Ok(raw) => {
            hart.state.reservation = Reservation::of(addr, width);
            hart.state.set_reg(rd, semantics::sign_extend(width, raw));
            Ok(())
        }
        Err(fault) => Err(refused(hart, fault, Cause::LoadFault { addr, width })),
    }
}

/// `if reserved { mem[rs1] = rs2; rd = 0 } else { rd = 1 }`
///
/// An SC that fails does not access memory, so only its alignment can trap.
fn store_conditional(
    hart: &mut Hart,
    width: Width,
    rd: Reg,
    rs1: Reg,
    rs2: Reg,
) -> Result<(), Stop> {
    let addr = hart.state.reg(rs1);
    if !width.is_aligned(addr) {
        return Err(trap(hart, Cause::StoreMisaligned { addr, width }));
    }
    let reserved = hart.state.reservation == Reservation::of(addr, width);
    if reserved {
        let value = hart.state.reg(rs2);
        if let Err(fault) = hart.memory.store(addr, width, value) {
            return Err(refused(hart, fault, Cause::StoreFault { addr, width }));
        }
    }
    hart.state.reservation = Reservation::NONE;
    hart.state.set_reg(rd, u64::from(!reserved));
    Ok(())
}

/// `t = sext(mem[rs1]); mem[rs1] = t op rs2; rd = t`
///
/// It needs the right to store: an AMO on read-only memory is a store fault.
fn amo(hart: &mut Hart, op: AmoOp, width: Width, rd: Reg, rs1: Reg, rs2: Reg) -> Result<(), Stop> {
    let addr = hart.state.reg(rs1);
    let cause = Cause::StoreFault { addr, width };
    if !width.is_aligned(addr) {
        return Err(trap(hart, Cause::StoreMisaligned { addr, width }));
    }
    let operand = hart.state.reg(rs2);
    let old = hart.memory.modify(addr, width, |raw| {
        let old = semantics::sign_extend(width, raw);
        semantics::amo(op, width, old, operand)
    });
    match old {
        Ok(raw) => {
            let old = semantics::sign_extend(width, raw);
            hart.state.set_reg(rd, old);
            Ok(())
        }
        Err(fault) => Err(refused(hart, fault, cause)),
    }
}

/// The trap of the instruction at `pc`.
#[cold]
pub(super) fn illegal(hart: &mut Hart) -> Stop {
    let word = hart.memory.fetch(hart.state.pc).unwrap_or(0);
    trap(hart, Cause::IllegalInstruction { word })
}
