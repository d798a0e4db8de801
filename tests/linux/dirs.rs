use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::atomic::{AtomicBool, Ordering};

use rvjet::abi::Linux;

use crate::files::{CREAT, CWD, DIRECTORY, WRONLY, granted};
use crate::guest::{Guest, SCRATCH, errno::*, nr};

const STAT: u64 = SCRATCH + 0x2000;
const NOFOLLOW: u64 = 0x100;
const EMPTY_PATH: u64 = 0x1000;

/// The fields of a `struct stat` that are not zero.
#[derive(Debug, PartialEq)]
struct Stat {
    ino: u64,
    mode: u32,
    size: u64,
}

impl Guest {
    fn stat(&mut self, fd: u64, path: &str, flags: u64) -> Result<Stat, i64> {
        let path = self.path(path);
        match self.call(nr::NEWFSTATAT, [fd, path, STAT, flags]) {
            0 => Ok(self.stat_found()),
            errno => Err(errno),
        }
    }

    fn stat_found(&mut self) -> Stat {
        Stat {
            ino: self.word(STAT + 8),
            mode: self.word(STAT + 16) as u32,
            size: self.word(STAT + 48),
        }
    }

    fn readlink(&mut self, path: &str, size: u64) -> Result<String, i64> {
        let path = self.path(path);
        let count = self.call(78, [CWD, path, STAT, size]);
        let count = u64::try_from(count).map_err(|_| count)?;
        Ok(String::from_utf8(self.get(STAT, count)).unwrap())
    }

    fn access(&mut self, path: &str, mode: u64) -> i64 {
        let path = self.path(path);
        self.call(48, [CWD, path, mode])
    }
}

/// Opens `path` from directory to directory until that fails: how often it did not.
fn descend(guest: &mut Guest, path: &str, most: usize) -> (usize, i64) {
    let mut fd = guest.open("/data/sub", DIRECTORY);
    for times in 0..most {
        let next = guest.openat(fd as _, path, DIRECTORY);
        guest.call(nr::CLOSE, [fd]);
        match u64::try_from(next) {
            Ok(next) => fd = next,
            Err(_) => return (times, next),
        }
    }
    guest.call(nr::CLOSE, [fd]);
    (most, 0)
}

#[test]
fn the_path_of_a_directory_does_not_grow_without_end() {
    let (mut guest, _dir) = granted();
    let nothing = "./".repeat(2047);
    assert_eq!(descend(&mut guest, &nothing, 100), (100, 0));
    assert_eq!(descend(&mut guest, ".", 10_000), (10_000, 0));
    let nowhere = "../sub/".repeat(500);
    let kept = "/data/sub".len() + nowhere.len() - 1;
    assert!(kept < 4096 && kept + nowhere.len() >= 4096);
    assert_eq!(descend(&mut guest, &nowhere, 100), (1, -36));
}

#[test]
fn without_a_grant_nothing_exists() {
    let mut guest = Guest::new(Linux::new());
    for path in [
        "/",
        ".",
        "/etc/passwd",
        "etc/passwd",
        "/proc/self/exe",
        "..",
    ] {
        assert_eq!(guest.openat(CWD, path, 0), ENOENT, "{path}");
        assert_eq!(guest.openat(CWD, path, WRONLY | CREAT), ENOENT, "{path}");
        assert_eq!(guest.stat(CWD, path, 0), Err(ENOENT), "{path}");
        assert_eq!(guest.access(path, 0), ENOENT, "{path}");
    }
}

#[test]
fn a_directory_that_is_not_there_is_not_granted() {
    assert!(Linux::new().dir("/no/such/directory", "/data").is_err());
}

#[test]
fn no_path_leads_out_of_a_directory() {
    let (mut guest, dir) = granted();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    let link = |to: &std::path::Path, name| symlink(to, dir.path().join(name)).unwrap();
    link(&outside.path().join("secret"), "absolute");
    link(outside.path(), "absolute-dir");
    link("../../etc/passwd".as_ref(), "relative");
    link("..".as_ref(), "up");
    link("/data/file".as_ref(), "guest-absolute");
    let up = outside.path().file_name().unwrap().to_str().unwrap();
    let cases = [
        "/data/absolute".to_string(),
        "/data/absolute-dir/secret".into(),
        "/data/relative".into(),
        "/data/up".into(),
        format!("/data/up/{up}/secret"),
        format!("/data/sub/../../{up}/secret"),
        format!("/data/../{up}/secret"),
        format!(
            "/data/sub/../../../../../../{}/secret",
            outside.path().display()
        ),
        "/data/guest-absolute".into(),
    ];
    for path in &cases {
        for flags in [0, WRONLY, WRONLY | CREAT, DIRECTORY] {
            let errno = guest.openat(CWD, path, flags);
            assert!(matches!(errno, EACCES | ENOENT), "{path} {errno}");
        }
        assert!(guest.stat(CWD, path, 0).is_err(), "{path}");
        assert!(guest.access(path, 0) < 0, "{path}");
    }
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[test]
fn links_within_a_directory_are_followed() {
    let (mut guest, dir) = granted();
    symlink("../file", dir.path().join("sub/link")).unwrap();
    symlink("loop", dir.path().join("loop")).unwrap();
    let fd = guest.open("/data/sub/link", 0);
    assert_eq!(guest.read(fd), "content");
    assert_eq!(guest.openat(CWD, "/data/loop", 0), -40);
    assert_eq!(guest.openat(CWD, "/data/sub/link", 0o400_000), -40);
    let fd = guest.open("/data/sub/../file", 0);
    assert_eq!(guest.read(fd), "content");
    let fd = guest.open("data/../data//./file", 0);
    assert_eq!(guest.read(fd), "content");
}

#[test]
fn a_link_that_changes_while_it_is_followed_leads_nowhere_else() {
    let (mut guest, dir) = granted();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("file"), "secret").unwrap();
    let swapped = dir.path().join("swapped");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let spare = dir.path().join("spare");
            let targets = [outside.path(), std::path::Path::new(".")];
            for target in targets.iter().cycle() {
                symlink(target, &spare).unwrap();
                fs::rename(&spare, &swapped).unwrap();
                if done.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        for _ in 0..2000 {
            let fd = guest.openat(CWD, "/data/swapped/file", 0);
            if let Ok(fd) = u64::try_from(fd) {
                assert_eq!(guest.read(fd), "content");
                guest.call(nr::CLOSE, [fd]);
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn devices_and_pipes_are_not_opened() {
    let mut guest = Guest::new(Linux::new().dir("/dev", "/dev").unwrap());
    // The host's, which it may not let anybody have either.
    for path in ["/dev/tty", "/dev/kmsg", "/dev/stdin"] {
        assert!(guest.openat(CWD, path, 0) < 0, "{path}");
    }
    let (mut guest, dir) = granted();
    let fifo = dir.path().join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    assert_eq!(guest.openat(CWD, "/data/fifo", 0), EACCES);
}

#[test]
fn paths_start_at_open_directories() {
    let (mut guest, dir) = granted();
    fs::write(dir.path().join("sub/below"), "below").unwrap();
    let sub = guest.open("/data/sub", DIRECTORY);
    let fd = guest.openat(sub, "below", 0) as u64;
    assert_eq!(guest.read(fd), "below");
    let fd = guest.openat(sub, "../file", 0) as u64;
    assert_eq!(guest.read(fd), "content");
    assert_eq!(guest.openat(sub, "../../etc/passwd", 0), ENOENT);
    assert_eq!(guest.openat(fd, "below", 0), ENOTDIR);
    assert_eq!(guest.openat(77, "below", 0), EBADF);
    let absolute = guest.openat(77, "/data/file", 0);
    assert!(absolute > 0);
    assert_eq!(guest.call(nr::READ, [sub, SCRATCH, 1]), EISDIR);
    assert_eq!(guest.call(nr::WRITE, [sub, SCRATCH, 1]), EBADF);
}

#[test]
fn the_longest_name_wins_and_the_root_may_be_granted() {
    let (root, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(root.path().join("file"), "root").unwrap();
    fs::write(data.path().join("file"), "data").unwrap();
    let linux = Linux::new().dir(root.path(), "/").unwrap();
    let mut guest = Guest::new(linux.dir(data.path(), "/data").unwrap());
    for (path, content) in [
        ("/file", "root"),
        ("/data/file", "data"),
        ("../file", "root"),
    ] {
        let fd = guest.open(path, 0);
        assert_eq!(guest.read(fd), content);
    }
    assert_eq!(guest.stat(CWD, "/", 0).unwrap().mode, 0o40755);
    assert_eq!(guest.stat(CWD, "", EMPTY_PATH).unwrap().mode, 0o40755);
}

#[test]
fn what_is_told_of_a_file_does_not_depend_on_the_host() {
    let stats = || {
        let (mut guest, dir) = granted();
        let permit = |mode| fs::Permissions::from_mode(mode);
        fs::set_permissions(dir.path().join("file"), permit(0o640)).unwrap();
        fs::write(dir.path().join("tool"), "").unwrap();
        fs::set_permissions(dir.path().join("tool"), permit(0o700)).unwrap();
        symlink("file", dir.path().join("link")).unwrap();
        let names = ["/data/file", "/data/tool", "/data/sub", "/data/link"];
        let mut bytes = Vec::new();
        for name in names {
            guest.stat(CWD, name, NOFOLLOW).unwrap();
            bytes.extend(guest.get(STAT, 128));
        }
        (guest, dir, bytes)
    };
    let (mut guest, _dir, first) = stats();
    assert_eq!(first, stats().2);
    let mut stat = |path, flags| guest.stat(CWD, path, flags).unwrap();
    let expected = |ino, mode, size| Stat { ino, mode, size };
    assert_eq!(stat("/data/file", 0), expected(1, 0o100_644, 7));
    assert_eq!(stat("/data/tool", 0), expected(2, 0o100_755, 0));
    assert_eq!(stat("/data/sub", 0), expected(3, 0o040_755, 4096));
    assert_eq!(stat("/data/link", 0), expected(1, 0o100_644, 7));
    assert_eq!(stat("/data/link", NOFOLLOW), expected(4, 0o120_777, 4));
}

#[test]
fn open_files_tell_the_same() {
    let (mut guest, _dir) = granted();
    let fd = guest.open("/data/file", 0);
    let by_path = guest.stat(CWD, "/data/file", 0).unwrap();
    assert_eq!(guest.call(nr::FSTAT, [fd, STAT]), 0);
    assert_eq!(guest.stat_found(), by_path);
    assert_eq!(guest.stat(fd, "", EMPTY_PATH), Ok(by_path));
    assert_eq!(guest.stat(fd, "", 0), Err(ENOENT));
    assert_eq!(guest.stat(77, "", EMPTY_PATH), Err(EBADF));
    assert_eq!(guest.stat(CWD, "/data/file", 1), Err(EINVAL));
    assert_eq!(guest.call(nr::FSTAT, [77, STAT]), EBADF);
    for fd in 0..3 {
        assert_eq!(guest.call(nr::FSTAT, [fd, STAT]), 0);
        assert_eq!(guest.stat_found().mode, 0o10600, "a pipe");
    }
}

#[test]
fn times_are_told_where_the_hosts_are() {
    let (_, dir) = granted();
    fs::write(dir.path().join("file"), "").unwrap();
    let linux = Linux::new().host_time().dir(dir.path(), "/data").unwrap();
    let mut guest = Guest::new(linux);
    guest.stat(CWD, "/data/file", 0).unwrap();
    assert!(guest.word(STAT + 88) > 1_704_067_200);
}

#[test]
fn links_are_read() {
    let (mut guest, dir) = granted();
    symlink("somewhere", dir.path().join("link")).unwrap();
    assert_eq!(guest.readlink("/data/link", 100), Ok("somewhere".into()));
    assert_eq!(guest.readlink("/data/link", 4), Ok("some".into()));
    assert_eq!(guest.readlink("/data/file", 100), Err(EINVAL));
    assert_eq!(guest.readlink("/data/link", 0), Err(EINVAL));
    assert_eq!(guest.readlink("/elsewhere", 100), Err(ENOENT));
    assert_eq!(guest.readlink("/proc/self/exe", 100), Ok("/prog".into()));
}

#[test]
fn access_goes_by_the_mode() {
    let (mut guest, dir) = granted();
    let file = dir.path().join("file");
    fs::set_permissions(file, fs::Permissions::from_mode(0o444)).unwrap();
    assert_eq!(guest.access("/data/file", 0), 0);
    assert_eq!(guest.access("/data/file", 4), 0);
    assert_eq!(guest.access("/data/file", 2), EACCES);
    assert_eq!(guest.access("/data/file", 1), EACCES);
    assert_eq!(guest.access("/data/sub", 7), 0);
    assert_eq!(guest.access("/data/none", 0), ENOENT);
    assert_eq!(guest.access("/data/file", 8), EINVAL);
}
