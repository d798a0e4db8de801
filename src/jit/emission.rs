//! What a JIT tells of the code that it emits, if somebody wants to know.
#![forbid(unsafe_code)]

use std::fmt;

/// News of code memory. Addresses are the host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emission {
    /// The code memory at this address has no code any more.
    Cleared {
        /// Its first byte.
        base: u64,
    },
    /// There is code that all units share.
    Stub {
        /// The code memory that it is in.
        base: u64,
        /// Its first byte.
        addr: u64,
        /// Bytes of it.
        len: u64,
        /// What it is for.
        name: &'static str,
    },
    /// There is a unit.
    Unit {
        /// The code memory that it is in.
        base: u64,
        /// Its first byte.
        addr: u64,
        /// Bytes of it.
        len: u64,
        /// The guest address of its first instruction.
        pc: u64,
        /// What kind of unit it is.
        mode: &'static str,
    },
}

/// Who is told.
pub struct Listener(Box<dyn FnMut(&Emission) + Send>);

impl Listener {
    /// Whoever `told` is.
    pub fn new(told: impl FnMut(&Emission) + Send + 'static) -> Listener {
        Listener(Box::new(told))
    }

    pub(super) fn tell(&mut self, news: &Emission) {
        (self.0)(news);
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Listener").finish_non_exhaustive()
    }
}
