//! Locks on files.

use crate::files::{DIRECTORY, RDWR, WRONLY, granted};
use crate::guest::{NOWHERE, SCRATCH, errno::*, nr};

const FCNTL: u64 = 25;
const GET: u64 = 5;
const SET: u64 = 6;
const SET_AND_WAIT: u64 = 7;
const FLOCK: u64 = 32;

const READ: u64 = 0;
const WRITE: u64 = 1;
const NONE: u64 = 2;

#[test]
fn a_process_is_not_in_its_own_way() {
    let (mut guest, _dir) = granted();
    let [a, b] = [RDWR, RDWR].map(|flags| guest.open("/data/file", flags));
    for (fd, kind) in [(a, WRITE), (b, WRITE), (a, READ), (b, NONE)] {
        guest.put_words(SCRATCH, &[kind, 0x4000_0000, 510, 99]);
        assert_eq!(guest.call(FCNTL, [fd, SET, SCRATCH]), 0);
        assert_eq!(guest.call(FCNTL, [fd, SET_AND_WAIT, SCRATCH]), 0);
    }
    guest.put_words(SCRATCH, &[WRITE, 0, 0, 99]);
    assert_eq!(guest.call(FCNTL, [b, GET, SCRATCH]), 0);
    assert_eq!(guest.get(SCRATCH, 2), [NONE as u8, 0]);
    assert_eq!(guest.word(SCRATCH + 24), 99, "the rest is as it was");
}

#[test]
fn locks_are_checked() {
    let (mut guest, _dir) = granted();
    let reader = guest.open("/data/file", 0);
    let writer = guest.open("/data/file", WRONLY);
    let max = i64::MAX as u64;
    let minus = |n: i64| -n as u64;
    let cases = [
        (reader, [WRITE, 0, 0, 0], EBADF),
        (writer, [READ, 0, 0, 0], EBADF),
        (writer, [NONE, 0, 0, 0], 0),
        (writer, [3, 0, 0, 0], EINVAL),
        (writer, [WRITE | 3 << 16, 0, 0, 0], EINVAL),
        (writer, [WRITE, minus(1), 0, 0], EINVAL),
        (writer, [WRITE, 5, minus(6), 0], EINVAL),
        (writer, [WRITE, 5, minus(5), 0], 0),
        (writer, [WRITE, max, 1, 0], EOVERFLOW),
        (writer, [WRITE | 2 << 16, minus(1), 1, 0], 0),
    ];
    for (fd, lock, errno) in cases {
        guest.put_words(SCRATCH, &lock);
        assert_eq!(guest.call(FCNTL, [fd, SET, SCRATCH]), errno, "{lock:?}");
    }
    guest.put_words(SCRATCH, &[NONE, 0, 0, 0]);
    assert_eq!(guest.call(FCNTL, [writer, GET, SCRATCH]), EINVAL);
    assert_eq!(guest.call(FCNTL, [writer, SET, NOWHERE]), EFAULT);
    assert_eq!(guest.call(FCNTL, [77, SET, SCRATCH]), EBADF);
}

#[test]
fn an_open_file_may_be_in_the_way_of_another() {
    let (mut guest, _dir) = granted();
    let [a, b] = [0, 0].map(|flags| guest.open("/data/file", flags));
    let copy = guest.call(23, [a]) as u64;
    let mut flock = |fd, operation| guest.call(FLOCK, [fd, operation]);
    assert_eq!(flock(a, 2), 0);
    assert_eq!(flock(copy, 2), 0, "the same open file");
    assert_eq!(flock(b, 2 | 4), EAGAIN);
    assert_eq!(flock(b, 1 | 4), EAGAIN);
    assert_eq!(flock(b, 1), EDEADLK, "rather than for ever");
    assert_eq!(flock(a, 8), 0);
    assert_eq!(flock(b, 1), 0);
    assert_eq!(flock(a, 1), 0);
    assert_eq!(flock(a, 2 | 4), EAGAIN);
    assert_eq!(flock(a, 3), EINVAL);
    assert_eq!(flock(77, 1), EBADF);
    assert_eq!(guest.call(nr::CLOSE, [b]), 0);
    assert_eq!(guest.call(FLOCK, [a, 2 | 4]), 0);
    let dir = guest.open("/data", DIRECTORY);
    assert_eq!(guest.call(FLOCK, [dir, 2]), 0);
    assert_eq!(guest.call(FLOCK, [1, 2]), 0);
}
