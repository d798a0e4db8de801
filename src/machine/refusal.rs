//! Calls that an environment refuses, and has no way to tell the guest of.
#![forbid(unsafe_code)]

use std::fmt;

/// A call that ended the run. The state is that before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The `ecall`.
    pub pc: u64,
    /// The number of the call, as the personality has it.
    pub number: u64,
    /// `a0`–`a4`.
    pub args: [u64; 5],
    /// Why it was refused.
    pub reason: Reason,
}

/// Why a call was refused. The number is that in traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[repr(u8)]
pub enum Reason {
    /// The personality has no call of that number.
    #[error("there is no such call")]
    Unknown = 0,
    /// There is such a call, which is not carried out any more, or not here.
    #[error("the call is not supported")]
    Unsupported = 1,
    /// Memory that it is about does not lie in the address space.
    #[error("memory of the call is outside the address space")]
    Outside = 2,
    /// An address is no multiple of what it has to be.
    #[error("an address is misaligned")]
    Misaligned = 3,
    /// An argument has a value that it may not have.
    #[error("an argument is out of range")]
    Argument = 4,
    /// There is no input left.
    #[error("there is no input left")]
    NoInput = 5,
    /// The next item of the input has another length than the guest asks for.
    #[error("the next item of the input has another length")]
    InputLength = 6,
    /// Not in an unconstrained block.
    #[error("not in an unconstrained block")]
    Unconstrained = 7,
    /// Only in an unconstrained block.
    #[error("not outside of an unconstrained block")]
    Constrained = 8,
    /// No result is defined for the operands: points that are none, say.
    #[error("the operands have no result")]
    Operands = 9,
    /// The bytes are not what a hook takes.
    #[error("the hook has no answer to the bytes")]
    Hook = 10,
    /// It would have the host keep more for the guest than it does.
    #[error("the guest has written more than is kept for it")]
    TooMuch = 11,
    /// The guest's output cannot be written.
    #[error("output cannot be written")]
    Output = 12,
    /// What carries it out was left out when rvjet was built.
    #[error("this rvjet was built without precompiles")]
    Absent = 13,
}

impl Reason {
    /// Every reason, by its number.
    pub const ALL: [Reason; 14] = [
        Reason::Unknown,
        Reason::Unsupported,
        Reason::Outside,
        Reason::Misaligned,
        Reason::Argument,
        Reason::NoInput,
        Reason::InputLength,
        Reason::Unconstrained,
        Reason::Constrained,
        Reason::Operands,
        Reason::Hook,
        Reason::TooMuch,
        Reason::Output,
        Reason::Absent,
    ];
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refusal {
            pc,
            number,
            args,
            reason,
        } = self;
        write!(f, "call {number:#x}(")?;
        for (index, arg) in args.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{arg:#x}")?;
        }
        write!(f, "): {reason} at pc {pc:#x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_call_arguments_and_place() {
        let refusal = Refusal {
            pc: 0x7800_1000,
            number: 0xf1,
            args: [0x100, 7, 0, 0, 1],
            reason: Reason::NoInput,
        };
        assert_eq!(
            refusal.to_string(),
            "call 0xf1(0x100, 0x7, 0x0, 0x0, 0x1): there is no input left at pc 0x78001000"
        );
    }

    #[test]
    fn reasons_are_listed_by_number() {
        let numbers = Reason::ALL.iter().map(|reason| *reason as usize);
        assert!(numbers.eq(0..Reason::ALL.len()));
    }
}
