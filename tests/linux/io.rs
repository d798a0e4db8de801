use std::io::{self, Read, Write};

use rvjet::abi::linux::Capture;
use rvjet::abi::{Flow, Linux};
use rvjet::isa::Reg;
use rvjet::machine::Exit;

use crate::guest::{Guest, NOWHERE, READ_ONLY, SCRATCH, SCRATCH_END, WINDOW, errno::*, nr};

fn reading(input: &'static [u8]) -> Guest {
    Guest::new(Linux::new().stdin(input).stdout(io::sink()))
}

#[test]
fn bytes_go_to_the_stream_they_are_written_to() {
    let (out, err) = (Capture::new(), Capture::new());
    let mut guest = Guest::new(Linux::new().stdout(out.clone()).stderr(err.clone()));
    guest.put(SCRATCH, b"hello");
    assert_eq!(guest.call(nr::WRITE, [1, SCRATCH, 5]), 5);
    assert_eq!(guest.call(nr::WRITE, [2, SCRATCH, 4]), 4);
    assert_eq!((out.text(), err.text()), ("hello".into(), "hell".into()));
}

#[test]
fn a_write_that_is_readable_in_part_writes_that_part() {
    let (mut guest, out) = Guest::captured();
    guest.put(SCRATCH_END - 3, b"end");
    assert_eq!(guest.call(nr::WRITE, [1, SCRATCH_END - 3, 100]), 3);
    assert_eq!(out.text(), "end");
    assert_eq!(guest.call(nr::WRITE, [1, NOWHERE, 1]), EFAULT);
    for addr in [u64::MAX, WINDOW, 1 << 63] {
        assert_eq!(guest.call(nr::WRITE, [1, addr, 100]), EFAULT);
    }
}

#[test]
fn descriptors_are_checked_before_buffers() {
    let mut guest = reading(b"");
    for fd in [3, 255, 256, 1 << 31, u64::MAX] {
        assert_eq!(guest.call(nr::WRITE, [fd, NOWHERE, 1]), EBADF);
        assert_eq!(guest.call(nr::READ, [fd, NOWHERE, 1]), EBADF);
        assert_eq!(guest.call(nr::WRITEV, [fd, NOWHERE, 1]), EBADF);
    }
    assert_eq!(guest.call(nr::WRITE, [0, NOWHERE, 0]), EBADF);
    assert_eq!(guest.call(nr::READ, [1, NOWHERE, 0]), EBADF);
    assert_eq!(guest.call(nr::WRITE, [1, NOWHERE, 0]), 0);
    assert_eq!(guest.call(nr::READ, [0, NOWHERE, 0]), 0);
    assert_eq!(guest.call(nr::WRITE, [1, SCRATCH, u64::MAX]), EINVAL);
    let upper_half = 1 << 32 | 1;
    assert_eq!(guest.call(nr::WRITE, [upper_half, SCRATCH, 1]), 1);
}

#[test]
fn input_is_read_up_to_its_end() {
    let mut guest = reading(b"input");
    assert_eq!(guest.call(nr::READ, [0, SCRATCH, 3]), 3);
    assert_eq!(guest.call(nr::READ, [0, SCRATCH + 3, 100]), 2);
    assert_eq!(guest.call(nr::READ, [0, SCRATCH, 100]), 0);
    assert_eq!(guest.get(SCRATCH, 5), b"input");
}

#[test]
fn a_read_fills_what_may_be_written() {
    let mut guest = reading(b"input");
    assert_eq!(guest.call(nr::READ, [0, READ_ONLY, 1]), EFAULT);
    assert_eq!(guest.call(nr::READ, [0, NOWHERE, 1]), EFAULT);
    assert_eq!(guest.call(nr::READ, [0, SCRATCH_END - 2, 5]), 2);
    assert_eq!(guest.get(SCRATCH_END - 2, 2), b"in");
}

#[test]
fn vectors_stop_at_the_first_fault_with_what_was_done() {
    let (mut guest, out) = Guest::captured();
    guest.put(SCRATCH, b"abcdef");
    let vector = [
        SCRATCH,
        2,
        SCRATCH,
        0,
        SCRATCH + 4,
        2,
        NOWHERE,
        1,
        SCRATCH,
        1,
    ];
    guest.put_words(SCRATCH + 0x100, &vector);
    assert_eq!(guest.call(nr::WRITEV, [1, SCRATCH + 0x100, 5]), 4);
    assert_eq!(out.text(), "abef");
    assert_eq!(guest.call(nr::WRITEV, [1, SCRATCH + 0x130, 1]), EFAULT);
    assert_eq!(guest.call(nr::WRITEV, [1, SCRATCH + 0x110, 1]), 0);
    assert_eq!(guest.call(nr::WRITEV, [1, NOWHERE, 0]), 0);
}

#[test]
fn vectors_are_checked_before_anything_is_written() {
    let (mut guest, out) = Guest::captured();
    guest.put_words(SCRATCH_END - 16, &[SCRATCH, 2]);
    assert_eq!(guest.call(nr::WRITEV, [1, SCRATCH_END - 16, 2]), EFAULT);
    guest.put_words(SCRATCH, &[SCRATCH, 2, SCRATCH, 1 << 63]);
    assert_eq!(guest.call(nr::WRITEV, [1, SCRATCH, 2]), EINVAL);
    assert_eq!(guest.call(nr::WRITEV, [1, SCRATCH, 1025]), EINVAL);
    assert_eq!(guest.call(nr::WRITEV, [1, SCRATCH, u64::MAX]), EINVAL);
    assert_eq!(guest.call(nr::WRITEV, [1, u64::MAX - 7, 2]), EFAULT);
    assert_eq!(out.text(), "");
}

#[test]
fn a_vector_of_reads_stops_at_the_end_of_the_input() {
    let mut guest = reading(b"input");
    guest.put_words(
        SCRATCH,
        &[SCRATCH + 0x100, 4, SCRATCH + 0x200, 4, NOWHERE, 1],
    );
    assert_eq!(guest.call(nr::READV, [0, SCRATCH, 3]), 5);
    assert_eq!(guest.get(SCRATCH + 0x100, 4), b"inpu");
    assert_eq!(guest.get(SCRATCH + 0x200, 2), b"t\0");
}

#[test]
fn a_buffer_over_the_memory_limit_ends_the_run() {
    let mut guest = Guest::with_limit(Linux::new().stdout(io::sink()), 1 << 20);
    let addr = guest.call(nr::MMAP, [0, 4 << 20, 3, 0x22, u64::MAX, 0]) as u64;
    let exit = guest.try_call(nr::WRITE, [1, addr, 4 << 20]);
    assert_eq!(exit, Err(Exit::MemoryLimit { limit: 1 << 20 }));
}

/// Gives or takes a byte at a time, now and then interrupted.
struct Trickle(Vec<u8>, bool);

impl Read for Trickle {
    fn read(&mut self, place: &mut [u8]) -> io::Result<usize> {
        self.0.as_slice().read(&mut place[..1])
    }
}

impl Write for Trickle {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1 = !self.1;
        match self.1 {
            true => Err(io::ErrorKind::Interrupted.into()),
            false => Ok(bytes.len().min(1)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn writes_are_completed_and_reads_are_not() {
    let trickle = || Trickle(vec![b'x'; 3], false);
    let mut guest = Guest::new(Linux::new().stdin(trickle()).stdout(trickle()));
    assert_eq!(guest.call(nr::WRITE, [1, SCRATCH, 10]), 10);
    assert_eq!(guest.call(nr::READ, [0, SCRATCH, 10]), 1);
}

/// Fails as a pipe without a reader, after some bytes.
struct Broken(usize);

impl Write for Broken {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(self.0);
        self.0 -= count;
        match count {
            0 => Err(io::ErrorKind::BrokenPipe.into()),
            _ => Ok(count),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A guest whose output is not read beyond some bytes.
fn unread(bytes: usize) -> Guest {
    Guest::new(Linux::new().stdout(Broken(bytes)).stderr(Broken(bytes)))
}

#[test]
fn a_broken_pipe_ends_the_run() {
    for (fd, bytes) in [(1, 0), (2, 0), (1, 3)] {
        let mut guest = unread(bytes);
        let state = guest.hart.state.clone();
        let exit = guest.try_call(nr::WRITE, [fd, SCRATCH, 10]);
        assert_eq!(exit, Err(Exit::BrokenPipe));
        assert_eq!(guest.hart.state.pc, state.pc);
        assert_eq!(guest.hart.state.reg(Reg::A0), fd, "as before the call");
        guest.put_words(SCRATCH + 0x100, &[SCRATCH, 1, SCRATCH, 5]);
        let exit = guest.try_call(nr::WRITEV, [fd, SCRATCH + 0x100, 2]);
        assert_eq!(exit, Err(Exit::BrokenPipe));
    }
    assert_eq!(unread(0).call(nr::WRITE, [1, SCRATCH, 0]), 0);
}

#[test]
fn a_broken_pipe_is_an_error_of_the_guest_that_wants_it() {
    const SIGPIPE: u64 = 13;
    let act = |guest: &mut Guest, handler| {
        guest.put_words(SCRATCH, &[handler, 0, 0]);
        assert_eq!(guest.call(134, [SIGPIPE, SCRATCH, 0, 8]), 0);
    };
    let block = |guest: &mut Guest, how| {
        guest.put_words(SCRATCH, &[1 << (SIGPIPE - 1)]);
        assert_eq!(guest.call(135, [how, SCRATCH, 0, 8]), 0);
    };
    // Ignored.
    let mut guest = unread(3);
    act(&mut guest, 1);
    assert_eq!(guest.call(nr::WRITE, [1, SCRATCH, 10]), 3);
    assert_eq!(guest.call(nr::WRITE, [1, SCRATCH, 10]), EPIPE);
    act(&mut guest, 0);
    let exit = guest.try_call(nr::WRITE, [1, SCRATCH, 10]);
    assert_eq!(exit, Err(Exit::BrokenPipe));
    // Blocked: it comes later.
    let mut guest = unread(0);
    block(&mut guest, 0);
    assert_eq!(guest.call(nr::WRITE, [1, SCRATCH, 10]), EPIPE);
    guest.put_words(SCRATCH, &[1 << (SIGPIPE - 1)]);
    let exit = guest.try_call(135, [1, SCRATCH, 0, 8]);
    let code = 128 + SIGPIPE as i32;
    assert_eq!(exit, Err(Exit::Exited { code }));
    // Handled: the handler is called, and the error is there when it returns.
    let mut guest = unread(0);
    act(&mut guest, 0x10000);
    let flow = guest.flow(nr::WRITE, [1, SCRATCH, 10]);
    assert_eq!(flow, Ok(Flow::Jump(0x10000)));
    assert_eq!(guest.hart.state.reg(Reg::A0), SIGPIPE);
    let saved = guest.hart.state.reg(Reg::SP) + 128 + 176 + 80;
    assert_eq!(guest.word(saved) as i64, EPIPE);
}

#[test]
fn a_full_disk_is_an_error_of_the_guest() {
    let mut guest = Guest::new(Linux::new().stdout(Capture::limited(0)));
    assert_eq!(guest.call(nr::WRITE, [1, SCRATCH, 10]), ENOSPC);
}

#[test]
fn exit_ends_the_run_with_the_code_as_given() {
    let mut guest = reading(b"");
    for (given, code) in [(0, 0), (300, 300), (u64::MAX, -1), (1 << 32, 0)] {
        let exit = guest.try_call(nr::EXIT, [given]);
        assert_eq!(exit, Err(Exit::Exited { code }));
        assert_eq!(guest.try_call(94, [given]), Err(Exit::Exited { code }));
    }
}
