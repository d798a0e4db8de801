use rvjet::abi::Linux;
use rvjet::machine::Exit;

use crate::guest::{Guest, SCRATCH, errno::*};

const SIGACTION: u64 = 134;
const SIGPROCMASK: u64 = 135;
const SIGALTSTACK: u64 = 132;
const KILL: u64 = 129;
const TKILL: u64 = 130;
const TGKILL: u64 = 131;

fn guest() -> Guest {
    Guest::new(Linux::new())
}

#[test]
fn actions_are_remembered() {
    let mut guest = guest();
    guest.put_words(SCRATCH, &[0x1234, 4, 1 << 5]);
    assert_eq!(guest.call(SIGACTION, [11, SCRATCH, SCRATCH + 64, 8]), 0);
    assert_eq!(guest.get(SCRATCH + 64, 24), [0; 24]);
    assert_eq!(guest.call(SIGACTION, [11, 0, SCRATCH + 64, 8]), 0);
    assert_eq!(guest.get(SCRATCH + 64, 24), guest.get(SCRATCH, 24));
    for number in [0, 9, 19, 65, u64::MAX] {
        assert_eq!(guest.call(SIGACTION, [number, SCRATCH, 0, 8]), EINVAL);
    }
    assert_eq!(guest.call(SIGACTION, [9, 0, SCRATCH, 8]), 0);
    assert_eq!(guest.call(SIGACTION, [11, 0, 0, 16]), EINVAL);
}

#[test]
fn the_mask_is_remembered_without_what_cannot_be_blocked() {
    let mut guest = guest();
    let mut mask = |how, set| {
        guest.put_words(SCRATCH, &[set]);
        assert_eq!(guest.call(SIGPROCMASK, [how, SCRATCH, 0, 8]), 0);
        assert_eq!(guest.call(SIGPROCMASK, [how, 0, SCRATCH + 8, 8]), 0);
        guest.word(SCRATCH + 8)
    };
    assert_eq!(mask(2, u64::MAX), !(1 << 8 | 1 << 18));
    assert_eq!(mask(2, 6), 6);
    assert_eq!(mask(0, 1), 7);
    assert_eq!(mask(1, 3), 4);
    assert_eq!(guest.call(SIGPROCMASK, [3, SCRATCH, 0, 8]), EINVAL);
    assert_eq!(guest.call(SIGPROCMASK, [0, SCRATCH, 0, 4]), EINVAL);
}

#[test]
fn the_alternate_stack_is_remembered() {
    let mut guest = guest();
    assert_eq!(guest.call(SIGALTSTACK, [0, SCRATCH]), 0);
    assert_eq!(guest.word(SCRATCH + 8), 2, "disabled");
    guest.put_words(SCRATCH, &[0x5000, 0, 8192]);
    assert_eq!(guest.call(SIGALTSTACK, [SCRATCH, 0]), 0);
    assert_eq!(guest.call(SIGALTSTACK, [0, SCRATCH + 64]), 0);
    assert_eq!(guest.get(SCRATCH + 64, 24), guest.get(SCRATCH, 24));
    guest.put_words(SCRATCH, &[0x5000, 0, 2047]);
    assert_eq!(guest.call(SIGALTSTACK, [SCRATCH, 0]), ENOMEM);
    guest.put_words(SCRATCH, &[0x5000, 8, 8192]);
    assert_eq!(guest.call(SIGALTSTACK, [SCRATCH, 0]), EINVAL);
}

#[test]
fn a_signal_to_itself_ends_the_process() {
    for (number, args) in [
        (KILL, [1000, 6, 0]),
        (KILL, [0, 6, 0]),
        (TKILL, [1000, 6, 0]),
        (TGKILL, [1000, 1000, 6]),
    ] {
        let exit = guest().try_call(number, args);
        assert_eq!(exit, Err(Exit::Exited { code: 134 }));
    }
}

#[test]
fn a_signal_may_do_nothing() {
    let mut guest = guest();
    for signal in [0, 17, 18, 23, 28] {
        assert_eq!(guest.call(KILL, [1000, signal]), 0);
    }
    guest.put_words(SCRATCH, &[1, 0, 0]);
    guest.call(SIGACTION, [13, SCRATCH, 0, 8]);
    assert_eq!(guest.call(KILL, [1000, 13]), 0, "ignored");
    guest.put_words(SCRATCH, &[0x10000, 0, 0]);
    guest.call(SIGACTION, [10, SCRATCH, 0, 8]);
    assert_eq!(guest.call(KILL, [1000, 10]), ENOSYS, "handled");
}

#[test]
fn signals_reach_no_one_else() {
    let mut guest = guest();
    assert_eq!(guest.call(KILL, [1, 6]), ESRCH);
    assert_eq!(guest.call(TKILL, [1, 6]), ESRCH);
    assert_eq!(guest.call(TGKILL, [1000, 1, 6]), ESRCH);
    assert_eq!(guest.call(TGKILL, [0, 1000, 6]), EINVAL);
    assert_eq!(guest.call(KILL, [1000, 65]), EINVAL);
    assert_eq!(guest.call(KILL, [1 << 31, 9]), ESRCH);
}
