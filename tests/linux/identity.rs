//! The process, and what it cannot become.

use rvjet::abi::Linux;

use crate::files::granted;
use crate::guest::{Guest, NOWHERE, SCRATCH, errno::*};

const ME: u64 = 1000;
const KEEP: u64 = u64::MAX;

fn guest() -> Guest {
    Guest::new(Linux::new().args(["/bin/a-program-of-some-length"]))
}

#[test]
fn it_is_nobody_else() {
    let mut guest = guest();
    for number in [144, 146] {
        assert_eq!(guest.call(number, [ME]), 0);
        assert_eq!(guest.call(number, [0]), EPERM);
    }
    for number in [143, 145, 147, 149] {
        assert_eq!(guest.call(number, [ME, KEEP, ME]), 0);
        assert_eq!(guest.call(number, [KEEP, 0, KEEP]), EPERM);
    }
    for number in [148, 150] {
        assert_eq!(guest.call(number, [SCRATCH, SCRATCH + 4, SCRATCH + 8]), 0);
        assert_eq!(guest.word(SCRATCH + 4), ME | ME << 32);
        assert_eq!(guest.call(number, [SCRATCH, NOWHERE, SCRATCH]), EFAULT);
    }
    assert_eq!(guest.call(158, [0, 0]), 1);
    assert_eq!(guest.call(158, [1, SCRATCH]), 1);
    assert_eq!(guest.call(158, [u64::MAX, SCRATCH]), EINVAL);
    for (number, who) in [(155, 0), (155, ME), (156, 0)] {
        assert_eq!(guest.call(number, [who]), ME as i64);
        assert_eq!(guest.call(number, [5]), ESRCH);
    }
    assert_eq!(guest.call(154, [0, 0]), EPERM);
    assert_eq!(guest.call(157, []), EPERM);
    assert_eq!(guest.call(260, [u64::MAX, 0, 0, 0]), ECHILD);
}

#[test]
fn its_thread_has_a_name() {
    let mut guest = guest();
    assert_eq!(guest.call(167, [16, SCRATCH]), 0);
    assert_eq!(guest.string(SCRATCH), "a-program-of-so");
    let name = guest.path("another name that is long");
    assert_eq!(guest.call(167, [15, name]), 0);
    assert_eq!(guest.call(167, [16, SCRATCH]), 0);
    assert_eq!(guest.string(SCRATCH), "another name th");
    assert_eq!(guest.call(167, [15, NOWHERE]), EFAULT);
    assert_eq!(guest.call(167, [0x5356_4d41, 0, 0, 0, 0]), EINVAL);
    assert_eq!(guest.call(167, [38, 1]), 0);
}

#[test]
fn it_is_scheduled_as_any_other() {
    let mut guest = guest();
    assert_eq!(guest.call(120, [0]), 0);
    assert_eq!(guest.call(121, [0, SCRATCH]), 0);
    assert_eq!(guest.word(SCRATCH) as u32, 0);
    guest.put_words(SCRATCH, &[1]);
    assert_eq!(guest.call(119, [0, 1, SCRATCH]), EPERM);
    assert_eq!(guest.call(119, [0, 0, SCRATCH]), EINVAL);
    assert_eq!(guest.call(122, [0, 8, SCRATCH]), 0);
    guest.put_words(SCRATCH, &[2]);
    assert_eq!(guest.call(122, [0, 8, SCRATCH]), EINVAL);
    assert_eq!(guest.call(122, [5, 8, SCRATCH]), ESRCH);
    assert_eq!(guest.call(125, [1]), 99);
    assert_eq!(guest.call(126, [0]), 0);
    assert_eq!(guest.call(126, [9]), EINVAL);
    assert_eq!(guest.call(141, [0, 0]), 20);
    assert_eq!(guest.call(140, [0, 0, 5]), 0);
    assert_eq!(guest.call(141, [0, 0]), 15);
    assert_eq!(guest.call(140, [0, 0, 0]), EACCES);
    assert_eq!(guest.call(140, [3, 0, 5]), EINVAL);
    assert_eq!(guest.call(141, [0, 5]), ESRCH);
}

#[test]
fn its_clocks_are_not_set() {
    let mut guest = guest();
    guest.put_words(SCRATCH, &[1, 0, 0, 0]);
    assert_eq!(guest.call(112, [0, SCRATCH]), EPERM);
    assert_eq!(guest.call(112, [1, SCRATCH]), EINVAL);
    assert_eq!(guest.call(112, [0, NOWHERE]), EFAULT);
    assert_eq!(guest.call(102, [0, SCRATCH]), 0);
    assert_eq!(guest.get(SCRATCH, 32), [0; 32]);
    assert_eq!(guest.call(103, [0, SCRATCH, SCRATCH]), 0);
    guest.put_words(SCRATCH, &[0, 0, 1, 0]);
    assert_eq!(guest.call(103, [0, SCRATCH, 0]), ENOSYS);
    assert_eq!(guest.call(103, [3, SCRATCH, 0]), EINVAL);
}

#[test]
fn it_has_no_privileges() {
    let mut guest = guest();
    guest.put_words(SCRATCH, &[0x2008_0522]);
    guest.put(SCRATCH + 8, &[7; 24]);
    assert_eq!(guest.call(90, [SCRATCH, SCRATCH + 8]), 0);
    assert_eq!(guest.get(SCRATCH + 8, 24), [0; 24]);
    guest.put_words(SCRATCH, &[1]);
    assert_eq!(guest.call(90, [SCRATCH, 0]), 0);
    assert_eq!(guest.word(SCRATCH), 0x2008_0522);
    guest.put_words(SCRATCH, &[1]);
    assert_eq!(guest.call(90, [SCRATCH, SCRATCH + 8]), EINVAL);
    assert_eq!(guest.call(92, [0xffff_ffff]), 0);
    assert_eq!(guest.call(92, [8]), EINVAL);
}

#[test]
fn it_reaches_no_network() {
    let (mut guest, _dir) = granted();
    for family in [1, 2, 10, 16] {
        assert_eq!(guest.call(198, [family, 1, 0]), EAFNOSUPPORT);
    }
    let fd = guest.open("/data/file", 0);
    for number in (200..=212).chain([242]) {
        assert_eq!(guest.call(number, [fd, SCRATCH, 16]), ENOTSOCK);
        assert_eq!(guest.call(number, [77, SCRATCH, 16]), EBADF);
    }
}
