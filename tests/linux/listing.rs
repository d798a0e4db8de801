//! What is in a directory.

use std::fs;
use std::os::unix::fs::symlink;

use crate::files::{CWD, DIRECTORY, granted};
use crate::guest::{Guest, NOWHERE, SCRATCH, SCRATCH_END, errno::*, nr};

const BUFFER: u64 = SCRATCH + 0x4000;
const GETDENTS: u64 = 61;

#[derive(Debug, PartialEq)]
struct Entry {
    inode: u64,
    next: u64,
    kind: u8,
    name: String,
}

impl Guest {
    /// The entries that one call gives.
    fn entries(&mut self, fd: u64, len: u64) -> Vec<Entry> {
        let count = self.call(GETDENTS, [fd, BUFFER, len]);
        let end = BUFFER + u64::try_from(count).unwrap();
        let mut entries = Vec::new();
        let mut at = BUFFER;
        while at < end {
            let len = u16::from_le_bytes(self.get(at + 16, 2).try_into().unwrap());
            entries.push(Entry {
                inode: self.word(at),
                next: self.word(at + 8),
                kind: self.get(at + 18, 1)[0],
                name: self.string(at + 19),
            });
            at += u64::from(len);
        }
        assert_eq!(at, end);
        entries
    }

    fn names(&mut self, fd: u64, len: u64) -> Vec<String> {
        let entries = self.entries(fd, len).into_iter();
        entries.map(|entry| entry.name).collect()
    }
}

#[test]
fn a_directory_is_read_by_name() {
    let (mut guest, dir) = granted();
    for name in ["zeta", "alpha", "-dash", "Beta"] {
        fs::write(dir.path().join(name), "").unwrap();
    }
    symlink("file", dir.path().join("link")).unwrap();
    let fd = guest.open("/data", DIRECTORY);
    let found = guest.entries(fd, 4096);
    let names: Vec<_> = found.iter().map(|entry| entry.name.as_str()).collect();
    let all = [
        ".", "..", "-dash", "Beta", "alpha", "file", "link", "sub", "zeta",
    ];
    assert_eq!(names, all);
    let kinds: Vec<_> = found.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [4, 4, 8, 8, 8, 8, 10, 4, 8]);
    let next: Vec<_> = found.iter().map(|entry| entry.next).collect();
    assert_eq!(next, (1..=9).collect::<Vec<_>>());
    assert_eq!(guest.entries(fd, 4096), []);
    for entry in &found[2..] {
        let path = guest.path(&format!("/data/{}", entry.name));
        guest.call(nr::NEWFSTATAT, [CWD, path, BUFFER, 0x100]);
        assert_eq!(guest.word(BUFFER + 8), entry.inode, "{}", entry.name);
    }
}

#[test]
fn a_directory_is_read_in_parts_and_again() {
    let (mut guest, dir) = granted();
    let fd = guest.open("/data", DIRECTORY);
    assert_eq!(guest.names(fd, 50), [".", ".."]);
    assert_eq!(guest.call(62, [fd, 0, 1]), 2);
    fs::write(dir.path().join("a"), "").unwrap();
    assert_eq!(guest.unlink("/data/file", 0), 0);
    assert_eq!(guest.names(fd, 24), ["file"], "as it was at the start");
    assert_eq!(guest.names(fd, 4096), ["sub"]);
    assert!(guest.names(fd, 4096).is_empty());
    assert_eq!(guest.call(62, [fd, 3, 0]), 3);
    assert_eq!(guest.names(fd, 4096), ["sub"]);
    assert_eq!(guest.call(62, [fd, 0, 0]), 0);
    assert_eq!(guest.names(fd, 4096), [".", "..", "a", "sub"]);
    assert_eq!(guest.call(62, [fd, 0, 2]), EINVAL);
    assert_eq!(guest.call(62, [fd, u64::MAX, 0]), EINVAL);
    assert_eq!(guest.call(62, [fd, i64::MAX as u64, 0]), i64::MAX);
    assert!(guest.names(fd, 4096).is_empty());
}

#[test]
fn a_directory_is_read_to_where_there_is_room() {
    let (mut guest, _dir) = granted();
    let fd = guest.open("/data", DIRECTORY);
    assert_eq!(guest.call(GETDENTS, [fd, BUFFER, 23]), EINVAL);
    assert_eq!(guest.call(GETDENTS, [fd, NOWHERE, 100]), EFAULT);
    assert_eq!(guest.call(GETDENTS, [fd, SCRATCH_END - 24, 100]), 24);
    assert_eq!(guest.call(GETDENTS, [fd, SCRATCH_END - 8, 100]), EFAULT);
    assert_eq!(guest.names(fd, u64::MAX), ["..", "file", "sub"]);
    assert_eq!(guest.call(GETDENTS, [77, BUFFER, 100]), EBADF);
    assert_eq!(guest.call(GETDENTS, [1, BUFFER, 100]), ENOTDIR);
    let file = guest.open("/data/file", 0);
    assert_eq!(guest.call(GETDENTS, [file, BUFFER, 100]), ENOTDIR);
}

#[test]
fn many_directories_do_not_take_memory_without_end() {
    let (mut guest, dir) = granted();
    let many = dir.path().join("many");
    fs::create_dir(&many).unwrap();
    for number in 0..20_000 {
        fs::write(many.join(format!("{number:0200}")), "").unwrap();
    }
    let mut ends = Vec::new();
    for _ in 0..20 {
        let fd = guest.open("/data/many", DIRECTORY);
        ends.push(guest.call(GETDENTS, [fd, BUFFER, 50]));
    }
    assert_eq!(ends[0], 48);
    assert_eq!(ends.last(), Some(&ENOMEM));
}
