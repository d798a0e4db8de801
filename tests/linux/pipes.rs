//! Pipes within the process.

use rvjet::machine::Exit;

use crate::files::granted;
use crate::guest::{Guest, NOWHERE, SCRATCH, errno::*, nr};

const NONBLOCK: u64 = 0o4000;
const CLOEXEC: u64 = 0o2_000_000;
const FCNTL: u64 = 25;
const PIPE2: u64 = 59;

impl Guest {
    pub fn pipe(&mut self, flags: u64) -> (u64, u64) {
        assert_eq!(self.call(PIPE2, [SCRATCH, flags]), 0);
        let pair = self.word(SCRATCH);
        (pair & 0xffff_ffff, pair >> 32)
    }
}

#[test]
fn what_goes_in_comes_out() {
    let (mut guest, _dir) = granted();
    let (reader, writer) = guest.pipe(0);
    assert_eq!((reader, writer), (3, 4));
    guest.write(writer, "hello");
    guest.write(writer, " world");
    assert_eq!(guest.call(29, [reader, 0x541b, SCRATCH]), 0);
    assert_eq!(guest.word(SCRATCH) as u32, 11);
    assert_eq!(guest.read(reader), "hello world");
    assert_eq!(guest.call(nr::WRITE, [reader, SCRATCH, 1]), EBADF);
    assert_eq!(guest.call(nr::READ, [writer, SCRATCH, 1]), EBADF);
    assert_eq!(guest.call(62, [reader, 0, 0]), ESPIPE);
    assert_eq!(guest.call(67, [reader, SCRATCH, 1, 0]), ESPIPE);
    assert_eq!(guest.call(nr::FSTAT, [reader, SCRATCH]), 0);
    assert_eq!(guest.word(SCRATCH + 16) as u32, 0o10600);
}

#[test]
fn a_pipe_ends_with_its_last_writer() {
    let (mut guest, _dir) = granted();
    let (reader, writer) = guest.pipe(0);
    let copy = guest.call(23, [writer]) as u64;
    guest.write(copy, "last");
    guest.call(nr::CLOSE, [writer]);
    assert_eq!(guest.read(reader), "last");
    assert_eq!(guest.call(nr::READ, [reader, SCRATCH, 1]), EDEADLK);
    guest.call(nr::CLOSE, [copy]);
    assert_eq!(guest.call(nr::READ, [reader, SCRATCH, 1]), 0);
}

#[test]
fn a_pipe_that_nobody_reads_is_broken() {
    let (mut guest, _dir) = granted();
    let (reader, writer) = guest.pipe(0);
    guest.call(nr::CLOSE, [reader]);
    let exit = guest.try_call(nr::WRITE, [writer, SCRATCH, 1]);
    assert_eq!(exit, Err(Exit::BrokenPipe));
    guest.put_words(SCRATCH, &[1, 0, 0]);
    assert_eq!(guest.call(134, [13, SCRATCH, 0, 8]), 0);
    assert_eq!(guest.call(nr::WRITE, [writer, SCRATCH, 1]), EPIPE);
}

#[test]
fn a_wait_for_oneself_is_an_error() {
    let (mut guest, _dir) = granted();
    let (reader, writer) = guest.pipe(NONBLOCK);
    assert_eq!(guest.call(nr::READ, [reader, SCRATCH, 1]), EAGAIN);
    assert_eq!(guest.call(FCNTL, [reader, 3, 0]), NONBLOCK as i64);
    assert_eq!(guest.call(FCNTL, [reader, 4, 0]), 0);
    assert_eq!(guest.call(nr::READ, [reader, SCRATCH, 1]), EDEADLK);
    let large = guest.call(nr::MMAP, [0, 1 << 20, 3, 0x22, u64::MAX, 0]) as u64;
    assert_eq!(guest.call(nr::WRITE, [writer, large, 1 << 20]), 1 << 16);
    assert_eq!(guest.call(nr::WRITE, [writer, large, 1]), EAGAIN);
    assert_eq!(guest.call(29, [writer, 0x5421, NOWHERE]), EFAULT);
    guest.put_words(SCRATCH, &[0]);
    assert_eq!(guest.call(29, [writer, 0x5421, SCRATCH]), 0);
    assert_eq!(guest.call(nr::WRITE, [writer, large, 1]), EDEADLK);
    assert_eq!(guest.call(nr::READ, [reader, large, 1 << 20]), 1 << 16);
}

#[test]
fn pipes_check_their_arguments() {
    let (mut guest, _dir) = granted();
    assert_eq!(guest.call(PIPE2, [SCRATCH, 1]), EINVAL);
    assert_eq!(guest.call(PIPE2, [NOWHERE, 0]), EFAULT);
    let (reader, writer) = guest.pipe(CLOEXEC);
    assert_eq!((reader, writer), (3, 4), "the last one left none behind");
    assert_eq!(guest.call(FCNTL, [writer, 1, 0]), 1);
    assert_eq!(guest.call(FCNTL, [writer, 3, 0]), 1);
    assert_eq!(guest.call(FCNTL, [reader, 1032, 0]), 1 << 16);
    assert_eq!(guest.call(FCNTL, [reader, 1031, 4096]), 1 << 16);
    assert_eq!(guest.call(FCNTL, [reader, 1031, 1 << 20]), EPERM);
    assert_eq!(guest.call(FCNTL, [1, 1032, 0]), EBADF);
    let mut made = 0;
    while guest.call(PIPE2, [SCRATCH, 0]) == 0 {
        made += 1;
    }
    assert_eq!(made, (256 - 5) / 2);
    assert_eq!(guest.call(PIPE2, [SCRATCH, 0]), EMFILE);
    assert_eq!(guest.call(436, [3, u64::MAX, 4]), 0);
    assert_eq!(guest.call(436, [4, 3, 0]), EINVAL);
    assert_eq!(guest.call(436, [3, u64::MAX, 0]), 0);
    assert_eq!(guest.pipe(0), (3, 4));
}
