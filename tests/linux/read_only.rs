//! Directories that may be read only.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use rvjet::abi::{Abi, Linux, StartError};
use tempfile::TempDir;

use crate::files::{CREAT, CWD, EXCL, RDWR, TRUNC, WRONLY};
use crate::guest::{Guest, errno::*, hart, nr, program};

fn guest() -> (Guest, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "content").unwrap();
    fs::create_dir(dir.path().join("sub")).unwrap();
    let linux = Linux::new().dir_read_only(dir.path(), "/data").unwrap();
    (Guest::new(linux), dir)
}

#[test]
fn nothing_is_changed() {
    let (mut guest, dir) = guest();
    let fd = guest.open("/data/file", 0);
    assert_eq!(guest.read(fd), "content");
    for flags in [WRONLY, RDWR, TRUNC, WRONLY | CREAT] {
        assert_eq!(guest.openat(CWD, "/data/file", flags), EROFS);
    }
    assert_eq!(guest.openat(CWD, "/data/new", CREAT), EROFS);
    assert_eq!(guest.mkdir("/data/new"), EROFS);
    assert_eq!(guest.unlink("/data/file", 0), EROFS);
    assert_eq!(guest.symlink("file", "/data/new"), EROFS);
    assert_eq!(guest.link("/data/file", "/data/new", 0), EROFS);
    assert_eq!(guest.rename("/data/file", "/data/new", 0), EROFS);
    let path = guest.path("/data/file");
    assert_eq!(guest.call(45, [path, 0]), EROFS);
    assert_eq!(guest.call(53, [CWD, path, 0]), EROFS);
    assert_eq!(guest.call(54, [CWD, path, 1000, 1000, 0]), EROFS);
    assert_eq!(guest.call(88, [CWD, path, 0, 0]), EROFS);
    assert_eq!(guest.call(48, [CWD, path, 2]), EROFS);
    assert_eq!(guest.call(48, [CWD, path, 4]), 0);
    assert_eq!(guest.call(52, [fd, 0]), EROFS);
    assert_eq!(guest.call(55, [fd, 1000, 1000]), EROFS);
    assert_eq!(guest.call(88, [fd, 0, 0, 0]), EROFS);
    assert_eq!(guest.call(46, [fd, 0]), EINVAL);
    assert_eq!(guest.call(nr::CLOSE, [fd]), 0);
    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"content");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
}

#[test]
fn what_is_there_need_not_be_made() {
    let (mut guest, dir) = guest();
    symlink("missing", dir.path().join("link")).unwrap();
    let fd = guest.open("/data/file", CREAT);
    assert_eq!(guest.read(fd), "content");
    let cases = [
        ("file", CREAT | EXCL, EEXIST),
        ("link", CREAT | EXCL, EEXIST),
        ("link", CREAT, EROFS),
        ("new", CREAT | EXCL, EROFS),
        ("missing/new", CREAT, ENOENT),
        ("sub", CREAT, EISDIR),
        ("file", CREAT | TRUNC, EROFS),
        ("file", CREAT | RDWR, EROFS),
    ];
    for (name, flags, errno) in cases {
        let path = format!("/data/{name}");
        assert_eq!(guest.openat(CWD, &path, flags), errno, "{name} {flags:#o}");
    }
    assert!(!dir.path().join("missing").exists());
}

/// How the start with directories to write and one to read only fails, in both orders.
fn refused(writable: &Path, read_only: &Path) -> [Option<StartError>; 2] {
    let first = Linux::new().dir(writable, "/data").unwrap();
    let second = Linux::new().dir_read_only(read_only, "/data/ref").unwrap();
    let both = [
        first.dir_read_only(read_only, "/data/ref").unwrap(),
        second.dir(writable, "/data").unwrap(),
    ];
    both.map(|mut linux| {
        let mut hart = hart(1 << 24, 1 << 24);
        linux.start(&program(), &mut hart).err()
    })
}

#[test]
fn what_may_be_written_does_not_hold_it() {
    let dir = tempfile::tempdir().unwrap();
    let (outer, sub) = (dir.path().join("outer"), dir.path().join("outer/sub"));
    let (deep, link) = (sub.join("deep"), dir.path().join("link"));
    fs::create_dir_all(&deep).unwrap();
    symlink(&deep, &link).unwrap();
    let expected = StartError::ReadOnlyInWritable {
        read_only: "/data/ref".into(),
        writable: "/data".into(),
    };
    for inner in [&outer, &sub, &deep, &link] {
        assert_eq!(
            refused(&outer, inner),
            [Some(expected.clone()), Some(expected.clone())],
            "{}",
            inner.display()
        );
    }
    assert_eq!(refused(Path::new("/"), &sub)[0], Some(expected));
    assert_eq!(refused(&sub, &outer), [None, None]);
}
