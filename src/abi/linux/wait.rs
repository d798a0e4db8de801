//! The calls that wait for something to happen: `futex`, `ppoll`. In a process
//! with one thread and no signals from outside, only time can pass.

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::files::{MAX_FILES, OpenFile};
use super::signal::check_set_size;
use super::time::timespec_unless_null;
use super::user;
use crate::isa::Width;
use crate::machine::Hart;

const FUTEX_WAIT: u64 = 0;
const FUTEX_WAKE: u64 = 1;
const FUTEX_WAIT_BITSET: u64 = 9;
const FUTEX_WAKE_BITSET: u64 = 10;
const FUTEX_PRIVATE: u64 = 128;
const FUTEX_CLOCK_REALTIME: u64 = 256;

/// A `struct pollfd`.
const POLLFD_BYTES: u64 = 8;
/// Readable: `POLLIN` and `POLLRDNORM`.
const POLL_IN: u16 = 0x41;
/// Writable: `POLLOUT` and `POLLWRNORM`.
const POLL_OUT: u16 = 0x104;
const POLLNVAL: u16 = 0x20;

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

    /// `ppoll`. Every open file is ready for what it was opened for: a read of
    /// standard input may wait, a poll does not. So what a guest sees does not
    /// depend on how fast its input comes.
    pub(super) fn ppoll(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fds, count, time, mask, mask_size, ..] = args;
        let memory = &mut hart.memory;
        let time = timespec_unless_null(memory, time)?;
        if mask != 0 {
            check_set_size(mask_size)?;
            user::get::<8>(memory, mask)?;
        }
        if count as u32 as usize > MAX_FILES {
            return Err(Errno::INVAL.into());
        }
        let mut ready = 0;
        for index in 0..u64::from(count as u32) {
            let at = fds.checked_add(index * POLLFD_BYTES).ok_or(Errno::FAULT)?;
            ready += u64::from(self.poll_one(hart, at)?);
        }
        match (ready, time) {
            (0, Some(time)) => self.sleep(time).map(|()| 0),
            (0, None) => Err(Errno::DEADLK.into()),
            (ready, _) => Ok(ready),
        }
    }

    /// Answers the `struct pollfd` at `at`: whether there is anything to tell.
    fn poll_one(&self, hart: &mut Hart, at: u64) -> Result<bool, Failure> {
        let [fd @ .., a, b, _, _] = user::get::<8>(&mut hart.memory, at)?;
        let (fd, wanted) = (i32::from_le_bytes(fd), u16::from_le_bytes([a, b]));
        let found = match self.files.get(fd as u64) {
            _ if fd < 0 => 0,
            Ok(file) => readiness(file) & wanted,
            Err(_) => POLLNVAL,
        };
        user::put(&mut hart.memory, at.wrapping_add(6), &found.to_le_bytes())?;
        Ok(found != 0)
    }
}

fn readiness(file: &OpenFile) -> u16 {
    let (reads, writes) = file.directions();
    (u16::from(reads) * POLL_IN) | (u16::from(writes) * POLL_OUT)
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
