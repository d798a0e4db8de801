use std::time::{Duration, Instant};

use rvjet::abi::Linux;

use crate::guest::{Guest, SCRATCH, errno::*, nr};

const EPOCH: u64 = 1_704_067_200;
const NANOSLEEP: u64 = 101;
const CLOCK_GETRES: u64 = 114;
const CLOCK_NANOSLEEP: u64 = 115;

fn guest() -> Guest {
    Guest::new(Linux::new())
}

impl Guest {
    #[track_caller]
    fn clock(&mut self, clock: u64) -> (u64, u64) {
        assert_eq!(self.call(nr::CLOCK_GETTIME, [clock, SCRATCH]), 0);
        (self.word(SCRATCH), self.word(SCRATCH + 8))
    }
}

#[test]
fn clocks_count_instructions() {
    let mut guest = guest();
    guest.hart.state.insns = 3_000_000_007;
    assert_eq!(guest.clock(1), (3, 7));
    assert_eq!(guest.clock(0), (EPOCH + 3, 7));
    assert_eq!(guest.clock(2), (3, 7));
    assert_eq!(guest.call(nr::CLOCK_GETTIME, [10, SCRATCH]), EINVAL);
    assert_eq!(guest.call(169, [SCRATCH, 0]), 0);
    assert_eq!(guest.word(SCRATCH), EPOCH + 3);
    assert_eq!(guest.call(153, [SCRATCH]), 300);
    assert_eq!(guest.word(SCRATCH), 300);
    guest.hart.state.insns = u64::MAX;
    guest.clock(0);
    assert_eq!(guest.call(CLOCK_GETRES, [1, SCRATCH]), 0);
    assert_eq!(guest.word(SCRATCH + 8), 1);
    assert_eq!(guest.call(CLOCK_GETRES, [1, 0]), 0);
    assert_eq!(guest.call(CLOCK_GETRES, [99, 0]), EINVAL);
    assert_eq!(guest.call(179, [SCRATCH]), 0);
}

#[test]
fn sleep_passes_at_once_and_shows_on_the_clocks() {
    let mut guest = guest();
    guest.put_words(SCRATCH, &[1000, 5]);
    let start = Instant::now();
    assert_eq!(guest.call(NANOSLEEP, [SCRATCH, 0]), 0);
    assert!(start.elapsed() < Duration::from_secs(100));
    assert_eq!(guest.clock(1), (1000, 5));
    assert_eq!(guest.clock(0), (EPOCH + 1000, 5));
    assert_eq!(guest.clock(2), (0, 0));
    guest.put_words(SCRATCH, &[EPOCH + 2000, 0]);
    assert_eq!(guest.call(CLOCK_NANOSLEEP, [0, 1, SCRATCH, 0]), 0);
    assert_eq!(guest.clock(1), (2000, 0));
    guest.put_words(SCRATCH, &[1, 0]);
    assert_eq!(guest.call(CLOCK_NANOSLEEP, [1, 1, SCRATCH, 0]), 0);
    assert_eq!(guest.clock(1), (2000, 0), "that time is over");
    guest.put_words(SCRATCH, &[i64::MAX as u64, 0]);
    assert_eq!(guest.call(NANOSLEEP, [SCRATCH, 0]), 0);
    assert_eq!(guest.call(NANOSLEEP, [SCRATCH, 0]), 0);
}

#[test]
fn sleep_checks_its_arguments() {
    let mut guest = guest();
    for time in [[0, 1_000_000_000], [u64::MAX, 0], [0, u64::MAX]] {
        guest.put_words(SCRATCH, &time);
        assert_eq!(guest.call(NANOSLEEP, [SCRATCH, 0]), EINVAL);
    }
    guest.put_words(SCRATCH, &[0, 0]);
    assert_eq!(guest.call(CLOCK_NANOSLEEP, [77, 0, SCRATCH]), EINVAL);
    assert_eq!(guest.call(CLOCK_NANOSLEEP, [5, 0, SCRATCH]), -95);
}

#[test]
fn host_time_is_the_hosts() {
    let mut guest = Guest::new(Linux::new().host_time());
    let before = guest.clock(1);
    guest.put_words(SCRATCH, &[0, 20_000_000]);
    assert_eq!(guest.call(NANOSLEEP, [SCRATCH, 0]), 0);
    let after = guest.clock(1);
    assert!(after >= (before.0, before.1 + 20_000_000));
    assert!(guest.clock(0).0 > EPOCH);
}
