//! `futex`. In a process with one thread and no signals from outside, nobody wakes
//! another: only time can pass.

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::time::timespec_unless_null;
use crate::isa::Width;
use crate::machine::Hart;

const FUTEX_WAIT: u64 = 0;
const FUTEX_WAKE: u64 = 1;
const FUTEX_WAIT_BITSET: u64 = 9;
const FUTEX_WAKE_BITSET: u64 = 10;
const FUTEX_PRIVATE: u64 = 128;
const FUTEX_CLOCK_REALTIME: u64 = 256;

impl Linux {
    /// `futex`, to wait and to wake.
    pub(super) fn futex(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [addr, op, value, time, _, bits] = args;
        let command = op & 0x7f;
        if matches!(command, FUTEX_WAIT_BITSET | FUTEX_WAKE_BITSET) && bits as u32 == 0 {
            return Err(Errno::INVAL.into());
        }
        match command {
            FUTEX_WAIT | FUTEX_WAIT_BITSET => self.futex_wait(hart, addr, op, value, time),
            FUTEX_WAKE | FUTEX_WAKE_BITSET => futex_wake(hart, addr, op),
            _ => Err(Errno::NOSYS.into()),
        }
    }

    /// Waits until the time is over. Without a time it would be for ever, since
    /// there is no other thread to wake this one: `EDEADLK`, which no caller
    /// takes for success, rather than a hang or a busy loop.
    fn futex_wait(
        &mut self,
        hart: &mut Hart,
        addr: u64,
        op: u64,
        value: u64,
        time: u64,
    ) -> Outcome {
        let time = timespec_unless_null(&mut hart.memory, time)?;
        let found = futex_word(hart, addr)?;
        if found != value as u32 {
            return Err(Errno::AGAIN.into());
        }
        let Some(time) = time else {
            return Err(Errno::DEADLK.into());
        };
        let wall = op & FUTEX_CLOCK_REALTIME != 0;
        let left = match op & 0x7f {
            FUTEX_WAIT => time,
            _ => self.until(hart, time, wall),
        };
        self.sleep(left)?;
        Err(Errno::TIMEDOUT.into())
    }
}

/// There is no one to wake.
fn futex_wake(hart: &mut Hart, addr: u64, op: u64) -> Outcome {
    if !addr.is_multiple_of(4) {
        return Err(Errno::INVAL.into());
    }
    if op & FUTEX_PRIVATE == 0 {
        futex_word(hart, addr)?;
    }
    Ok(0)
}

fn futex_word(hart: &mut Hart, addr: u64) -> Result<u32, Failure> {
    if !addr.is_multiple_of(4) {
        return Err(Errno::INVAL.into());
    }
    Ok(hart.memory.load(addr, Width::Word)? as u32)
}
