//! What `ecall` means: the personalities that a guest may be run under.
//!
//! Enters: a hart that has reached an `ecall`, or an instruction that traps, and the
//! program's layout at the start. Leaves: a hart that may go on, or the way the run ended. Must hold:
//! nothing that the guest passes is trusted, and whatever a personality does
//! depends on the guest and its configuration alone, unless it was asked for
//! the host's time or randomness.
#![forbid(unsafe_code)]

mod bare;
pub mod linux;
pub mod sp1;

pub use bare::Bare;
pub use linux::Linux;
pub use sp1::Sp1;

use std::time::Duration;

use crate::isa::Reg;
use crate::machine::{Exit, Hart, MachineState, MapError, Trap};
use crate::program::{Convention, Program};

/// A guest's environment.
pub trait Abi: Send {
    /// Its name, which traces carry.
    fn name(&self) -> &'static str;

    /// What its programs agree upon.
    fn convention(&self) -> Convention {
        Convention::default()
    }

    /// The number of the call that a hart in this state makes: `a7`, unless told otherwise.
    fn call_number(&self, state: &MachineState) -> u64 {
        state.reg(Reg::A7)
    }

    /// Lays out stack and arguments and sets the registers, before the first instruction.
    fn start(&mut self, program: &Program, hart: &mut Hart) -> Result<(), StartError>;

    /// A run begins, which may take as long as `timeout` from now.
    fn begin(&mut self, timeout: Option<Duration>) {
        let _ = timeout;
    }

    /// Carries out the call at `hart.state.pc`. The caller moves the hart past
    /// the `ecall`; an error ends the run instead.
    fn ecall(&mut self, hart: &mut Hart) -> Result<Flow, Exit>;

    /// Says what comes of the instruction at `hart.state.pc`, which traps. If the guest
    /// handles that, it is as if it had made a call; by default the run ends.
    fn trap(&mut self, hart: &mut Hart, trap: &Trap) -> Result<Flow, Exit> {
        let _ = hart;
        Err(Exit::Trap(*trap))
    }
}

/// How a run goes on after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// With the next instruction.
    Next,
    /// At this address.
    Jump(u64),
    /// With the next instruction, on a detour: all that is done to hart and memory from
    /// before this call on is going to be undone. One at a time, and only by a
    /// personality whose [`Convention`] has detours.
    Detour,
    /// Behind the call that began the detour, which has changed nothing but this register.
    Return(Reg, u64),
}

/// Why a personality could not lay out the guest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// There is no room for the stack.
    #[error("no room for a stack of {size:#x} bytes in the guest's {window:#x} bytes")]
    NoRoomForStack {
        /// Bytes wanted.
        size: u64,
        /// Bytes in the guest's address space.
        window: u64,
    },
    /// Arguments and environment do not fit on the stack.
    #[error("arguments and environment take {size} bytes, and the stack holds {limit}")]
    ArgumentsTooLong {
        /// Bytes wanted.
        size: u64,
        /// Bytes there are for them.
        limit: u64,
    },
    /// The memory limit is too small for the initial stack.
    #[error("the memory limit of {limit} bytes is too small for program and stack")]
    MemoryLimit {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The stack could not be mapped.
    #[error("cannot map the stack")]
    Map(#[from] MapError),
    /// The host's randomness was asked for, and there is none.
    #[error("the host gives no random bytes")]
    HostRandom(#[source] rustix::io::Errno),
    /// A directory was granted for reading only, and it or one that it lies in for writing.
    #[error("{read_only} is to be read only, and is or lies in what {writable} lets be written")]
    ReadOnlyInWritable {
        /// The guest's name of the directory for reading only.
        read_only: String,
        /// The guest's name of the directory for writing.
        writable: String,
    },
    /// Which directories a granted one lies in could not be found out.
    #[error("cannot tell where a granted directory lies")]
    Grant(#[source] rustix::io::Errno),
}
