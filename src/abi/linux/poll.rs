//! The calls that wait for files to be ready: `ppoll`, `pselect6`.
//!
//! Every open file is ready for what it was opened for, unless it is a pipe of
//! the process's own: a read of standard input may wait, a poll does not. So
//! what a guest sees does not depend on how fast its input comes. What is not
//! ready will never be, so that without a time the wait would be for ever:
//! `EDEADLK`.

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::files::{MAX_FILES, OpenFile};
use super::signal::check_set_size;
use super::time::timespec_unless_null;
use super::user;
use crate::machine::{Hart, Memory};

/// A `struct pollfd`.
const POLLFD_BYTES: u64 = 8;
/// Readable: `POLLIN` and `POLLRDNORM`.
const POLL_IN: u16 = 0x41;
/// Writable: `POLLOUT` and `POLLWRNORM`.
const POLL_OUT: u16 = 0x104;
const POLLERR: u16 = 0x8;
const POLLHUP: u16 = 0x10;
const POLLNVAL: u16 = 0x20;

/// Words of a set of descriptors (`fd_set`), as far as there can be any.
const SET_WORDS: usize = MAX_FILES / 64;
/// What each set of `pselect6` asks for: to read, to write, exceptions, of
/// which there are none.
const WANTED: [u16; 3] = [POLL_IN | POLLHUP | POLLERR, POLL_OUT | POLLERR, 0];

type Set = [u64; SET_WORDS];

impl Linux {
    /// `ppoll`.
    pub(super) fn ppoll(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fds, count, time, mask, mask_size, ..] = args;
        let memory = &mut hart.memory;
        let time = timespec_unless_null(memory, time)?;
        check_mask(memory, mask, mask_size)?;
        if count as u32 as usize > MAX_FILES {
            return Err(Errno::INVAL.into());
        }
        let mut ready = 0;
        for index in 0..u64::from(count as u32) {
            let at = fds.checked_add(index * POLLFD_BYTES).ok_or(Errno::FAULT)?;
            ready += u64::from(self.poll_one(hart, at)?);
        }
        self.ready_or_wait(ready, time)
    }

    /// What a poll comes to, be it after the time that it may take.
    fn ready_or_wait(&mut self, ready: u64, time: Option<u64>) -> Outcome {
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
            Ok(file) => readiness(file) & (wanted | POLLERR | POLLHUP),
            Err(_) => POLLNVAL,
        };
        user::put(&mut hart.memory, at.wrapping_add(6), &found.to_le_bytes())?;
        Ok(found != 0)
    }

    /// `pselect6`.
    pub(super) fn pselect6(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [count, reads, writes, exceptions, time_at, mask] = args;
        let memory = &mut hart.memory;
        let time = timespec_unless_null(memory, time_at)?;
        if let Some([mask, size]) = user::get_words_unless_null(memory, mask)? {
            check_mask(memory, mask, size)?;
        }
        let count = usize::try_from(count as i32).map_err(|_| Errno::INVAL)?;
        let count = count.min(MAX_FILES);
        let addrs = [reads, writes, exceptions];
        let mut sets = [[0; SET_WORDS]; 3];
        for (set, &addr) in sets.iter_mut().zip(&addrs) {
            *set = get_set(memory, addr, count)?;
        }
        let found = self.select(&sets)?;
        let ready = found.iter().flatten().map(|word| word.count_ones());
        let ready = u64::from(ready.sum::<u32>());
        let ready = self.ready_or_wait(ready, time)?;
        for (set, addr) in found.iter().zip(addrs) {
            put_set(&mut hart.memory, addr, count, set)?;
        }
        if ready == 0 {
            user::put(&mut hart.memory, time_at, &[0; 16])?;
        }
        Ok(ready)
    }

    /// Those of each set that are ready for it.
    fn select(&self, sets: &[Set; 3]) -> Result<[Set; 3], Errno> {
        let mut found = [[0; SET_WORDS]; 3];
        for ((set, found), wanted) in sets.iter().zip(&mut found).zip(WANTED) {
            for fd in 0..MAX_FILES {
                let (word, bit) = (fd / 64, 1 << (fd % 64));
                let asked = set[word] & bit != 0;
                if asked && readiness(self.files.get(fd as u64)?) & wanted != 0 {
                    found[word] |= bit;
                }
            }
        }
        Ok(found)
    }
}

fn readiness(file: &OpenFile) -> u16 {
    match file {
        OpenFile::ReadEnd(end) => {
            let (filled, alone) = end.state();
            (u16::from(filled) * POLL_IN) | (u16::from(alone) * POLLHUP)
        }
        OpenFile::WriteEnd(end) => {
            let (has_room, alone) = end.state();
            (u16::from(has_room) * POLL_OUT) | (u16::from(alone) * POLLERR)
        }
        file => {
            let (reads, writes) = file.directions();
            (u16::from(reads) * POLL_IN) | (u16::from(writes) * POLL_OUT)
        }
    }
}

/// A mask of signals is checked; while a call waits, none come.
fn check_mask(memory: &mut Memory, mask: u64, size: u64) -> Result<(), Failure> {
    if mask != 0 {
        check_set_size(size)?;
        user::get::<8>(memory, mask)?;
    }
    Ok(())
}

/// The set at `addr`, of the descriptors below `count`; the null pointer is none.
fn get_set(memory: &mut Memory, addr: u64, count: usize) -> Result<Set, Failure> {
    let mut set = [0; SET_WORDS];
    if addr == 0 {
        return Ok(set);
    }
    for (index, word) in set.iter_mut().enumerate().take(count.div_ceil(64)) {
        let at = addr.checked_add(8 * index as u64).ok_or(Errno::FAULT)?;
        let [found] = user::get_words(memory, at)?;
        let below = (count - 64 * index).min(64);
        *word = found & u64::MAX >> (64 - below);
    }
    Ok(set)
}

fn put_set(memory: &mut Memory, addr: u64, count: usize, set: &Set) -> Result<(), Failure> {
    let bytes: Vec<u8> = set.iter().flat_map(|word| word.to_le_bytes()).collect();
    let len = 8 * count.div_ceil(64);
    Ok(user::put_unless_null(memory, addr, &bytes[..len])?)
}
