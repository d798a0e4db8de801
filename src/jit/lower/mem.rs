//! Loads and stores.
//!
//! A base register is checked once: rotated right by the width's logarithm, it
//! is below a limit exactly if it is a multiple of the width and in the window.
//! Then any 12-bit offset that keeps the alignment needs no check: what leaves
//! the window falls into a guard, and what the guest may not touch faults, too.
//! So it stays while the base moves by constants, as far as the guards are wide
//! (`facts`). A base that fails the check, or an offset that is not aligned, is
//! for careful code, which checks the address of each access and counts.

use dynasmrt::x64::Rq;
use dynasmrt::{DynamicLabel, DynasmApi, DynasmLabelApi};

use crate::isa::{FReg, Format, LoadOp, Reg, Width};
use crate::jit::asm::x64;
use crate::jit::emitter::Emitter;
use crate::jit::exit::{ExitKind, Mode};
use crate::jit::float_regs::{ONES, X0};
use crate::jit::regs::{T0, T1, T2};
use crate::machine::MachineState;

/// A guest address that may be accessed: `base + offset`, the base 0 if there is none.
#[derive(Clone, Copy)]
pub(super) struct Address {
    base: Option<Rq>,
    offset: i32,
}

impl Address {
    /// The address in a register.
    pub(super) fn in_register(base: Rq) -> Address {
        Address {
            base: Some(base),
            offset: 0,
        }
    }
}

/// One instruction between a register and `[mem + base + offset]`, with the
/// shortest displacement: `load op reg`, `extend op SIZE reg` or `put op reg`.
macro_rules! access {
    ($e:expr, $at:expr, load $op:ident $kind:ident($reg:expr)) => {
        match ($at.base, i8::try_from($at.offset)) {
            (Some(base), Ok(0)) => x64!($e ; $op $kind($reg), [mem + Rq(base)]),
            (Some(base), Ok(near)) => x64!($e ; $op $kind($reg), [BYTE mem + Rq(base) + near]),
            (Some(base), Err(_)) => x64!($e ; $op $kind($reg), [mem + Rq(base) + $at.offset]),
            (None, _) => x64!($e ; $op $kind($reg), [mem + $at.offset]),
        }
    };
    ($e:expr, $at:expr, extend $op:ident $size:ident $kind:ident($reg:expr)) => {
        match ($at.base, i8::try_from($at.offset)) {
            (Some(base), Ok(0)) => x64!($e ; $op $kind($reg), $size [mem + Rq(base)]),
            (Some(base), Ok(near)) => {
                x64!($e ; $op $kind($reg), $size [BYTE mem + Rq(base) + near]);
            }
            (Some(base), Err(_)) => {
                x64!($e ; $op $kind($reg), $size [mem + Rq(base) + $at.offset]);
            }
            (None, _) => x64!($e ; $op $kind($reg), $size [mem + $at.offset]),
        }
    };
    ($e:expr, $at:expr, put $op:ident $kind:ident($reg:expr)) => {
        match ($at.base, i8::try_from($at.offset)) {
            (Some(base), Ok(0)) => x64!($e ; $op [mem + Rq(base)], $kind($reg)),
            (Some(base), Ok(near)) => x64!($e ; $op [BYTE mem + Rq(base) + near], $kind($reg)),
            (Some(base), Err(_)) => x64!($e ; $op [mem + Rq(base) + $at.offset], $kind($reg)),
            (None, _) => x64!($e ; $op [mem + $at.offset], $kind($reg)),
        }
    };
}

impl Emitter<'_> {
    /// `rd = extend(mem[rs1 + offset])`
    pub(super) fn load(&mut self, op: LoadOp, rd: Reg, rs1: Reg, offset: i32) {
        let width = op.width();
        let Some((at, counted)) = self.address(Access::Load, width, rs1, offset) else {
            return self.step();
        };
        // T0 may hold the address, which the counting looks at.
        let d = self.target(rd, if counted { T1 } else { T0 });
        self.load_from(op, d, at);
        self.write(rd, d);
        if counted {
            self.count_unaligned(width, Access::Load);
        }
    }

    /// `mem[rs1 + offset] = rs2`
    pub(super) fn store(&mut self, width: Width, rs1: Reg, rs2: Reg, offset: i32) {
        let Some((at, counted)) = self.address(Access::Store, width, rs1, offset) else {
            return self.step();
        };
        let value = self.read(rs2, T1);
        self.store_to(width, at, value);
        if counted {
            self.count_unaligned(width, Access::Store);
        }
    }

    /// `rd = mem[rs1 + offset]`, boxed.
    pub(super) fn load_float(&mut self, format: Format, rd: FReg, rs1: Reg, offset: i32) {
        let width = format.width();
        let Some((at, counted)) = self.address(Access::Load, width, rs1, offset) else {
            return self.step();
        };
        let d = self.float_target(rd, X0);
        match format {
            Format::Single => {
                access!(self, at, load movss Rx(d));
                x64!(self ; punpckldq Rx(d), Rx(ONES));
            }
            Format::Double => access!(self, at, load movsd Rx(d)),
        }
        self.write_float(format, rd, d);
        if counted {
            self.count_unaligned(width, Access::Load);
        }
    }

    /// `mem[rs1 + offset] = low bits of rs2`
    pub(super) fn store_float(&mut self, format: Format, rs1: Reg, rs2: FReg, offset: i32) {
        let width = format.width();
        let Some((at, counted)) = self.address(Access::Store, width, rs1, offset) else {
            return self.step();
        };
        let value = self.read_float(rs2, X0);
        match format {
            Format::Single => access!(self, at, put movss Rx(value)),
            Format::Double => access!(self, at, put movsd Rx(value)),
        }
        if counted {
            self.count_unaligned(width, Access::Store);
        }
    }

    /// `d = extend(mem[at])`
    pub(super) fn load_from(&mut self, op: LoadOp, d: Rq, at: Address) {
        match op {
            LoadOp::Lb => access!(self, at, extend movsx BYTE Rq(d)),
            LoadOp::Lh => access!(self, at, extend movsx WORD Rq(d)),
            LoadOp::Lw => access!(self, at, extend movsxd DWORD Rq(d)),
            LoadOp::Ld => access!(self, at, load mov Rq(d)),
            LoadOp::Lbu => access!(self, at, extend movzx BYTE Rd(d)),
            LoadOp::Lhu => access!(self, at, extend movzx WORD Rd(d)),
            LoadOp::Lwu => access!(self, at, load mov Rd(d)),
        }
    }

    /// `mem[at] = value`
    pub(super) fn store_to(&mut self, width: Width, at: Address, value: Rq) {
        match width {
            Width::Byte => access!(self, at, put mov Rb(value)),
            Width::Half => access!(self, at, put mov Rw(value)),
            Width::Word => access!(self, at, put mov Rd(value)),
            Width::Double => access!(self, at, put mov Rq(value)),
        }
    }

    /// Checks `rs1 + offset` for an access of `width`. Returns where it is (in
    /// [`T0`] or a home), and whether the access has to be looked at for
    /// misalignment; or nothing if it can only be one for the interpreter. The
    /// access may be made then, and is recorded as a touch.
    fn address(
        &mut self,
        access: Access,
        width: Width,
        rs1: Reg,
        offset: i32,
    ) -> Option<(Address, bool)> {
        if let Some(base) = self.facts.constant(rs1) {
            let addr = base.wrapping_add_signed(offset.into());
            let at = self.constant_address(width, addr)?;
            self.touch_constant(access, addr);
            self.link_constant(addr, at.base);
            return Some((at, false));
        }
        let aligned_offset = width.is_aligned(offset as u64);
        if self.mode == Mode::Careful || !aligned_offset {
            if self.links().is_some() && !self.is_strict() {
                return None;
            }
            let at = self.careful_address(rs1, offset);
            if self.is_strict() {
                self.require_alignment(width);
                self.link_careful();
            }
            self.touch_careful(access, width);
            return Some((at, width != Width::Byte && !self.is_strict()));
        }
        let base = self.read(rs1, T0);
        self.check_base(rs1, base, width);
        self.touch(access, width, (rs1, base), offset);
        self.link_access((rs1, base), offset);
        Some((
            Address {
                base: Some(base),
                offset,
            },
            false,
        ))
    }

    /// The address of an access to a place known now.
    fn constant_address(&mut self, width: Width, addr: u64) -> Option<Address> {
        if !self.facts.is_plain(addr, width) {
            return None;
        }
        if let Ok(offset) = i32::try_from(addr) {
            return Some(Address { base: None, offset });
        }
        self.constant(T0, addr);
        Some(Address::in_register(T0))
    }

    /// `T0 = rs1 + offset`, known to lie in the window.
    fn careful_address(&mut self, rs1: Reg, offset: i32) -> Address {
        let base = self.read(rs1, T0);
        let outside = self.exit(ExitKind::Step);
        let limit = self.bank.limit(Width::Byte);
        x64!(self
            ; lea Rq(T0), [Rq(base) + offset]
            ; cmp Rq(T0), [mem + limit]
            ; jae =>outside
        );
        Address::in_register(T0)
    }

    /// Goes on only if the address in [`T0`] is a multiple of `width`.
    fn require_alignment(&mut self, width: Width) {
        if width == Width::Byte {
            return;
        }
        let misaligned = self.exit(ExitKind::Step);
        x64!(self
            ; test al, (width.bytes() - 1) as i8
            ; jnz =>misaligned
        );
    }

    /// Goes on only if `rs1`, which is in `base`, lies in the window and is a multiple of `width`.
    fn check_base(&mut self, rs1: Reg, base: Rq, width: Width) {
        if self.facts.is_checked(rs1, width) {
            return;
        }
        self.compare_base(base, width);
        // Where an address of the right alignment is needed, so is such a base.
        let careful = match self.links().is_some() || self.is_strict() {
            true => self.exit(ExitKind::Step),
            false => self.elsewhere(Mode::Careful),
        };
        x64!(self ; jae =>careful);
        self.facts.checked_now(rs1, width);
        if width == Width::Double {
            // That is what it was rotated to.
            self.facts.set_index(rs1, 0);
        }
    }

    /// Compares `base`, so that "below" means in the window and a multiple of `width`.
    fn compare_base(&mut self, base: Rq, width: Width) {
        let limit = self.bank.limit(width);
        if width == Width::Byte {
            return x64!(self ; cmp Rq(base), [mem + limit]);
        }
        self.facts.lose_index();
        if self.host.bmi {
            x64!(self ; rorx Rq(T2), Rq(base), width as i8);
        } else {
            x64!(self ; mov Rq(T2), Rq(base) ; ror Rq(T2), width as i8);
        }
        x64!(self ; cmp Rq(T2), [mem + limit]);
    }

    /// The register with the address in `rs1` for an atomic, which the
    /// interpreter executes if it is misaligned or outside. It is not touched yet.
    pub(super) fn atomic_address(&mut self, rs1: Reg, width: Width) -> Rq {
        let base = self.read(rs1, T0);
        if !self.facts.is_checked(rs1, width) {
            let out = self.exit(ExitKind::Step);
            self.compare_base(base, width);
            x64!(self ; jae =>out);
            self.facts.checked_now(rs1, width);
        }
        base
    }

    /// Counts the access just made at the address in [`T0`] if that is misaligned.
    fn count_unaligned(&mut self, width: Width, access: Access) {
        let aligned = self.asm.new_dynamic_label();
        x64!(self
            ; test al, (width.bytes() - 1) as i8
            ; jz =>aligned
        );
        self.load_state(T2);
        match access {
            Access::Load => x64!(self ; inc QWORD rdx => MachineState.unaligned_loads),
            Access::Store => x64!(self ; inc QWORD rdx => MachineState.unaligned_stores),
        }
        if self.shadow().is_some() {
            self.count_second_word(width, aligned);
        }
        x64!(self ; =>aligned);
    }

    /// Takes the access at [`T0`] for two if it reaches into a second word.
    fn count_second_word(&mut self, width: Width, one: DynamicLabel) {
        x64!(self
            ; mov Rd(T2), Rd(T0)
            ; and Rd(T2), 7
            ; cmp Rd(T2), 8 - width.bytes() as i32
            ; jbe =>one
            ; sub budget, BYTE 1
        );
    }
}

/// What is done with memory: which counter a misaligned access adds to, and
/// which right it needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Load,
    Store,
}
