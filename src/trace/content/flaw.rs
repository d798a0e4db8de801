//! What can be wrong with the content of a block.

use std::fmt;

use crate::isa::Register;

/// Why bytes are not the content of a block, or a value has no encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// The content ends in the middle.
    #[error("{needed} bytes are needed, {left} are left")]
    Short {
        /// Bytes that come next.
        needed: u64,
        /// Bytes that there are.
        left: u64,
    },
    /// The content goes on after its end.
    #[error("{bytes} bytes are left over")]
    LeftOver {
        /// How many.
        bytes: u64,
    },
    /// A number is longer than it need be.
    #[error("a number is written longer than it need be")]
    Overlong,
    /// A number does not fit.
    #[error("a number does not fit 64 bits")]
    TooBig,
    /// There cannot be so many, in what bytes are left.
    #[error("{count} {column}, in {left} bytes")]
    Count {
        /// Of what.
        column: Column,
        /// How many.
        count: u64,
        /// Bytes that there are for them.
        left: u64,
    },
    /// A chunk may not have so many.
    #[error("{count} {column}, the most is {limit}: use smaller chunks")]
    TooMany {
        /// Of what.
        column: Column,
        /// How many.
        count: u64,
        /// How many there may be.
        limit: u64,
    },
    /// `x0` is not zero.
    #[error("x0 is {value:#x}")]
    X0 {
        /// Its value.
        value: u64,
    },
    /// A set of registers has `x0` in it, or bits that are no register.
    #[error("{mask:#x} is no set of registers x1 to x31")]
    RegisterSet {
        /// The set.
        mask: u64,
    },
    /// A set of floating-point registers has bits that are none.
    #[error("{mask:#x} is no set of registers f0 to f31 and fcsr")]
    FpRegisterSet {
        /// The set.
        mask: u64,
    },
    /// `fcsr` has bits that it does not have.
    #[error("fcsr is {value:#x}")]
    Fcsr {
        /// Its value.
        value: u64,
    },
    /// A register is said not to be zero and is.
    #[error("{reg} is said not to be zero, and is")]
    Zero {
        /// Which.
        reg: Register,
    },
    /// Registers are not in ascending order, or one is there twice.
    #[error("{reg} is out of order")]
    RegisterOrder {
        /// The latter.
        reg: Register,
    },
    /// A register is said to have changed and has not.
    #[error("{reg} is said to differ at the chunk's end, and does not")]
    Unchanged {
        /// Which.
        reg: Register,
    },
    /// A count is lower at the chunk's end than at its start, or beyond 64 bits.
    #[error("counts run backwards")]
    Backwards,
    /// Things that happened are not in the order in which they did.
    #[error("{column} are not in the order of their instructions")]
    Order {
        /// Which.
        column: Column,
    },
    /// Something happened after the chunk's last instruction.
    #[error("{column}: {at} instructions of the chunk come before, it has {insns}")]
    Late {
        /// What.
        column: Column,
        /// After how many instructions.
        at: u64,
        /// Instructions in the chunk.
        insns: u64,
    },
    /// An address is no multiple of what it must be.
    #[error("{addr:#x} is no multiple of {align}")]
    Misaligned {
        /// The address.
        addr: u64,
        /// Of what it must be a multiple.
        align: u64,
    },
    /// Memory beyond the address space.
    #[error("{bytes} bytes at {addr:#x} are beyond the address space")]
    Outside {
        /// The address, its low 64 bits.
        addr: u64,
        /// How many bytes.
        bytes: u64,
    },
    /// A word is touched first twice.
    #[error("{addr:#x} is touched first twice")]
    Duplicate {
        /// Its address.
        addr: u64,
    },
    /// A range with nothing in it.
    #[error("an empty range at {addr:#x}")]
    Empty {
        /// Where.
        addr: u64,
    },
    /// A range that does not lie beyond the one before, with a gap between them.
    #[error("the range at {addr:#x} is not beyond the one before it")]
    Touching {
        /// The latter.
        addr: u64,
    },
    /// A page of code of another size than pages have.
    #[error("a page of {bytes} bytes")]
    PageSize {
        /// Its size.
        bytes: u64,
    },
    /// A word of code is said to have changed and has not.
    #[error("a word of code is said to have changed, and has not")]
    SameCode,
    /// Numbers of more bytes than a number has.
    #[error("a group of numbers of {width} bytes each")]
    Width {
        /// How many bytes.
        width: u8,
    },
    /// A text is not UTF-8.
    #[error("a text is not UTF-8")]
    Text,
    /// A kind that the format does not have.
    #[error("{found} is no kind of {of}")]
    Kind {
        /// Of what.
        of: Choice,
        /// Its number.
        found: u8,
    },
    /// A trap with a number or arguments, as calls have them.
    #[error("a trap with a number or arguments")]
    TrapArguments,
    /// Nanoseconds that make a second or more.
    #[error("{found} nanoseconds, where a second has passed")]
    Nanos {
        /// How many.
        found: u32,
    },
}

/// What a chunk, or a header, has any number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Words touched.
    Touches,
    /// Groups of words touched.
    Groups,
    /// Calls.
    Ecalls,
    /// Ranges that a call read.
    Reads,
    /// Ranges that a call wrote.
    Writes,
    /// Pages of code.
    Code,
    /// Runs of words in which a page of code has changed.
    Runs,
    /// Looks at the clock.
    Times,
    /// Memory before the first instruction.
    Initial,
    /// Bytes of a text or of memory.
    Bytes,
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Column::Touches => "words touched",
            Column::Groups => "groups of words touched",
            Column::Ecalls => "calls",
            Column::Reads => "ranges read",
            Column::Writes => "ranges written",
            Column::Code => "code pages",
            Column::Runs => "runs of changed code",
            Column::Times => "times",
            Column::Initial => "ranges of initial memory",
            Column::Bytes => "bytes",
        })
    }
}

/// What comes in kinds that are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// [`Policy`](crate::trace::Policy).
    Policy,
    /// [`Exit`](crate::machine::Exit).
    Exit,
    /// [`Cause`](crate::machine::Cause).
    Cause,
    /// [`EcallRecord`](crate::trace::EcallRecord).
    Call,
    /// A width of an access.
    Width,
    /// [`Reason`](crate::machine::Reason).
    Reason,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Choice::Policy => "chunk policy",
            Choice::Exit => "exit",
            Choice::Cause => "trap cause",
            Choice::Call => "call",
            Choice::Width => "width",
            Choice::Reason => "reason of a refusal",
        })
    }
}
