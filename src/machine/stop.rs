//! Why an engine stopped, and how a run ended.
#![forbid(unsafe_code)]

use std::fmt;
use std::ops::Range;

use super::{Hart, Memory, Refusal};
use crate::isa::Width;

/// What the guest did that it may not do (privileged manual, "mcause").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No instruction of the supported ISA, or one that writes a read-only counter.
    IllegalInstruction {
        /// The word, or the parcel of a compressed instruction.
        word: u32,
    },
    /// `ebreak`.
    Breakpoint,
    /// Execution reached memory that is not executable.
    FetchFault {
        /// The address that was fetched.
        addr: u64,
    },
    /// Execution reached an address at which no instruction starts.
    FetchMisaligned {
        /// The address.
        addr: u64,
    },
    /// A load from memory that is not readable.
    LoadFault {
        /// The address of the access.
        addr: u64,
        /// Its size.
        width: Width,
    },
    /// A store or AMO to memory that is not writable.
    StoreFault {
        /// The address of the access.
        addr: u64,
        /// Its size.
        width: Width,
    },
    /// A load, where those have to be aligned, or an LR at an address that is no multiple of its size.
    LoadMisaligned {
        /// The address of the access.
        addr: u64,
        /// Its size.
        width: Width,
    },
    /// A store, where those have to be aligned, or an SC or AMO at an address that is no multiple of its size.
    StoreMisaligned {
        /// The address of the access.
        addr: u64,
        /// Its size.
        width: Width,
    },
}

impl Cause {
    /// The number that traces have for it, whatever it is about.
    pub const fn number(self) -> u8 {
        match self {
            Cause::IllegalInstruction { .. } => 0,
            Cause::Breakpoint => 1,
            Cause::FetchFault { .. } => 2,
            Cause::LoadFault { .. } => 3,
            Cause::StoreFault { .. } => 4,
            Cause::LoadMisaligned { .. } => 5,
            Cause::StoreMisaligned { .. } => 6,
            Cause::FetchMisaligned { .. } => 7,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Cause::IllegalInstruction { word } => write!(f, "illegal instruction {word:#010x}"),
            Cause::Breakpoint => f.write_str("breakpoint"),
            Cause::FetchFault { addr } => write!(f, "jump to {addr:#x} (not executable)"),
            Cause::FetchMisaligned { addr } => write!(f, "jump to {addr:#x} (misaligned)"),
            Cause::LoadFault { addr, width } => {
                write_access(f, "load", width, addr)?;
                f.write_str(" (not readable)")
            }
            Cause::StoreFault { addr, width } => {
                write_access(f, "store", width, addr)?;
                f.write_str(" (not writable)")
            }
            Cause::LoadMisaligned { addr, width } => {
                write_access(f, "misaligned load", width, addr)
            }
            Cause::StoreMisaligned { addr, width } => {
                write_access(f, "misaligned store", width, addr)
            }
        }
    }
}

fn write_access(f: &mut fmt::Formatter<'_>, what: &str, width: Width, addr: u64) -> fmt::Result {
    let (bytes, plural) = match width.bytes() {
        1 => (1, ""),
        bytes => (bytes, "s"),
    };
    write!(f, "{what} of {bytes} byte{plural} at {addr:#x}")
}

/// A trap: the state is that before the instruction at `pc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trap {
    /// The instruction that trapped; of a fetch fault, the one that could not be fetched.
    pub pc: u64,
    /// Why.
    pub cause: Cause,
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cause {
            // The pc is where the jump went to.
            Cause::FetchFault { addr } | Cause::FetchMisaligned { addr } if addr == self.pc => {
                self.cause.fmt(f)
            }
            cause => write!(f, "{cause} at pc {:#x}", self.pc),
        }
    }
}

/// Why [`Engine::run`] returned. The state is exact: all instructions before
/// `pc` have retired, none from it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The code at `pc` is not worth compiling yet: the interpreter executes it.
    Cold,
    /// The JIT wants to be told of the next instructions, which the interpreter executes.
    Observe,
    /// The budget is used up, or what is left of it is less than a segment of the JIT.
    Budget,
    /// An `ecall` is next.
    Ecall,
    /// A `fence.i` has retired: call [`Memory::synchronize_code`](super::Memory::synchronize_code).
    FenceI,
    /// The instruction at `pc` traps.
    Trap(Trap),
    /// The instruction at `pc` touches more memory than the limit allows.
    MemoryLimit,
    /// The chunk that is being recorded has all the accesses or touches that it may.
    ChunkFull,
    /// Nothing has happened but that time has passed, on more than instructions.
    Pause,
    /// The next instruction is one that this engine leaves to the interpreter.
    Step,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The guest asked to exit.
    Exited {
        /// Its exit code, as the guest gave it.
        code: i32,
    },
    /// It trapped.
    Trap(Trap),
    /// It retired as many instructions as it was allowed.
    InsnLimit {
        /// How many.
        limit: u64,
    },
    /// It touched more memory than it was allowed.
    MemoryLimit {
        /// How many bytes it may touch.
        limit: u64,
    },
    /// It ran longer than it was allowed.
    Timeout {
        /// How long.
        limit: std::time::Duration,
    },
    /// The reader of a stream that it writes to has gone, and it did not ask to
    /// go on: what SIGPIPE does by default. The state is that before the call.
    BrokenPipe,
    /// It made a call that its environment refuses. The state is that before the call.
    Refused(Refusal),
}

/// Something that executes guest instructions.
pub(crate) trait Engine {
    /// Executes at most `budget` instructions.
    fn run(&mut self, hart: &mut Hart, budget: u64) -> Stop;

    /// Forgets what it knows of the code in these ranges.
    fn forget(&mut self, memory: &mut Memory, ranges: &[Range<u64>]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traps_read_well() {
        let (pc, addr) = (0x10078, 0x18);
        let shown = |cause| Trap { pc, cause }.to_string();
        let with = |width| {
            (
                Cause::LoadFault { addr, width },
                Cause::StoreFault { addr, width },
            )
        };
        let (load, store) = with(Width::Double);
        assert_eq!(
            shown(load),
            "load of 8 bytes at 0x18 (not readable) at pc 0x10078"
        );
        assert_eq!(
            shown(store),
            "store of 8 bytes at 0x18 (not writable) at pc 0x10078"
        );
        let (load, store) = with(Width::Byte);
        assert_eq!(load.to_string(), "load of 1 byte at 0x18 (not readable)");
        assert_eq!(store.to_string(), "store of 1 byte at 0x18 (not writable)");
        let width = Width::Word;
        let misaligned = Cause::LoadMisaligned { addr, width }.to_string();
        assert_eq!(misaligned, "misaligned load of 4 bytes at 0x18");
        let misaligned = Cause::StoreMisaligned { addr, width }.to_string();
        assert_eq!(misaligned, "misaligned store of 4 bytes at 0x18");
        let illegal = Cause::IllegalInstruction { word: 0 };
        assert_eq!(
            shown(illegal),
            "illegal instruction 0x00000000 at pc 0x10078"
        );
        assert_eq!(shown(Cause::Breakpoint), "breakpoint at pc 0x10078");
    }

    #[test]
    fn a_jump_tells_its_target_once() {
        let cause = Cause::FetchFault { addr: 0x1000 };
        let shown = |pc| Trap { pc, cause }.to_string();
        assert_eq!(shown(0x1000), "jump to 0x1000 (not executable)");
        assert_eq!(shown(0xffe), "jump to 0x1000 (not executable) at pc 0xffe");
    }
}
