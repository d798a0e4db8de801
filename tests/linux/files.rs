use std::fs;

use rvjet::abi::Linux;
use tempfile::TempDir;

use crate::guest::{Guest, NOWHERE, SCRATCH, errno::*, nr};

pub const CWD: u64 = -100i64 as u64;
pub const WRONLY: u64 = 1;
pub const RDWR: u64 = 2;
pub const CREAT: u64 = 0o100;
pub const EXCL: u64 = 0o200;
pub const TRUNC: u64 = 0o1000;
pub const APPEND: u64 = 0o2000;
pub const DIRECTORY: u64 = 0o200_000;
const CLOEXEC: u64 = 0o2_000_000;
const BUFFER: u64 = SCRATCH + 0x4000;

impl Guest {
    pub fn openat(&mut self, fd: u64, path: &str, flags: u64) -> i64 {
        let path = self.path(path);
        self.call(nr::OPENAT, [fd, path, flags, 0o644])
    }

    #[track_caller]
    pub fn open(&mut self, path: &str, flags: u64) -> u64 {
        u64::try_from(self.openat(CWD, path, flags)).unwrap()
    }

    /// What a read of `fd` gives.
    #[track_caller]
    pub fn read(&mut self, fd: u64) -> String {
        let count = self.call(nr::READ, [fd, BUFFER, 0x1000]);
        let bytes = self.get(BUFFER, u64::try_from(count).unwrap());
        String::from_utf8(bytes).unwrap()
    }

    #[track_caller]
    pub fn write(&mut self, fd: u64, text: &str) {
        self.put(BUFFER, text.as_bytes());
        let count = self.call(nr::WRITE, [fd, BUFFER, text.len() as u64]);
        assert_eq!(count, text.len() as i64);
    }
}

/// A guest to which a directory with the file `file` is granted as `/data`.
pub fn granted() -> (Guest, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "content").unwrap();
    fs::create_dir(dir.path().join("sub")).unwrap();
    let linux = Linux::new()
        .args(["prog"])
        .dir(dir.path(), "/data")
        .unwrap();
    (Guest::new(linux), dir)
}

#[test]
fn a_file_is_read() {
    let (mut guest, _dir) = granted();
    let fd = guest.open("/data/file", 0);
    assert_eq!(fd, 3);
    assert_eq!(guest.read(fd), "content");
    assert_eq!(guest.read(fd), "");
    assert_eq!(guest.call(nr::WRITE, [fd, SCRATCH, 1]), EBADF);
    assert_eq!(guest.call(nr::CLOSE, [fd]), 0);
    assert_eq!(guest.call(nr::READ, [fd, SCRATCH, 1]), EBADF);
    assert_eq!(guest.call(nr::CLOSE, [fd]), EBADF);
}

#[test]
fn files_are_made_and_written() {
    let (mut guest, dir) = granted();
    let fd = guest.open("/data/new", WRONLY | CREAT | EXCL);
    guest.write(fd, "hello");
    assert_eq!(guest.call(nr::READ, [fd, SCRATCH, 1]), EBADF);
    let new = dir.path().join("new");
    assert_eq!(fs::read_to_string(&new).unwrap(), "hello");
    assert_eq!(
        guest.openat(CWD, "/data/new", WRONLY | CREAT | EXCL),
        EEXIST
    );
    let fd = guest.open("/data/new", WRONLY | APPEND);
    guest.write(fd, " world");
    assert_eq!(fs::read_to_string(&new).unwrap(), "hello world");
    let fd = guest.open("/data/new", RDWR | TRUNC | APPEND | CREAT);
    assert_eq!(fs::read_to_string(&new).unwrap(), "");
    guest.write(fd, "abc");
    assert_eq!(guest.call(46, [fd, 1]), 0);
    assert_eq!(fs::read_to_string(&new).unwrap(), "a");
    guest.open("/data/empty", CREAT);
    assert!(dir.path().join("empty").exists());
}

#[test]
fn opening_checks_its_arguments() {
    let (mut guest, _dir) = granted();
    let cases = [
        ("/data/none", 0, ENOENT),
        ("", 0, ENOENT),
        ("/data/file", DIRECTORY, ENOTDIR),
        ("/data/file/", 0, ENOTDIR),
        ("/data/file/x", 0, ENOTDIR),
        ("/data/sub", WRONLY, EISDIR),
        ("/data/file", 3, EINVAL),
        ("/data/sub", 0o20_000_000 | DIRECTORY | RDWR, -95),
    ];
    for (path, flags, errno) in cases {
        assert_eq!(guest.openat(CWD, path, flags), errno, "{path}");
    }
    let long = "x".repeat(300);
    assert_eq!(guest.openat(CWD, &format!("/data/{long}"), 0), ENAMETOOLONG);
    let long = "x/".repeat(2048);
    assert_eq!(guest.openat(CWD, &long, 0), ENAMETOOLONG);
}

#[test]
fn seeking_moves_within_files_alone() {
    let (mut guest, _dir) = granted();
    let fd = guest.open("/data/file", RDWR);
    let mut seek = |offset: i64, whence| guest.call(62, [fd, offset as u64, whence]);
    assert_eq!(seek(3, 0), 3);
    assert_eq!(seek(1, 1), 4);
    assert_eq!(seek(-2, 2), 5);
    assert_eq!(seek(100, 0), 100);
    assert_eq!(seek(-1, 0), EINVAL);
    assert_eq!(seek(-200, 1), EINVAL);
    assert_eq!(seek(0, 7), EINVAL);
    assert_eq!(guest.call(62, [1, 0, 0]), ESPIPE);
    assert_eq!(guest.call(62, [77, 0, 0]), EBADF);
}

#[test]
fn reads_and_writes_at_an_offset_leave_the_file_where_it_is() {
    let (mut guest, dir) = granted();
    let fd = guest.open("/data/file", RDWR);
    guest.put(SCRATCH, b"XY");
    assert_eq!(guest.call(68, [fd, SCRATCH, 2, 5]), 2);
    assert_eq!(guest.call(67, [fd, SCRATCH, 10, 4]), 3);
    assert_eq!(guest.get(SCRATCH, 3), b"eXY");
    assert_eq!(guest.read(fd), "conteXY");
    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"conteXY");
    assert_eq!(guest.call(67, [fd, SCRATCH, 1, u64::MAX]), EINVAL);
    assert_eq!(guest.call(67, [0, SCRATCH, 1, 0]), ESPIPE);
    assert_eq!(guest.call(67, [fd, NOWHERE, 1, 0]), EFAULT);
}

#[test]
fn a_large_file_is_moved_by_one_call() {
    let (mut guest, dir) = granted();
    let content: Vec<u8> = (0..3_000_000u32).map(|n| (n >> 8) as u8).collect();
    fs::write(dir.path().join("large"), &content).unwrap();
    let fd = guest.open("/data/large", 0);
    let place = guest.call(nr::MMAP, [0, 4 << 20, 3, 0x22, u64::MAX, 0]) as u64;
    assert_eq!(guest.call(nr::READ, [fd, place, 4 << 20]), 3_000_000);
    assert_eq!(guest.get(place, 3_000_000), content);
    let fd = guest.open("/data/copy", WRONLY | CREAT);
    assert_eq!(guest.call(nr::WRITE, [fd, place, 3_000_000]), 3_000_000);
    assert_eq!(fs::read(dir.path().join("copy")).unwrap(), content);
}

#[test]
fn duplicates_share_the_offset() {
    let (mut guest, _dir) = granted();
    let fd = guest.open("/data/file", 0);
    let copy = guest.call(23, [fd]) as u64;
    assert_eq!(copy, 4);
    guest.call(nr::READ, [fd, SCRATCH, 3]);
    assert_eq!(guest.read(copy), "tent");
    assert_eq!(guest.call(24, [fd, 1, 0]), 1, "in place of standard output");
    assert_eq!(guest.call(nr::WRITE, [1, SCRATCH, 1]), EBADF);
    assert_eq!(guest.call(24, [fd, fd, 0]), EINVAL);
    assert_eq!(guest.call(24, [fd, 5, 1]), EINVAL);
    assert_eq!(guest.call(24, [77, 5, 0]), EBADF);
    assert_eq!(guest.call(24, [fd, 256, 0]), EBADF);
    assert_eq!(guest.call(24, [fd, u64::MAX, 0]), EBADF);
    assert_eq!(guest.call(24, [fd, 200, CLOEXEC]), 200);
    assert_eq!(guest.call(25, [200, 1, 0]), 1);
}

#[test]
fn the_flags_of_a_descriptor_can_be_asked_and_set() {
    let (mut guest, dir) = granted();
    let fd = guest.open("/data/file", RDWR | CLOEXEC);
    let mut fcntl = |command, arg| guest.call(25, [fd, command, arg]);
    assert_eq!(fcntl(1, 0), 1);
    assert_eq!(fcntl(2, 0), 0);
    assert_eq!(fcntl(1, 0), 0);
    assert_eq!(fcntl(3, 0), 0o100_002);
    assert_eq!(fcntl(4, APPEND), 0);
    assert_eq!(fcntl(3, 0), 0o102_002);
    assert_eq!(fcntl(0, 100), 100);
    assert_eq!(fcntl(1030, 100), 101);
    assert_eq!(fcntl(0, 256), EINVAL);
    assert_eq!(fcntl(0, u64::MAX), EINVAL);
    assert_eq!(fcntl(99, 0), EINVAL);
    guest.write(fd, "!");
    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"content!");
    assert_eq!(guest.call(25, [101, 1, 0]), 1);
    assert_eq!(guest.call(25, [1, 3, 0]), 1);
    assert_eq!(guest.call(25, [77, 1, 0]), EBADF);
}

#[test]
fn the_table_of_files_is_bounded() {
    let (mut guest, dir) = granted();
    for fd in 3..256 {
        assert_eq!(guest.call(23, [1]), fd);
    }
    assert_eq!(guest.call(23, [1]), EMFILE);
    assert_eq!(guest.openat(CWD, "/data/new", WRONLY | CREAT), EMFILE);
    assert!(!dir.path().join("new").exists());
    assert_eq!(guest.call(nr::CLOSE, [77]), 0);
    assert_eq!(guest.call(23, [1]), 77);
}

#[test]
fn nothing_is_a_terminal() {
    let (mut guest, _dir) = granted();
    for request in [0x5401, 0x5413] {
        assert_eq!(guest.call(29, [1, request, SCRATCH]), ENOTTY);
    }
    assert_eq!(guest.call(29, [77, 0x5401, SCRATCH]), EBADF);
}

#[test]
fn what_is_written_to_an_appending_file_goes_to_its_end() {
    let (mut guest, dir) = granted();
    let on_host = || fs::read_to_string(dir.path().join("file")).unwrap();
    let fd = guest.open("/data/file", RDWR | APPEND);
    assert_eq!(guest.call(25, [fd, 3, 0]), 0o102_002);
    guest.write(fd, "!");
    assert_eq!(guest.read(fd), "", "it stands after what was written");
    guest.put(BUFFER, b"?");
    assert_eq!(guest.call(68, [fd, BUFFER, 1, 0]), 1);
    assert_eq!(on_host(), "content!?");
    assert_eq!(guest.read(fd), "?", "it stands where it stood");
    let copy = guest.call(23, [fd]) as u64;
    assert_eq!(guest.call(25, [copy, 4, 0]), 0);
    assert_eq!(guest.call(25, [fd, 3, 0]), 0o100_002);
    assert_eq!(guest.call(68, [fd, BUFFER, 1, 0]), 1);
    assert_eq!(on_host(), "?ontent!?");
}
