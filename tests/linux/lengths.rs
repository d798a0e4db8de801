//! How long files are.

use std::fs;

use crate::files::{DIRECTORY, RDWR, granted};
use crate::guest::{Guest, NOWHERE, SCRATCH, errno::*};

const FALLOCATE: u64 = 47;

#[test]
fn files_are_cut_by_name() {
    let (mut guest, dir) = granted();
    let truncate = |guest: &mut Guest, path: &str, len| {
        let path = guest.path(path);
        guest.call(45, [path, len])
    };
    assert_eq!(truncate(&mut guest, "/data/file", 3), 0);
    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"con");
    assert_eq!(truncate(&mut guest, "/data/file", u64::MAX), EINVAL);
    assert_eq!(truncate(&mut guest, "/data/sub", 0), EISDIR);
    assert_eq!(truncate(&mut guest, "/data/none", 0), ENOENT);
    assert_eq!(guest.call(45, [NOWHERE, 0]), EFAULT);
}

#[test]
fn room_is_made_and_given_back() {
    let (mut guest, dir) = granted();
    let fd = guest.open("/data/file", RDWR);
    assert_eq!(guest.call(FALLOCATE, [fd, 0, 5, 8195]), 0);
    let size = || fs::metadata(dir.path().join("file")).unwrap().len();
    assert_eq!(size(), 8200);
    assert_eq!(guest.call(FALLOCATE, [fd, 1, 0, 10000]), 0);
    assert_eq!(size(), 8200);
    assert_eq!(guest.call(FALLOCATE, [fd, 3, 0, 7]), 0);
    assert_eq!(guest.read(fd), "\0".repeat(4096));
    let reader = guest.open("/data/file", 0);
    let (writer, _) = guest.pipe(0);
    let max = i64::MAX as u64;
    let cases = [
        ([fd, 0, 0, 0], EINVAL),
        ([fd, 0, u64::MAX, 1], EINVAL),
        ([fd, 0, 0, u64::MAX], EINVAL),
        ([fd, 0, max, max], EFBIG),
        ([fd, 2, 0, 1], EOPNOTSUPP),
        ([reader, 0, 0, 1], EBADF),
        ([writer + 1, 0, 0, 1], ESPIPE),
        ([77, 0, 0, 1], EBADF),
    ];
    for (args, errno) in cases {
        assert_eq!(guest.call(FALLOCATE, args), errno, "{args:x?}");
    }
}

#[test]
fn what_is_written_down_is() {
    let (mut guest, _dir) = granted();
    let (file, dir) = (
        guest.open("/data/file", RDWR),
        guest.open("/data", DIRECTORY),
    );
    for number in [82, 83, 267] {
        assert_eq!(guest.call(number, [file]), 0);
        assert_eq!(guest.call(number, [dir]), 0);
        assert_eq!(guest.call(number, [77]), EBADF);
    }
    assert_eq!(guest.call(82, [1]), EINVAL);
    assert_eq!(guest.call(81, []), 0);
    assert_eq!(guest.call(223, [file, 0, 0, 2]), 0);
    assert_eq!(guest.call(223, [file, 0, 0, 6]), EINVAL);
    assert_eq!(guest.call(223, [1, 0, 0, 2]), ESPIPE);
}

#[test]
fn vectors_are_moved_at_an_offset() {
    let (mut guest, dir) = granted();
    let fd = guest.open("/data/file", RDWR);
    guest.put(SCRATCH + 0x100, b"XYZ");
    guest.put_words(SCRATCH, &[SCRATCH + 0x100, 1, SCRATCH + 0x101, 2]);
    assert_eq!(guest.call(70, [fd, SCRATCH, 2, 4, 0]), 3);
    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"contXYZ");
    assert_eq!(guest.call(69, [fd, SCRATCH, 2, 2, 0]), 3);
    assert_eq!(guest.get(SCRATCH + 0x100, 3), b"ntX");
    assert_eq!(guest.call(69, [fd, SCRATCH, 2, u64::MAX, 0]), EINVAL);
    assert_eq!(guest.call(69, [0, SCRATCH, 2, 0, 0]), ESPIPE);
    assert_eq!(guest.call(286, [fd, SCRATCH, 2, u64::MAX, 0, 0]), 3);
    assert_eq!(guest.call(286, [fd, SCRATCH, 2, u64::MAX, 0, 0]), 3);
    assert_eq!(guest.get(SCRATCH + 0x100, 3), b"tXY");
    assert_eq!(guest.call(287, [fd, SCRATCH, 2, 0, 0, 0]), 3);
    assert_eq!(guest.call(287, [fd, SCRATCH, 2, 0, 0, 1]), EOPNOTSUPP);
    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"tXYtXYZ");
}
