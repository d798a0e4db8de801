//! Devices of the guest's own.

use rvjet::abi::Linux;

use crate::files::{CREAT, CWD, DIRECTORY, EXCL, RDWR, TRUNC, WRONLY};
use crate::guest::{Guest, NOWHERE, SCRATCH, errno::*, nr};

fn guest() -> Guest {
    Guest::new(Linux::new())
}

#[test]
fn nothing_is_read_from_null_and_all_is_written() {
    let mut guest = guest();
    let fd = guest.open("/dev/null", RDWR | CREAT | TRUNC);
    assert_eq!(guest.read(fd), "");
    assert_eq!(guest.call(nr::WRITE, [fd, SCRATCH, 1000]), 1000);
    assert_eq!(guest.call(nr::WRITE, [fd, NOWHERE, 1000]), EFAULT);
    assert_eq!(guest.call(62, [fd, 100, 0]), 0);
    assert_eq!(guest.call(nr::FSTAT, [fd, SCRATCH]), 0);
    assert_eq!(guest.word(SCRATCH + 16) as u32, 0o20666);
    assert_eq!(guest.word(SCRATCH + 32), 0x103);
    let reader = guest.open("/dev/../dev/null", 0);
    assert_eq!(guest.call(nr::WRITE, [reader, SCRATCH, 1]), EBADF);
    assert_eq!(
        guest.openat(CWD, "/dev/null", WRONLY | CREAT | EXCL),
        EEXIST
    );
    assert_eq!(guest.openat(CWD, "/dev/null", DIRECTORY), ENOTDIR);
    assert_eq!(guest.openat(CWD, "/dev/null/", 0), ENOTDIR);
    let path = guest.path("/dev/null");
    assert_eq!(guest.call(48, [CWD, path, 6]), 0);
    assert_eq!(guest.call(48, [CWD, path, 1]), EACCES);
    assert_eq!(guest.call(nr::NEWFSTATAT, [CWD, path, SCRATCH, 0]), 0);
}

#[test]
fn zeroes_have_no_end() {
    let mut guest = guest();
    let fd = guest.open("/dev/zero", 0);
    guest.put(SCRATCH, &[7; 100]);
    assert_eq!(guest.call(nr::READ, [fd, SCRATCH, 99]), 99);
    assert_eq!(guest.get(SCRATCH + 98, 2), [0, 7]);
    let addr = guest.call(nr::MMAP, [0, 0x1000, 3, 2, fd, 0]);
    assert_eq!(guest.get(addr as u64, 2), [0, 0]);
    let fd = guest.open("/dev/full", WRONLY);
    assert_eq!(guest.call(nr::WRITE, [fd, SCRATCH, 1]), ENOSPC);
}

#[test]
fn random_bytes_are_those_of_the_seed() {
    let bytes = |seed| {
        let mut guest = Guest::new(Linux::new().seed(seed));
        let fd = guest.open("/dev/urandom", 0);
        assert_eq!(guest.call(67, [fd, SCRATCH, 16, 5]), 16);
        guest.get(SCRATCH, 16)
    };
    assert_eq!(bytes(1), bytes(1));
    assert_ne!(bytes(1), bytes(2));
}

#[test]
fn the_hosts_devices_are_not_there_where_theirs_are() {
    let mut guest = Guest::new(Linux::new().dir("/dev", "/dev").unwrap());
    let fd = guest.open("/dev/null", 0);
    assert_eq!(guest.read(fd), "");
    assert!(guest.openat(CWD, "/dev/tty", 0) < 0);
}
