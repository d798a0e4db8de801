use rvjet::abi::Linux;

use crate::guest::{Guest, NOWHERE, SCRATCH, errno::*, nr};

const FUTEX: u64 = 98;
const PPOLL: u64 = 73;
const WAIT: u64 = 0;
const WAKE: u64 = 1;
const WAIT_BITSET: u64 = 9;
const PRIVATE: u64 = 128;

fn guest() -> Guest {
    Guest::new(Linux::new())
}

#[test]
fn a_wait_ends_with_its_time_or_not_at_all() {
    let mut guest = guest();
    guest.put_words(SCRATCH, &[5, 0, 7, 9]);
    let time = SCRATCH + 16;
    assert_eq!(guest.call(FUTEX, [SCRATCH, WAIT, 6, 0]), EAGAIN);
    assert_eq!(guest.call(FUTEX, [SCRATCH, WAIT, 5, time]), ETIMEDOUT);
    assert_eq!(guest.call(nr::CLOCK_GETTIME, [1, SCRATCH + 32]), 0);
    assert_eq!(guest.get(SCRATCH + 32, 16), guest.get(time, 16));
    guest.put_words(time, &[100, 0]);
    let until = [SCRATCH, WAIT_BITSET | PRIVATE, 5, time, 0, u64::MAX];
    assert_eq!(guest.call(FUTEX, until), ETIMEDOUT);
    assert_eq!(guest.call(nr::CLOCK_GETTIME, [1, SCRATCH + 32]), 0);
    assert_eq!(guest.word(SCRATCH + 32), 100);
    assert_eq!(guest.call(FUTEX, [SCRATCH, WAIT, 5, 0]), EDEADLK);
}

#[test]
fn a_wake_finds_no_one() {
    let mut guest = guest();
    assert_eq!(guest.call(FUTEX, [SCRATCH, WAKE, 1]), 0);
    assert_eq!(guest.call(FUTEX, [NOWHERE, WAKE | PRIVATE, 1]), 0);
    assert_eq!(guest.call(FUTEX, [SCRATCH + 2, WAKE, 1]), EINVAL);
    assert_eq!(guest.call(FUTEX, [SCRATCH + 2, WAIT, 0, 0]), EINVAL);
    assert_eq!(
        guest.call(FUTEX, [SCRATCH, WAIT_BITSET, 0, 0, 0, 0]),
        EINVAL
    );
    assert_eq!(guest.call(FUTEX, [SCRATCH, 6, 0, 0]), ENOSYS);
}

/// A `struct pollfd`.
fn pollfd(fd: i32, events: u16) -> u64 {
    u64::from(fd as u32) | u64::from(events) << 32
}

#[test]
fn open_files_are_ready() {
    let mut guest = guest();
    let fds = [
        pollfd(0, 5),
        pollfd(1, 5),
        pollfd(-1, 5),
        pollfd(9, 5),
        pollfd(2, 1),
    ];
    guest.put_words(SCRATCH, &fds);
    assert_eq!(guest.call(PPOLL, [SCRATCH, 5, 0, 0, 0]), 3);
    let found: Vec<u64> = (0..5)
        .map(|at| guest.word(SCRATCH + 8 * at) >> 48)
        .collect();
    assert_eq!(found, [1, 4, 0, 0x20, 0]);
}

#[test]
fn a_poll_of_nothing_sleeps() {
    let mut guest = guest();
    guest.put_words(SCRATCH, &[2, 0]);
    assert_eq!(guest.call(PPOLL, [0, 0, SCRATCH, 0, 0]), 0);
    assert_eq!(guest.call(nr::CLOCK_GETTIME, [1, SCRATCH]), 0);
    assert_eq!(guest.word(SCRATCH), 2);
    assert_eq!(guest.call(PPOLL, [0, 0, 0, 0, 0]), EDEADLK);
    assert_eq!(guest.call(PPOLL, [SCRATCH, 257, 0, 0, 0]), EINVAL);
    assert_eq!(guest.call(PPOLL, [SCRATCH, 0, 0, SCRATCH, 4]), EINVAL);
}
