//! Names that are made, removed and moved.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use rvjet::abi::Linux;

use crate::files::{CREAT, CWD, DIRECTORY, RDWR, WRONLY, granted};
use crate::guest::{Guest, NOWHERE, SCRATCH, errno::*, nr};

const REMOVEDIR: u64 = 0x200;
const FOLLOW: u64 = 0x400;
const NOREPLACE: u64 = 1;

impl Guest {
    pub fn mkdir(&mut self, path: &str) -> i64 {
        let path = self.path(path);
        self.call(34, [CWD, path, 0o777])
    }

    pub fn unlink(&mut self, path: &str, flags: u64) -> i64 {
        let path = self.path(path);
        self.call(35, [CWD, path, flags])
    }

    pub fn symlink(&mut self, target: &str, path: &str) -> i64 {
        let (target, path) = (self.path(target), self.second_path(path));
        self.call(36, [target, CWD, path])
    }

    pub fn link(&mut self, old: &str, new: &str, flags: u64) -> i64 {
        let (old, new) = (self.path(old), self.second_path(new));
        self.call(37, [CWD, old, CWD, new, flags])
    }

    pub fn rename(&mut self, old: &str, new: &str, flags: u64) -> i64 {
        let (old, new) = (self.path(old), self.second_path(new));
        self.call(276, [CWD, old, CWD, new, flags])
    }
}

#[test]
fn directories_are_made_with_what_the_mask_leaves() {
    let (mut guest, dir) = granted();
    assert_eq!(guest.call(166, [0o027]), 0o022);
    assert_eq!(guest.mkdir("/data/new"), 0);
    let mode = fs::metadata(dir.path().join("new")).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o750);
    assert_eq!(guest.mkdir("/data/new/below/"), 0);
    let cases = [
        ("/data/new", EEXIST),
        ("/data/file", EEXIST),
        ("/data", EEXIST),
        ("/data/.", EEXIST),
        ("/data/sub/..", EEXIST),
        ("/data/none/x", ENOENT),
        ("/data/file/x", ENOTDIR),
        ("/elsewhere", ENOENT),
        ("", ENOENT),
    ];
    for (path, errno) in cases {
        assert_eq!(guest.mkdir(path), errno, "{path}");
    }
    assert_eq!(guest.call(34, [CWD, NOWHERE, 0o777]), EFAULT);
    let path = guest.path("x");
    assert_eq!(guest.call(34, [77, path, 0o777]), EBADF);
    assert_eq!(guest.call(34, [1, path, 0o777]), ENOTDIR);
    assert_eq!(guest.call(166, [0o7777]), 0o027);
    assert_eq!(guest.call(166, [0]), 0o777);
}

#[test]
fn names_are_removed() {
    let (mut guest, dir) = granted();
    symlink("nowhere", dir.path().join("link")).unwrap();
    let cases = [
        ("/data/sub", 0, EISDIR),
        ("/data/file", REMOVEDIR, ENOTDIR),
        ("/data/file/", 0, ENOTDIR),
        ("/data/none", 0, ENOENT),
        ("/data/file", 1, EINVAL),
        ("/data/sub/..", REMOVEDIR, ENOTEMPTY),
        ("/data/sub/.", REMOVEDIR, EINVAL),
        ("/data/file", 0, 0),
        ("/data/link", 0, 0),
        ("/data/sub/", REMOVEDIR, 0),
    ];
    for (path, flags, errno) in cases {
        assert_eq!(guest.unlink(path, flags), errno, "{path}");
    }
    assert!(guest.unlink("/data", REMOVEDIR) < 0);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_is_open_outlives_its_name() {
    let (mut guest, _dir) = granted();
    let fd = guest.open("/data/file", RDWR);
    assert_eq!(guest.unlink("/data/file", 0), 0);
    assert_eq!(guest.openat(CWD, "/data/file", 0), ENOENT);
    assert_eq!(guest.read(fd), "content");
    assert_eq!(guest.call(nr::FSTAT, [fd, SCRATCH]), 0);
    let (inode, links) = (guest.word(SCRATCH + 8), guest.word(SCRATCH + 20) as u32);
    assert_eq!(links, 0);
    let new = guest.open("/data/file", RDWR | CREAT);
    assert_eq!(guest.call(nr::FSTAT, [new, SCRATCH]), 0);
    assert_ne!(guest.word(SCRATCH + 8), inode);
}

#[test]
fn an_inode_that_the_host_uses_again_is_a_new_one() {
    let (mut guest, _dir) = granted();
    let mut inodes = Vec::new();
    for _ in 0..10 {
        let fd = guest.open("/data/new", RDWR | CREAT);
        guest.call(nr::FSTAT, [fd, SCRATCH]);
        inodes.push(guest.word(SCRATCH + 8));
        guest.call(nr::CLOSE, [fd]);
        assert_eq!(guest.unlink("/data/new", 0), 0);
    }
    assert_eq!(inodes, (1..=10).collect::<Vec<_>>());
}

#[test]
fn names_are_moved() {
    let (mut guest, dir) = granted();
    fs::write(dir.path().join("other"), "other").unwrap();
    let cases = [
        ("/data/none", "/data/x", 0, ENOENT),
        ("/data/file", "/data/none/x", 0, ENOENT),
        ("/data/file", "/data/sub", 0, EISDIR),
        ("/data/sub", "/data/file", 0, ENOTDIR),
        ("/data/sub", "/data/sub/below", 0, EINVAL),
        ("/data/file", "/data/other", NOREPLACE, EEXIST),
        ("/data/file", "/data/other", 2, EINVAL),
        ("/data/file", "/data/x/", 0, ENOTDIR),
        ("/data", "/data/x", 0, EBUSY),
        ("/data/file", "/elsewhere", 0, ENOENT),
        ("/data/file", "/data/other", 0, 0),
        ("/data/sub/", "/data/moved/", 0, 0),
        ("/data/other", "/data/moved/new", NOREPLACE, 0),
    ];
    for (old, new, flags, errno) in cases {
        assert_eq!(guest.rename(old, new, flags), errno, "{old} {new}");
    }
    let content = fs::read(dir.path().join("moved/new")).unwrap();
    assert_eq!(content, b"content");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn between_two_grants_nothing_is_moved() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(a.path().join("file"), "").unwrap();
    let linux = Linux::new().dir(a.path(), "/a").unwrap();
    let mut guest = Guest::new(linux.dir(b.path(), "/b").unwrap());
    assert_eq!(guest.rename("/a/file", "/b/file", 0), EXDEV);
    assert_eq!(guest.link("/a/file", "/b/file", 0), EXDEV);
    assert_eq!(guest.rename("/a/file", "/b/../a/moved", 0), 0);
}

#[test]
fn symbolic_links_are_made_and_followed() {
    let (mut guest, dir) = granted();
    assert_eq!(guest.symlink("../file", "/data/sub/link"), 0);
    let fd = guest.open("/data/sub/link", 0);
    assert_eq!(guest.read(fd), "content");
    assert_eq!(guest.symlink("x", "/data/sub/link"), EEXIST);
    assert_eq!(guest.symlink("", "/data/new"), ENOENT);
    assert_eq!(guest.symlink("x", "/data/none/new"), ENOENT);
    assert_eq!(guest.symlink("/data/file", "/data/new"), EPERM);
    assert_eq!(guest.symlink("new", "/data/new"), 0);
    assert_eq!(guest.openat(CWD, "/data/new", 0), ELOOP);
    assert_eq!(guest.unlink("/data/new", 0), 0);
    assert!(dir.path().join("sub/link").is_symlink());
}

#[test]
fn a_second_name_is_the_same_file() {
    let (mut guest, dir) = granted();
    symlink("file", dir.path().join("soft")).unwrap();
    assert_eq!(guest.link("/data/file", "/data/hard", 0), 0);
    assert_eq!(guest.link("/data/soft", "/data/followed", FOLLOW), 0);
    assert_eq!(guest.link("/data/soft", "/data/copy", 0), 0);
    assert!(dir.path().join("copy").is_symlink());
    let links = fs::metadata(dir.path().join("file")).unwrap().nlink();
    assert_eq!(links, 3);
    let fd = guest.open("/data/followed", 0);
    guest.call(nr::FSTAT, [fd, SCRATCH]);
    assert_eq!(guest.word(SCRATCH + 20) as u32, 3);
    let cases = [
        ("/data/file", "/data/hard", 0, EEXIST),
        ("/data/none", "/data/x", 0, ENOENT),
        ("/data/sub", "/data/x", 0, EPERM),
        ("/data/file/", "/data/x", 0, ENOTDIR),
        ("/data/file", "/data/x", 1, EINVAL),
        ("", "/data/x", 0x1000, ENOENT),
    ];
    for (old, new, flags, errno) in cases {
        assert_eq!(guest.link(old, new, flags), errno, "{old} {new}");
    }
}

#[test]
fn only_files_are_made_as_nodes() {
    let (mut guest, dir) = granted();
    let path = guest.path("/data/node");
    assert_eq!(guest.call(33, [CWD, path, 0o10_644, 0]), EPERM);
    assert_eq!(guest.call(33, [CWD, path, 0o20_644, 0x103]), EPERM);
    assert_eq!(guest.call(33, [CWD, path, 0o100_644, 0]), 0);
    assert_eq!(guest.call(33, [CWD, path, 0o644, 0]), EEXIST);
    assert!(dir.path().join("node").is_file());
}

#[test]
fn the_current_directory_can_be_another() {
    let (mut guest, dir) = granted();
    symlink("sub", dir.path().join("link")).unwrap();
    fs::write(dir.path().join("sub/below"), "below").unwrap();
    let cwd = |guest: &mut Guest| {
        let count = guest.call(17, [SCRATCH, 4096]);
        assert!(count > 0);
        guest.string(SCRATCH)
    };
    let chdir = |guest: &mut Guest, path: &str| {
        let path = guest.path(path);
        guest.call(49, [path])
    };
    assert_eq!(cwd(&mut guest), "/");
    assert_eq!(chdir(&mut guest, "/data/link"), 0);
    assert_eq!(cwd(&mut guest), "/data/sub", "without links");
    let fd = guest.open("below", 0);
    assert_eq!(guest.read(fd), "below");
    assert_eq!(chdir(&mut guest, ".."), 0);
    assert_eq!(cwd(&mut guest), "/data");
    for (path, errno) in [
        ("none", ENOENT),
        ("file", ENOTDIR),
        ("/elsewhere", ENOENT),
        ("", ENOENT),
    ] {
        assert_eq!(chdir(&mut guest, path), errno);
    }
    let sub = guest.open("sub", DIRECTORY);
    let file = guest.open("file", WRONLY);
    assert_eq!(guest.call(50, [sub]), 0);
    assert_eq!(cwd(&mut guest), "/data/sub");
    assert_eq!(guest.call(50, [file]), ENOTDIR);
    assert_eq!(guest.call(50, [77]), EBADF);
    assert_eq!(guest.call(17, [SCRATCH, 9]), ERANGE);
    assert_eq!(guest.call(17, [SCRATCH, 10]), 10);
    assert_eq!(chdir(&mut guest, "../../.."), 0, "the root is always there");
    assert_eq!(cwd(&mut guest), "/");
}
