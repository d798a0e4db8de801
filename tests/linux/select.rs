//! Which files are ready.

use rvjet::abi::Linux;

use crate::files::granted;
use crate::guest::{Guest, NOWHERE, SCRATCH, errno::*, nr};

const PSELECT: u64 = 72;
const PPOLL: u64 = 73;
const READS: u64 = SCRATCH + 0x100;
const WRITES: u64 = SCRATCH + 0x200;
const TIME: u64 = SCRATCH + 0x300;

fn pollfd(fd: u64, events: u16) -> u64 {
    fd | u64::from(events) << 32
}

#[test]
fn pipes_are_ready_as_they_are_filled() {
    let (mut guest, _dir) = granted();
    let (reader, writer) = guest.pipe(0);
    let poll = |guest: &mut Guest| {
        guest.put_words(SCRATCH, &[pollfd(reader, 5), pollfd(writer, 5)]);
        guest.put_words(TIME, &[0, 0]);
        let ready = guest.call(PPOLL, [SCRATCH, 2, TIME, 0, 0]);
        let found = [0, 8].map(|at| guest.word(SCRATCH + at) >> 48);
        (ready, found)
    };
    assert_eq!(poll(&mut guest), (1, [0, 4]));
    guest.write(writer, "x");
    assert_eq!(poll(&mut guest), (2, [1, 4]));
    let large = guest.call(nr::MMAP, [0, 1 << 20, 3, 0x22, u64::MAX, 0]) as u64;
    guest.call(nr::WRITE, [writer, large, 1 << 20]);
    assert_eq!(poll(&mut guest), (1, [1, 0]));
    let copy = guest.call(23, [writer]) as u64;
    guest.call(nr::CLOSE, [writer]);
    guest.call(nr::CLOSE, [copy]);
    assert_eq!(poll(&mut guest), (2, [0x11, 0x20]));
    guest.call(nr::READ, [reader, large, 1 << 20]);
    assert_eq!(poll(&mut guest).1, [0x10, 0x20]);
}

#[test]
fn a_pipe_that_will_never_be_ready_is_not_waited_for() {
    let (mut guest, _dir) = granted();
    let (reader, writer) = guest.pipe(0);
    guest.put_words(SCRATCH, &[pollfd(reader, 1)]);
    assert_eq!(guest.call(PPOLL, [SCRATCH, 1, 0, 0, 0]), EDEADLK);
    guest.put_words(READS, &[1 << reader]);
    let wait = [reader + 1, READS, 0, 0, 0, 0];
    assert_eq!(guest.call(PSELECT, wait), EDEADLK);
    guest.put_words(TIME, &[5, 0]);
    let wait = [reader + 1, READS, 0, 0, TIME, 0];
    assert_eq!(guest.call(PSELECT, wait), 0);
    assert_eq!(guest.word(READS), 0);
    assert_eq!(guest.word(TIME), 0, "no time is left");
    guest.call(nr::CLOSE, [writer]);
    guest.put_words(READS, &[1 << reader]);
    let wait = [reader + 1, READS, 0, 0, 0, 0];
    assert_eq!(guest.call(PSELECT, wait), 1, "its end can be read");
}

#[test]
fn sets_are_answered() {
    let mut guest = Guest::new(Linux::new());
    guest.put_words(READS, &[0b0011, u64::MAX]);
    guest.put_words(WRITES, &[0b0111]);
    assert_eq!(guest.call(PSELECT, [3, READS, WRITES, 0, 0, 0]), 3);
    assert_eq!([guest.word(READS), guest.word(WRITES)], [0b001, 0b110]);
    assert_eq!(guest.word(READS + 8), u64::MAX, "beyond the count");
    guest.put_words(READS, &[0b1000]);
    assert_eq!(guest.call(PSELECT, [3, READS, 0, 0, 0, 0]), EDEADLK);
    guest.put_words(READS, &[0b1000]);
    assert_eq!(guest.call(PSELECT, [4, READS, 0, 0, 0, 0]), EBADF);
    let huge = 0x7fff_ffff;
    assert_eq!(guest.call(PSELECT, [u64::MAX, 0, 0, 0, 0, 0]), EINVAL);
    assert_eq!(guest.call(PSELECT, [huge, 0, NOWHERE, 0, 0, 0]), EFAULT);
    guest.put_words(READS, &[1, 0, 0, 0, 7]);
    assert_eq!(guest.call(PSELECT, [huge, READS, 0, 0, 0, 0]), 1);
    guest.put_words(SCRATCH, &[READS, 4]);
    assert_eq!(guest.call(PSELECT, [0, 0, 0, 0, 0, SCRATCH]), EINVAL);
    guest.put_words(TIME, &[3, 0]);
    assert_eq!(guest.call(PSELECT, [0, 0, 0, 0, TIME, 0]), 0);
    assert_eq!(guest.call(nr::CLOCK_GETTIME, [1, SCRATCH]), 0);
    assert_eq!(guest.word(SCRATCH), 3, "it slept");
}
