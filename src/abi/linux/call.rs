//! The system calls: number, name, arguments and what carries them out (asm-generic/unistd.h).

use super::Linux;
use super::errno::Outcome;
use crate::machine::Hart;

/// What carries out a call, given its arguments.
type Handler = fn(&mut Linux, &mut Hart, [u64; 6]) -> Outcome;

/// A call that is known.
pub(super) struct Call {
    number: u64,
    /// Its name.
    pub(super) name: &'static str,
    /// What carries it out.
    pub(super) handler: Handler,
}

impl Call {
    /// The call of this number.
    pub(super) fn of(number: u64) -> Option<&'static Call> {
        let index = CALLS.binary_search_by_key(&number, |call| call.number);
        index.ok().map(|index| &CALLS[index])
    }
}

const fn call(number: u64, name: &'static str, handler: Handler) -> Call {
    Call {
        number,
        name,
        handler,
    }
}

/// All of them, by number.
static CALLS: &[Call] = &[
    call(63, "read", Linux::read),
    call(64, "write", Linux::write),
    call(65, "readv", Linux::readv),
    call(66, "writev", Linux::writev),
    call(93, "exit", Linux::exit),
    call(94, "exit_group", Linux::exit),
    call(214, "brk", Linux::brk),
    call(215, "munmap", Linux::munmap),
    call(222, "mmap", Linux::mmap),
    call(226, "mprotect", Linux::mprotect),
    call(233, "madvise", Linux::madvise),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_found_by_its_number() {
        for call in CALLS {
            assert!(Call::of(call.number).is_some_and(|found| found.name == call.name));
        }
        assert!(Call::of(u64::MAX).is_none());
    }
}
