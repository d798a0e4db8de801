//! What a chunk is, and what decides where it ends.

use std::fmt;

use crate::isa::Register;
use crate::machine::{Cause, MachineState};
use crate::program::Convention;

pub use crate::machine::Touch;

/// What ends a chunk. Where that is depends on program, input and policy alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// After so many instructions.
    Insns(u64),
    /// After the instruction that brings its accesses to so many, or beyond.
    Accesses(u64),
    /// After the instruction that brings the words it has touched to so many, or beyond.
    Touches(u64),
}

impl Default for Policy {
    fn default() -> Policy {
        Policy::Insns(1 << 24)
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Policy::Insns(n) => write!(f, "insns={n}"),
            Policy::Accesses(n) => write!(f, "accesses={n}"),
            Policy::Touches(n) => write!(f, "touches={n}"),
        }
    }
}

/// How instructions become clock ticks, as a prover counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClockModel {
    /// At the first instruction.
    pub start: u64,
    /// For every instruction.
    pub insn: u64,
    /// On top, for an `ecall`.
    pub ecall: u64,
    /// From the clock of an instruction to that of its accesses.
    pub access: u64,
}

impl Default for ClockModel {
    fn default() -> ClockModel {
        ClockModel::of(Convention::Process)
    }
}

impl ClockModel {
    /// That of a personality whose programs keep this convention.
    pub const fn of(convention: Convention) -> ClockModel {
        let start = match convention {
            Convention::Process => 0,
            Convention::Sp1 => 1,
        };
        ClockModel {
            start,
            insn: 8,
            ecall: 256,
            access: 1,
        }
    }

    /// The clock when so many instructions have retired, `ecalls` of them calls.
    /// Wraps: a trace that claims such counts is not believed before it is replayed.
    pub const fn at(&self, insns: u64, ecalls: u64) -> u64 {
        let insns = self.insn.wrapping_mul(insns);
        let ecalls = self.ecall.wrapping_mul(ecalls);
        self.start.wrapping_add(insns).wrapping_add(ecalls)
    }
}

/// The hart between two instructions, and what has been counted so far, since
/// the start of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boundary {
    /// Registers, pc, reservation, instructions, misaligned accesses.
    pub state: MachineState,
    /// Accesses: a word that an instruction loads, stores or modifies is one
    /// (two, if it reaches into two), and so is each word that a call reads or writes.
    pub accesses: u64,
    /// Calls, and traps that the guest has handled.
    pub ecalls: u64,
}

/// A stretch of execution that can be run again by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Its place in the trace, from 0.
    pub number: u64,
    /// Before its first instruction.
    pub start: Boundary,
    /// After its last.
    pub end: Boundary,
    /// The words it touched, in the order in which it did, with their values before.
    pub touches: Vec<Touch>,
    /// Its calls, and the traps that the guest handled, in order.
    pub ecalls: Vec<EcallRecord>,
    /// The code it executed that is not the program's unchanged text, in the
    /// order of [`at`](CodePage::at), then of the page.
    pub code: Vec<CodePage>,
    /// What it read from the host's clock, in order.
    pub times: Vec<TimeRead>,
}

impl Chunk {
    /// Instructions in it.
    pub const fn insns(&self) -> u64 {
        self.end.state.insns.wrapping_sub(self.start.state.insns)
    }

    /// Accesses in it.
    pub const fn accesses(&self) -> u64 {
        self.end.accesses.wrapping_sub(self.start.accesses)
    }
}

/// An `ecall` and all that came of it; or that of an instruction that trapped, where the
/// guest handles that. Both count as an instruction, and as a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcallRecord {
    /// Instructions of the chunk before it.
    pub at: u64,
    /// Why the instruction trapped, if it is no `ecall`.
    pub trap: Option<Cause>,
    /// The number of the call, as the personality has it; 0 of a trap.
    pub number: u64,
    /// `a0`–`a6` before it; 0 of a trap.
    pub args: [u64; 7],
    /// Where it went on: after a trap, at the handler. The `ecall` itself if the guest exited.
    pub next_pc: u64,
    /// The registers that it changed, in ascending order, and their new values.
    pub results: Vec<(Register, u64)>,
    /// The words that it read and did not write: runs of double words, in
    /// ascending order, none touching another.
    pub reads: Vec<std::ops::Range<u64>>,
    /// What it wrote, in ascending order, none touching another.
    pub writes: Vec<CallWrite>,
}

/// Bytes that a call wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallWrite {
    /// Where.
    pub addr: u64,
    /// What; not empty.
    pub bytes: Vec<u8>,
}

/// A page of code that the guest has written itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePage {
    /// Instructions of the chunk before the page is fetched from.
    pub at: u64,
    /// The page's address.
    pub addr: u64,
    /// Its [`PAGE_SIZE`](crate::machine::PAGE_SIZE) bytes, as fetch sees them from there on.
    pub bytes: Vec<u8>,
}

/// A look at the host's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeRead {
    /// Instructions of the chunk before it.
    pub at: u64,
    /// Nanoseconds.
    pub nanos: u64,
}

/// Memory that the personality laid out before the first instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Initial {
    /// Where.
    pub addr: u64,
    /// What.
    pub bytes: Vec<u8>,
}
