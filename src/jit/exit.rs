//! The places at which emitted code leaves, and what is to be done there.
//!
//! The rule by which instructions are counted: a segment is paid for at its
//! start, all of it at once, from the budget register (see `meter`); whoever
//! leaves a segment before its end gives back what it *owes*, the price of the
//! instructions not executed. An exit's debt is in its [`Site`] and given back by
//! the engine. A fault's is in the mark of its instruction. A jump to another unit
//! gives it back in code, for once it is linked no engine sees it; a branch that
//! ends its segment, as all do in units without a guide, owes nothing.
#![forbid(unsafe_code)]

/// How a unit treats misaligned accesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Mode {
    /// Bases are checked once for bounds and alignment together; where that
    /// fails, the careful unit of the same instruction takes over.
    Fast,
    /// As [`Mode::Fast`], but for first touches, which are looked at one by one
    /// instead of several together.
    Apart,
    /// Every access is checked by itself, and misaligned ones are counted.
    Careful,
}

/// The number of a [`Site`]: what the exit's code hands over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SiteId(pub(super) u32);

/// Why an exit is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExitKind {
    /// To go on at another unit, not compiled or not linked yet.
    Link(Mode),
    /// The budget does not cover the segment.
    Budget,
    /// The interpreter has to execute the instruction.
    Step,
    /// An `ecall` is next.
    Ecall,
}

/// An exit: the guest's state is that before the instruction at `pc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Site {
    /// Where the guest goes on.
    pub(super) pc: u64,
    /// What was taken off the budget for instructions that were not executed.
    pub(super) owed: u32,
    /// Why.
    pub(super) kind: ExitKind,
    /// Of a link: where in the code memory its jump's displacement is.
    pub(super) jump: Option<usize>,
    /// Where in the code memory the exit's own code is.
    pub(super) thunk: usize,
}
