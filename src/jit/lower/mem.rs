//! Loads and stores.
//!
//! A base register is checked once: rotated right by the width's logarithm, it
//! is below a limit exactly if it is a multiple of the width and in the window.
//! Then any 12-bit offset that keeps the alignment needs no check: what leaves
//! the window falls into a guard, and what the guest may not touch faults, too.

use dynasmrt::x64::Rq;
use dynasmrt::{DynasmApi, DynasmLabelApi};

use crate::isa::{LoadOp, Reg, Width};
use crate::jit::asm::x64;
use crate::jit::emitter::Emitter;
use crate::jit::exit::{ExitKind, Mode};
use crate::jit::regs::{T0, T1, T2};
use crate::jit::side::limit_offset;
use crate::machine::MachineState;

/// A guest address that may be accessed: `register + offset`.
#[derive(Clone, Copy)]
pub(super) struct Address {
    base: Rq,
    offset: i32,
}

/// `op reg, [MEM + base + offset]` in either order, with the shortest displacement.
macro_rules! access {
    ($e:expr, $addr:expr, load $op:ident $kind:ident($reg:expr)) => {
        match ($addr.offset, i8::try_from($addr.offset)) {
            (0, _) => x64!($e ; $op $kind($reg), [mem + Rq($addr.base)]),
            (_, Ok(near)) => x64!($e ; $op $kind($reg), [BYTE mem + Rq($addr.base) + near]),
            (far, _) => x64!($e ; $op $kind($reg), [mem + Rq($addr.base) + far]),
        }
    };
    ($e:expr, $addr:expr, extend $op:ident $size:ident $kind:ident($reg:expr)) => {
        match ($addr.offset, i8::try_from($addr.offset)) {
            (0, _) => x64!($e ; $op $kind($reg), $size [mem + Rq($addr.base)]),
            (_, Ok(near)) => x64!($e ; $op $kind($reg), $size [BYTE mem + Rq($addr.base) + near]),
            (far, _) => x64!($e ; $op $kind($reg), $size [mem + Rq($addr.base) + far]),
        }
    };
    ($e:expr, $addr:expr, store $kind:ident($reg:expr)) => {
        match ($addr.offset, i8::try_from($addr.offset)) {
            (0, _) => x64!($e ; mov [mem + Rq($addr.base)], $kind($reg)),
            (_, Ok(near)) => x64!($e ; mov [BYTE mem + Rq($addr.base) + near], $kind($reg)),
            (far, _) => x64!($e ; mov [mem + Rq($addr.base) + far], $kind($reg)),
        }
    };
}

impl Emitter<'_> {
    /// `rd = extend(mem[rs1 + offset])`
    pub(super) fn load(&mut self, op: LoadOp, rd: Reg, rs1: Reg, offset: i32) {
        let width = op.width();
        let Some((addr, counted)) = self.address(width, rs1, offset) else {
            return self.step();
        };
        let d = self.target(rd, if counted { T1 } else { T0 });
        self.load_from(op, d, addr);
        if counted {
            self.count_unaligned(width, Access::Load);
        }
        self.write(rd, d);
    }

    /// `mem[rs1 + offset] = rs2`
    pub(super) fn store(&mut self, width: Width, rs1: Reg, rs2: Reg, offset: i32) {
        let Some((addr, counted)) = self.address(width, rs1, offset) else {
            return self.step();
        };
        let value = self.read(rs2, T1);
        self.store_to(width, addr, value);
        if counted {
            self.count_unaligned(width, Access::Store);
        }
    }

    /// `d = extend(mem[addr])`
    pub(super) fn load_from(&mut self, op: LoadOp, d: Rq, addr: Address) {
        match op {
            LoadOp::Lb => access!(self, addr, extend movsx BYTE Rq(d)),
            LoadOp::Lh => access!(self, addr, extend movsx WORD Rq(d)),
            LoadOp::Lw => access!(self, addr, extend movsxd DWORD Rq(d)),
            LoadOp::Ld => access!(self, addr, load mov Rq(d)),
            LoadOp::Lbu => access!(self, addr, extend movzx BYTE Rd(d)),
            LoadOp::Lhu => access!(self, addr, extend movzx WORD Rd(d)),
            LoadOp::Lwu => access!(self, addr, load mov Rd(d)),
        }
    }

    /// `mem[addr] = value`
    pub(super) fn store_to(&mut self, width: Width, addr: Address, value: Rq) {
        match width {
            Width::Byte => access!(self, addr, store Rb(value)),
            Width::Half => access!(self, addr, store Rw(value)),
            Width::Word => access!(self, addr, store Rd(value)),
            Width::Double => access!(self, addr, store Rq(value)),
        }
    }

    /// Checks `rs1 + offset` for an access of `width`. Returns where it is (in
    /// [`T0`] or a home), and whether the access has to be looked at for
    /// misalignment; or nothing if it can only be one that traps.
    fn address(&mut self, width: Width, rs1: Reg, offset: i32) -> Option<(Address, bool)> {
        if let Some(base) = self.facts.constant(rs1) {
            let addr = base.wrapping_add_signed(offset.into());
            return self.constant_address(width, addr);
        }
        let aligned_offset = width.is_aligned(offset as u64);
        if self.mode == Mode::Careful || !aligned_offset {
            return Some((self.careful_address(rs1, offset), width != Width::Byte));
        }
        let base = self.read(rs1, T0);
        self.check_base(rs1, base, width);
        Some((Address { base, offset }, false))
    }

    /// The address of an access to a place known now.
    fn constant_address(&mut self, width: Width, addr: u64) -> Option<(Address, bool)> {
        if !self.facts.is_plain(addr, width) {
            return None;
        }
        self.constant(T0, addr);
        Some((
            Address {
                base: T0,
                offset: 0,
            },
            false,
        ))
    }

    /// `T0 = rs1 + offset`, known to lie in the window.
    fn careful_address(&mut self, rs1: Reg, offset: i32) -> Address {
        let base = self.read(rs1, T0);
        let outside = self.exit(ExitKind::Step);
        x64!(self
            ; lea Rq(T0), [Rq(base) + offset]
            ; cmp Rq(T0), [mem + limit_offset(Width::Byte)]
            ; jae =>outside
        );
        Address {
            base: T0,
            offset: 0,
        }
    }

    /// Goes on only if `rs1`, which is in `base`, lies in the window and is a multiple of `width`.
    fn check_base(&mut self, rs1: Reg, base: Rq, width: Width) {
        if self.facts.is_checked(rs1, width) {
            return;
        }
        self.compare_base(base, width);
        self.careful_if_above_or_equal();
        self.facts.checked_now(rs1, width);
    }

    /// Compares `base`, so that "below" means in the window and a multiple of `width`.
    fn compare_base(&mut self, base: Rq, width: Width) {
        let limit = limit_offset(width);
        if width == Width::Byte {
            return x64!(self ; cmp Rq(base), [mem + limit]);
        }
        x64!(self
            ; mov Rq(T2), Rq(base)
            ; ror Rq(T2), width as i8
            ; cmp Rq(T2), [mem + limit]
        );
    }

    /// The address in `rs1` for an atomic, which the interpreter executes if it
    /// is misaligned or outside.
    pub(super) fn atomic_address(&mut self, rs1: Reg, width: Width) -> Address {
        let base = self.read(rs1, T0);
        if !self.facts.is_checked(rs1, width) {
            let out = self.exit(ExitKind::Step);
            self.compare_base(base, width);
            x64!(self ; jae =>out);
            self.facts.checked_now(rs1, width);
        }
        Address { base, offset: 0 }
    }

    /// Counts the access just made at the address in [`T0`] if that is misaligned.
    fn count_unaligned(&mut self, width: Width, access: Access) {
        let aligned = self.asm.new_dynamic_label();
        x64!(self
            ; test al, (width.bytes() - 1) as i8
            ; jz =>aligned
            ; mov Rq(T2), [rsp]
        );
        match access {
            Access::Load => x64!(self ; inc QWORD rdx => MachineState.unaligned_loads),
            Access::Store => x64!(self ; inc QWORD rdx => MachineState.unaligned_stores),
        }
        x64!(self ; =>aligned);
    }

    /// `register + tag` of an address, as a reservation holds it.
    pub(super) fn reservation_of(&mut self, into: Rq, addr: Address, tag: i32) {
        x64!(self ; lea Rq(into), [Rq(addr.base) + tag]);
    }
}

/// Which counter a misaligned access adds to.
#[derive(Clone, Copy)]
enum Access {
    Load,
    Store,
}
