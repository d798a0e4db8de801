//! What a replay finds, and where.

use std::fmt;

use crate::isa::{Reg, Register};
use crate::machine::Trap;
use crate::trace::{Boundary, Touch};

/// A chunk is not what execution makes of its start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("chunk {chunk}, {place}: {difference}")]
pub struct Mismatch {
    /// The chunk's number.
    pub chunk: u64,
    /// The instruction that shows it.
    pub place: Place,
    /// What differs.
    pub difference: Difference,
}

/// An instruction of a chunk. Of a register that is wrong in the end it is the
/// last one that wrote it; of a word, the first that accessed it. Of what is no
/// instruction's fault it is the chunk's first, or the one after its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Instructions of the chunk before it.
    pub at: u64,
    /// Instructions of the run before it.
    pub insn: u64,
    /// Its address.
    pub pc: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { at, insn, pc } = self;
        write!(
            f,
            "instruction {at} of it ({insn} of the run) at pc {pc:#x}"
        )
    }
}

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// No recording makes such a chunk.
    Malformed {
        /// The part of the chunk that is not as it has to be.
        part: &'static str,
    },
    /// It is not the next chunk of the trace.
    Number {
        /// The number it should have.
        expected: u64,
    },
    /// It does not start as the trace says the program starts, or as the chunk
    /// before it ended.
    Start(StateDifference),
    /// It does not end as recorded.
    End(StateDifference),
    /// It should have ended before this instruction by the trace's policy.
    TooLong,
    /// It should not have ended yet by the trace's policy.
    TooShort,
    /// The instruction traps.
    Trap(Trap),
    /// The instruction is an `ecall`, and no call is recorded here.
    MissingEcall,
    /// A call is recorded here, and the instruction is no `ecall`.
    NoEcall,
    /// A trap is recorded here that the guest handles, and the instruction does not trap so.
    NoTrap,
    /// The call has another number.
    EcallNumber {
        /// As recorded.
        recorded: u64,
        /// In the register for it.
        replayed: u64,
    },
    /// The call has another argument.
    EcallArgument {
        /// The register it is in.
        reg: Reg,
        /// As recorded.
        recorded: u64,
        /// Its value.
        replayed: u64,
    },
    /// The call is recorded to change this register, which has that value already.
    EcallResult {
        /// The register.
        reg: Register,
    },
    /// What the call is recorded to read and to write overlaps.
    EcallMemory,
    /// The instruction accesses a word of memory that is not recorded.
    Untouched {
        /// The word's address.
        addr: u64,
    },
    /// The word that is touched next is not the one recorded.
    TouchOrder {
        /// Its place among the chunk's touches.
        index: usize,
        /// The address recorded.
        recorded: u64,
        /// The address that was touched.
        replayed: u64,
    },
    /// A word is recorded that is not accessed.
    UnusedTouch {
        /// Its place among the chunk's touches.
        index: usize,
        /// Its address.
        addr: u64,
    },
    /// A word is recorded with a value that it does not have then, by what is
    /// known of it before the chunk.
    TouchValue {
        /// The word and the value, as recorded.
        recorded: Touch,
        /// Its value.
        value: u64,
    },
    /// There are more accesses than recorded.
    ExtraAccess,
    /// A page of code is recorded that is not executed as it is from there on.
    UnusedCode {
        /// Its address.
        addr: u64,
    },
    /// A page of code is recorded that is not what memory holds there when it is
    /// executed, nor what was executed there before.
    Code {
        /// Its address.
        addr: u64,
    },
    /// A look at the clock is recorded here, and the instruction is none.
    NoTime,
    /// The instruction looks at the clock, and that is not recorded.
    MissingTime,
}

/// Two boundaries differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateDifference {
    /// In what.
    pub field: Field,
    /// Its value in this chunk's record.
    pub recorded: u64,
    /// Its value as it should be.
    pub expected: u64,
}

/// A part of a [`Boundary`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// A register.
    Register(Register),
    /// The address of the next instruction.
    Pc,
    /// Instructions since the start.
    Insns,
    /// The reservation, as a number.
    Reservation,
    /// Misaligned loads.
    UnalignedLoads,
    /// Misaligned stores.
    UnalignedStores,
    /// Accesses.
    Accesses,
    /// Calls.
    Ecalls,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Field::Register(reg) => reg.abi_name(),
            Field::Pc => "pc",
            Field::Insns => "the number of instructions",
            Field::Reservation => "the reservation",
            Field::UnalignedLoads => "the number of misaligned loads",
            Field::UnalignedStores => "the number of misaligned stores",
            Field::Accesses => "the number of accesses",
            Field::Ecalls => "the number of calls",
        };
        f.write_str(name)
    }
}

impl fmt::Display for StateDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (field, recorded, expected) = (self.field, self.recorded, self.expected);
        write!(
            f,
            "{field} is recorded as {recorded:#x} and is {expected:#x}"
        )
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Malformed { part } => write!(f, "malformed {part}"),
            Difference::Number { expected } => write!(f, "should be chunk {expected}"),
            Difference::Start(state) => write!(f, "at its start {state}"),
            Difference::End(state) => write!(f, "at its end {state}"),
            Difference::TooLong => f.write_str("the policy ends it before"),
            Difference::TooShort => f.write_str("the policy does not end it yet"),
            Difference::Trap(trap) => trap.fmt(f),
            Difference::MissingEcall => f.write_str("a call that is not recorded"),
            Difference::NoEcall => f.write_str("a call is recorded, and there is none"),
            Difference::NoTrap => f.write_str("a trap is recorded, and there is no such"),
            Difference::EcallNumber { recorded, replayed } => {
                write!(f, "call {recorded} is recorded, and it is {replayed}")
            }
            Difference::EcallArgument {
                reg,
                recorded,
                replayed,
            } => {
                let name = reg.abi_name();
                write!(
                    f,
                    "a call with {name} {recorded:#x} is recorded, and it is {replayed:#x}"
                )
            }
            Difference::EcallResult { reg } => {
                write!(
                    f,
                    "a call is recorded to change {}, and does not",
                    reg.abi_name()
                )
            }
            Difference::EcallMemory => f.write_str("a call that reads what it writes is recorded"),
            Difference::Untouched { addr } => {
                write!(f, "accesses the word at {addr:#x}, which is not recorded")
            }
            Difference::TouchOrder {
                recorded, replayed, ..
            } => {
                write!(
                    f,
                    "touches the word at {replayed:#x}, and that at {recorded:#x} is recorded"
                )
            }
            Difference::UnusedTouch { addr, .. } => {
                write!(f, "the word at {addr:#x} is recorded and not accessed")
            }
            Difference::TouchValue { recorded, value } => {
                let Touch { addr, value: wrong } = recorded;
                write!(
                    f,
                    "the word at {addr:#x} is recorded as {wrong:#x} and is {value:#x}"
                )
            }
            Difference::ExtraAccess => f.write_str("an access more than recorded"),
            Difference::UnusedCode { addr } => {
                write!(
                    f,
                    "the page of code at {addr:#x} is recorded and not executed"
                )
            }
            Difference::Code { addr } => {
                write!(
                    f,
                    "the page of code at {addr:#x} is recorded other than memory has it"
                )
            }
            Difference::NoTime => f.write_str("a look at the clock is recorded, and there is none"),
            Difference::MissingTime => f.write_str("looks at the clock, which is not recorded"),
        }
    }
}

/// Where `recorded` first differs from what it should be.
pub(crate) fn difference(recorded: &Boundary, expected: &Boundary) -> Option<StateDifference> {
    let fields = fields(recorded).zip(fields(expected));
    let mut different = fields.filter(|((_, recorded), (_, expected))| recorded != expected);
    let ((field, recorded), (_, expected)) = different.next()?;
    Some(StateDifference {
        field,
        recorded,
        expected,
    })
}

fn fields(
    Boundary {
        state,
        accesses,
        ecalls,
    }: &Boundary,
) -> impl Iterator<Item = (Field, u64)> {
    let rest = [
        (Field::Pc, state.pc),
        (Field::Insns, state.insns),
        (Field::Reservation, state.reservation.bits()),
        (Field::UnalignedLoads, state.unaligned_loads),
        (Field::UnalignedStores, state.unaligned_stores),
        (Field::Accesses, *accesses),
        (Field::Ecalls, *ecalls),
    ];
    let registers = Register::all().map(|reg| (Field::Register(reg), state.register(reg)));
    registers.chain(rest)
}
