//! The hart: registers, counters, memory and clock.
#![forbid(unsafe_code)]

use std::time::Instant;

use super::Memory;
use crate::isa::{FReg, Reg, Register, Width};

/// What an LR has reserved (chapter "A", "Load-Reserved/Store-Conditional").
///
/// The reservation set is exactly the bytes of the LR, and an SC succeeds
/// only on the same address and width. It lasts until the next SC or ecall;
/// the hart's own stores do not end it. One word, so that emitted code compares
/// it at once: the address, which is a multiple of four, with bit 0 set for a
/// double word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Reservation(u64);

impl Reservation {
    /// Nothing is reserved.
    pub const NONE: Reservation = Reservation(u64::MAX);

    /// The reservation of an LR of `width` at the aligned address `addr`.
    pub const fn of(addr: u64, width: Width) -> Reservation {
        Reservation(addr | Reservation::tag(width))
    }

    /// The reservation as a number: the address, plus 1 for a double word; all ones for none.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The reservation of that number, which need not be one that an LR can make.
    pub const fn from_bits(bits: u64) -> Reservation {
        Reservation(bits)
    }

    /// What the width adds to the address.
    pub(crate) const fn tag(width: Width) -> u64 {
        matches!(width, Width::Double) as u64
    }
}

/// The architectural state, laid out for emitted code.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct MachineState {
    /// `x0`–`x31`; `x[0]` stays 0.
    pub x: [u64; 32],
    /// `f0`–`f31`; a single-precision number is boxed: the bits above it are ones.
    pub f: [u64; 32],
    /// `fcsr`: the accrued exceptions in bits 0–4, the rounding mode in bits 5–7, the rest 0.
    pub fcsr: u64,
    /// The address of the next instruction.
    pub pc: u64,
    /// Instructions retired since the start.
    pub insns: u64,
    /// The reservation of the last LR.
    pub reservation: Reservation,
    /// Loads whose address was no multiple of their size.
    pub unaligned_loads: u64,
    /// Stores whose address was no multiple of their size.
    pub unaligned_stores: u64,
}

impl MachineState {
    /// The highest value of [`fcsr`](Self::fcsr).
    pub(crate) const MAX_FCSR: u64 = 0xff;

    /// All registers zero, about to execute at `pc`.
    pub const fn new(pc: u64) -> MachineState {
        MachineState {
            x: [0; 32],
            f: [0; 32],
            fcsr: 0,
            pc,
            insns: 0,
            reservation: Reservation::NONE,
            unaligned_loads: 0,
            unaligned_stores: 0,
        }
    }

    /// The value of a register.
    #[inline]
    pub const fn reg(&self, reg: Reg) -> u64 {
        self.x[reg.index()]
    }

    /// Writes a register; a write to `x0` is ignored.
    #[inline]
    pub const fn set_reg(&mut self, reg: Reg, value: u64) {
        self.x[reg.index()] = value;
        self.x[0] = 0;
    }

    /// The value of a floating-point register.
    #[inline]
    pub const fn freg(&self, reg: FReg) -> u64 {
        self.f[reg.index()]
    }

    /// Writes a floating-point register.
    #[inline]
    pub const fn set_freg(&mut self, reg: FReg, value: u64) {
        self.f[reg.index()] = value;
    }

    /// The value of a register of any kind.
    pub const fn register(&self, register: Register) -> u64 {
        match register {
            Register::X(reg) => self.reg(reg),
            Register::F(reg) => self.freg(reg),
            Register::Fcsr => self.fcsr,
        }
    }

    /// Writes a register of any kind; a write to `x0` is ignored.
    pub const fn set_register(&mut self, register: Register, value: u64) {
        match register {
            Register::X(reg) => self.set_reg(reg, value),
            Register::F(reg) => self.set_freg(reg, value),
            Register::Fcsr => self.fcsr = value,
        }
    }
}

/// Where guest time comes from.
#[derive(Clone, Copy, Debug, Default)]
pub enum Clock {
    /// One nanosecond an instruction: the same in every run.
    #[default]
    Instructions,
    /// The host's, since this instant.
    Host(Instant),
    /// It stands still, at so many nanoseconds: a time that was recorded.
    Recorded(u64),
}

impl Clock {
    /// Nanoseconds since the start, after `insns` retired instructions.
    pub fn nanos(self, insns: u64) -> u64 {
        match self {
            Clock::Instructions => insns,
            Clock::Recorded(nanos) => nanos,
            Clock::Host(start) => u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX),
        }
    }
}

/// All that an engine works on.
#[derive(Debug)]
pub struct Hart {
    /// Registers and counters.
    pub state: MachineState,
    /// Memory.
    pub memory: Memory,
    /// The source of the `time` counter.
    pub clock: Clock,
}

impl Hart {
    /// What an instruction that reads the `time` counter gets.
    pub(crate) fn read_time(&mut self) -> u64 {
        let nanos = self.clock.nanos(self.state.insns);
        if !matches!(self.clock, Clock::Instructions) {
            self.memory.note_time(self.state.insns, nanos);
        }
        nanos
    }
}
