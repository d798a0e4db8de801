//! What is known of files, and changed.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use rvjet::abi::Linux;

use crate::files::{CWD, DIRECTORY, granted};
use crate::guest::{Guest, NOWHERE, SCRATCH, errno::*};

const NOFOLLOW: u64 = 0x100;
const EMPTY_PATH: u64 = 0x1000;
const TIMES: u64 = SCRATCH + 0x2000;
const STATX: u64 = 291;

#[test]
fn permissions_are_those_of_the_file_without_more() {
    let (mut guest, dir) = granted();
    symlink("file", dir.path().join("link")).unwrap();
    let mode = || fs::metadata(dir.path().join("file")).unwrap().mode();
    let path = guest.path("/data/link");
    assert_eq!(guest.call(53, [CWD, path, 0o6711]), 0);
    assert_eq!(mode() & 0o7777, 0o711);
    assert_eq!(guest.call(452, [CWD, path, 0o600, NOFOLLOW]), EOPNOTSUPP);
    assert_eq!(guest.call(452, [CWD, path, 0o600, 1]), EINVAL);
    let fd = guest.open("/data/file", 0);
    assert_eq!(guest.call(52, [fd, 0o640]), 0);
    assert_eq!(mode() & 0o7777, 0o640);
    let empty = guest.path("");
    assert_eq!(guest.call(452, [fd, empty, 0o600, EMPTY_PATH]), 0);
    assert_eq!(mode() & 0o7777, 0o600);
    assert_eq!(guest.call(52, [77, 0]), EBADF);
    let path = guest.path("/data/none");
    assert_eq!(guest.call(53, [CWD, path, 0]), ENOENT);
}

#[test]
fn files_stay_the_guests() {
    let (mut guest, _dir) = granted();
    let path = guest.path("/data/file");
    let (same, kept, other) = (1000, u64::MAX, 0);
    assert_eq!(guest.call(54, [CWD, path, same, kept, 0]), 0);
    assert_eq!(guest.call(54, [CWD, path, same, other, 0]), EPERM);
    assert_eq!(guest.call(54, [CWD, path, same, kept, 2]), EINVAL);
    let fd = guest.open("/data/file", 0);
    assert_eq!(guest.call(55, [fd, kept, kept]), 0);
    assert_eq!(guest.call(55, [fd, other, kept]), EPERM);
    assert_eq!(guest.call(55, [77, kept, kept]), EBADF);
    let path = guest.path("/data/none");
    assert_eq!(guest.call(54, [CWD, path, same, same, 0]), ENOENT);
}

#[test]
fn times_are_set_on_the_host() {
    const NOW: u64 = (1 << 30) - 1;
    const OMIT: u64 = (1 << 30) - 2;
    let (mut guest, dir) = granted();
    symlink("file", dir.path().join("link")).unwrap();
    let times = |name: &str| {
        let found = fs::symlink_metadata(dir.path().join(name)).unwrap();
        (found.atime(), found.mtime(), found.mtime_nsec())
    };
    guest.put_words(TIMES, &[1000, 1, 2000, 2]);
    let path = guest.path("/data/link");
    assert_eq!(guest.call(88, [CWD, path, TIMES, 0]), 0);
    assert_eq!(times("file"), (1000, 2000, 2));
    guest.put_words(TIMES, &[3000, 0, 4000, 0]);
    assert_eq!(guest.call(88, [CWD, path, TIMES, NOFOLLOW]), 0);
    assert_eq!(times("link"), (3000, 4000, 0));
    assert_eq!(times("file"), (1000, 2000, 2));
    let fd = guest.open("/data/file", 0);
    guest.put_words(TIMES, &[0, OMIT, 0, NOW]);
    assert_eq!(guest.call(88, [fd, 0, TIMES, 0]), 0);
    assert_eq!(
        times("file"),
        (1000, 1_704_067_200, 0),
        "by the guest's clock"
    );
    assert_eq!(guest.call(88, [fd, 0, 0, 0]), 0);
    assert_eq!(times("file").0, 1_704_067_200);
    guest.put_words(TIMES, &[0, 1_000_000_000, 0, 0]);
    assert_eq!(guest.call(88, [fd, 0, TIMES, 0]), EINVAL);
    assert_eq!(guest.call(88, [fd, 0, NOWHERE, 0]), EFAULT);
    assert_eq!(guest.call(88, [CWD, 0, 0, 0]), EFAULT);
    assert_eq!(guest.call(88, [77, 0, 0, 0]), EBADF);
    let path = guest.path("/data/file/");
    assert_eq!(guest.call(88, [CWD, path, 0, NOFOLLOW]), ENOTDIR);
}

impl Guest {
    /// Mode, size, links and number that `statx` tells.
    fn statx(&mut self, fd: u64, path: &str, flags: u64) -> Result<[u64; 4], i64> {
        let path = self.path(path);
        match self.call(STATX, [fd, path, flags, 0x7ff, TIMES]) {
            0 => Ok([
                self.word(TIMES + 28) & 0xffff,
                self.word(TIMES + 40),
                self.word(TIMES + 16) & 0xffff_ffff,
                self.word(TIMES + 32),
            ]),
            errno => Err(errno),
        }
    }
}

#[test]
fn statx_tells_what_stat_does() {
    let (mut guest, dir) = granted();
    symlink("file", dir.path().join("link")).unwrap();
    let file = Ok([0o100_644, 7, 1, 1]);
    assert_eq!(guest.statx(CWD, "/data/link", 0), file);
    assert_eq!(
        guest.statx(CWD, "/data/link", NOFOLLOW),
        Ok([0o120_777, 4, 1, 2])
    );
    let fd = guest.open("/data/file", 0);
    assert_eq!(guest.statx(fd, "", EMPTY_PATH), file);
    assert_eq!(guest.statx(fd, "", 0), Err(ENOENT));
    assert_eq!(
        guest.statx(1, "", EMPTY_PATH).map(|found| found[0]),
        Ok(0o10_600)
    );
    assert_eq!(guest.statx(CWD, "/data/file", 0x6000), Err(EINVAL));
    assert_eq!(guest.statx(CWD, "/data/file", 1), Err(EINVAL));
    assert_eq!(guest.statx(CWD, "/data/file", 0x2000), file);
    let path = guest.path("/data/file");
    assert_eq!(guest.call(STATX, [CWD, path, 0, 1 << 31, TIMES]), EINVAL);
    assert_eq!(guest.call(STATX, [CWD, path, 0, 0, NOWHERE]), EFAULT);
    assert_eq!(guest.call(STATX, [0, 0, 0, 0x7ff, 0]), EFAULT);
}

#[test]
fn file_systems_are_all_alike() {
    let (mut guest, _dir) = granted();
    let path = guest.path("/data");
    assert_eq!(guest.call(43, [path, TIMES]), 0);
    let by_path = guest.get(TIMES, 120);
    let fd = guest.open("/data/sub", DIRECTORY);
    assert_eq!(guest.call(44, [fd, TIMES]), 0);
    assert_eq!(guest.get(TIMES, 120), by_path);
    assert_eq!(guest.word(TIMES), 0xef53);
    assert_eq!(guest.word(TIMES + 64), 255);
    let path = guest.path("/elsewhere");
    assert_eq!(guest.call(43, [path, TIMES]), ENOENT);
    assert_eq!(guest.call(44, [77, TIMES]), EBADF);
    assert_eq!(guest.call(44, [fd, NOWHERE]), EFAULT);
}

#[test]
fn there_are_no_extended_attributes() {
    let mut guest = Guest::new(Linux::new());
    for number in 5..=16 {
        assert_eq!(guest.call(number, [SCRATCH, SCRATCH, 0, 0]), EOPNOTSUPP);
    }
}
