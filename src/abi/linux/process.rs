//! The one process: its identity and its end.

use super::Linux;
use super::errno::{Failure, Outcome};
use crate::machine::{Exit, Hart};

/// User and group, real and effective.
pub(super) const ID: u64 = 1000;

impl Linux {
    /// `exit` and `exit_group`: there is one thread.
    pub(super) fn exit(&mut self, _: &mut Hart, [code, ..]: [u64; 6]) -> Outcome {
        let code = code as i32;
        Err(Failure::Exit(Exit::Exited { code }))
    }
}
