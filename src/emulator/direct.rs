//! All accesses of a run, as it makes them.

use hashbrown::HashMap;

use super::{Machine, Pace, SLICE};
use crate::machine::Exit;
use crate::replay::Access;
use crate::trace::{ClockModel, Header};

/// A program that runs on the interpreter, every access noted: an iterator over
/// them, in pieces of no particular length. A time limit is not looked at. What [`Expand`](crate::replay::Expand)
/// makes of a recording of the same run is the same.
#[derive(Debug)]
pub struct AccessTrace {
    machine: Machine,
    clock: ClockModel,
    /// The clock of the last access to each word.
    last: HashMap<u64, u64>,
    ecalls: u64,
    begun: bool,
}

impl AccessTrace {
    pub(super) fn new(mut machine: Machine, header: &Header) -> AccessTrace {
        machine.hart.memory.keep_accesses(true);
        AccessTrace {
            machine,
            clock: header.clock,
            last: HashMap::new(),
            ecalls: 0,
            begun: false,
        }
    }

    /// How the run ended, if it did.
    pub fn exit(&self) -> Option<Exit> {
        self.machine.ended
    }

    /// Accesses that follow on the last ones; nothing if the guest has ended.
    pub fn next_accesses(&mut self) -> Option<Vec<Access>> {
        if self.machine.ended.is_some() {
            return None;
        }
        if !std::mem::replace(&mut self.begun, true) {
            self.machine.abi.begin(self.machine.limits.timeout);
        }
        let turn = self.machine.turn(SLICE, Pace::Close);
        self.machine.ended = turn.exit();
        let memory = &mut self.machine.hart.memory;
        // What a recording would keep besides.
        memory.take_fetched();
        memory.take_times();
        let accesses = memory.take_accesses().into_iter().map(|access| {
            let access = Access::new(&access, &self.clock, self.ecalls);
            let previous = self.last.insert(access.word, access.clock);
            Access { previous, ..access }
        });
        let accesses = accesses.collect();
        self.ecalls += u64::from(turn.is_call());
        Some(accesses)
    }
}

impl Iterator for AccessTrace {
    type Item = Vec<Access>;

    fn next(&mut self) -> Option<Vec<Access>> {
        self.next_accesses()
    }
}
