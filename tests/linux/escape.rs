//! Attempts to reach what was not granted.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rvjet::abi::Linux;
use tempfile::TempDir;

use crate::files::{CREAT, CWD, DIRECTORY, WRONLY};
use crate::guest::{Guest, SCRATCH, errno::*, nr};

/// A grant of `inside` of a directory, beside which `outside` is, with links
/// from one to the other.
fn beside() -> (Guest, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let (inside, outside) = (dir.path().join("inside"), dir.path().join("outside"));
    for path in [&inside, &outside] {
        fs::create_dir(path).unwrap();
        fs::write(path.join("file"), "content").unwrap();
        fs::create_dir(path.join("sub")).unwrap();
    }
    symlink("../outside", inside.join("relative")).unwrap();
    symlink(&outside, inside.join("absolute")).unwrap();
    symlink("../outside/file", inside.join("to-file")).unwrap();
    symlink("../outside/sub", inside.join("to-sub")).unwrap();
    let guest = Guest::new(Linux::new().dir(&inside, "/data").unwrap());
    (guest, dir)
}

/// The ways out that a path may try.
const WAYS: [&str; 5] = [
    "/data/../outside",
    "/data/sub/../../outside",
    "/data/relative",
    "/data/absolute",
    "/data/sub/../relative",
];

/// Whether that is how a call to what was not granted fails.
fn is_refusal(result: i64) -> bool {
    matches!(result, EACCES | ENOENT | EPERM)
}

/// Names, modes, sizes and times of all that is in a directory.
fn seen(dir: &Path) -> Vec<(String, u32, u64, i64, u64)> {
    let mut found: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let facts = entry.metadata().unwrap();
            let name = entry.file_name().into_string().unwrap();
            (
                name,
                facts.mode(),
                facts.size(),
                facts.mtime(),
                facts.nlink(),
            )
        })
        .collect();
    found.sort();
    found
}

#[test]
fn no_call_changes_what_is_outside() {
    let (mut guest, dir) = beside();
    let outside = dir.path().join("outside");
    let before = seen(&outside);
    for way in WAYS {
        let file = format!("{way}/file");
        let new = format!("{way}/new");
        let results = [
            guest.mkdir(&new),
            guest.unlink(&file, 0),
            guest.unlink(&format!("{way}/sub"), 0x200),
            guest.symlink("x", &new),
            guest.link("/data/file", &new, 0),
            guest.link(&file, "/data/new", 0),
            guest.rename("/data/file", &new, 0),
            guest.rename(&file, "/data/new", 0),
            guest.openat(CWD, &new, WRONLY | CREAT),
            guest.openat(CWD, way, DIRECTORY),
            by_path(&mut guest, 45, &file, [0, 0]),
            by_path(&mut guest, 49, way, [0, 0]),
            by_path(&mut guest, 43, &file, [SCRATCH + 0x2000, 0]),
            at_path(&mut guest, 53, &file, 0),
            at_path(&mut guest, 54, &file, 1000),
            at_path(&mut guest, 88, &file, 0),
            at_path(&mut guest, 33, &new, 0o100_644),
        ];
        assert!(results.into_iter().all(is_refusal), "{way} {results:?}");
    }
    assert_eq!(seen(&outside), before);
    assert!(!dir.path().join("inside/new").exists());
}

/// What is known of a directory, its times among it.
fn facts(dir: &Path) -> (u32, u64, [i64; 4]) {
    let facts = fs::metadata(dir).unwrap();
    let times = [
        facts.mtime(),
        facts.mtime_nsec(),
        facts.ctime(),
        facts.ctime_nsec(),
    ];
    (facts.mode(), facts.nlink(), times)
}

/// The results of all calls that take the last name of a path for what it is.
fn by_name(guest: &mut Guest, path: &str) -> [i64; 10] {
    let at = guest.path(path);
    [
        guest.call(88, [CWD, at, 0, 0x100]),
        guest.mkdir(path),
        guest.unlink(path, 0),
        guest.unlink(path, 0x200),
        guest.rename(path, "/data/new", 0),
        guest.rename("/data/file", path, 0),
        guest.link(path, "/data/new", 0),
        guest.link("/data/file", path, 0),
        guest.symlink("x", path),
        at_path(guest, 33, path, 0o100_644),
    ]
}

#[test]
fn what_is_above_the_grant_is_no_name() {
    let (mut guest, dir) = beside();
    let before = facts(dir.path());
    assert_eq!(guest.symlink(".", "/data/link"), 0);
    assert_eq!(guest.symlink("../sub", "/data/sub/back"), 0);
    for path in ["link/..", "link/../", "link/link/..", "sub/back/../.."] {
        let path = format!("/data/{path}");
        let results = by_name(&mut guest, &path);
        assert!(results.into_iter().all(is_refusal), "{path} {results:?}");
        for number in [45, 49, 53, 54, 78, 79, 291] {
            at_path(&mut guest, number, &path, 0x100);
            by_path(&mut guest, number, &path, [0, 0]);
        }
    }
    assert_eq!(facts(dir.path()), before);
    assert!(!dir.path().join("inside/new").exists());
}

#[test]
fn what_is_above_a_directory_is_not_there_to_change() {
    let (mut guest, dir) = beside();
    assert_eq!(guest.symlink("sub", "/data/link"), 0);
    for path in ["/data/sub/..", "/data/link/..", "/data/link/../"] {
        let [times, results @ ..] = by_name(&mut guest, path);
        assert_eq!(times, 0, "{path}");
        assert_eq!(
            results,
            [
                EEXIST, EISDIR, ENOTEMPTY, EBUSY, EBUSY, EPERM, EEXIST, EEXIST, EEXIST
            ],
            "{path}"
        );
    }
    let inside = facts(&dir.path().join("inside"));
    assert_eq!(inside.2[0], 1_704_067_200, "the guest's now");
}

fn by_path(guest: &mut Guest, number: u64, path: &str, [a, b]: [u64; 2]) -> i64 {
    let path = guest.path(path);
    guest.call(number, [path, a, b])
}

fn at_path(guest: &mut Guest, number: u64, path: &str, arg: u64) -> i64 {
    let path = guest.path(path);
    guest.call(number, [CWD, path, arg, arg, 0])
}

#[test]
fn links_at_the_end_are_not_followed_out() {
    let (mut guest, dir) = beside();
    let outside = dir.path().join("outside");
    let before = seen(&outside);
    let refused = |result| assert!(is_refusal(result), "{result}");
    refused(guest.link("/data/to-file", "/data/hard", 0x400));
    refused(guest.link("/data/to-sub/", "/data/hard", 0));
    refused(by_path(&mut guest, 45, "/data/to-file", [0, 0]));
    refused(at_path(&mut guest, 53, "/data/to-file", 0));
    refused(at_path(&mut guest, 88, "/data/to-file", 0));
    refused(at_path(&mut guest, 88, "/data/to-sub/", 0));
    refused(by_path(&mut guest, 49, "/data/to-sub", [0, 0]));
    assert_eq!(guest.mkdir("/data/to-sub/"), EEXIST);
    assert_eq!(guest.unlink("/data/to-sub/", 0x200), ENOTDIR);
    assert_eq!(guest.rename("/data/sub", "/data/to-sub/", 0), ENOTDIR);
    assert_eq!(seen(&outside), before);
    // The links themselves are the guest's.
    assert_eq!(guest.rename("/data/to-file", "/data/moved", 0), 0);
    assert_eq!(guest.unlink("/data/to-sub", 0), 0);
    assert_eq!(seen(&outside), before);
}

#[test]
fn a_link_of_the_guests_leads_nowhere_else() {
    let (mut guest, dir) = beside();
    let absolute = dir.path().join("outside/file");
    assert_eq!(
        guest.symlink(absolute.to_str().unwrap(), "/data/new"),
        EPERM
    );
    assert_eq!(guest.symlink("../outside/file", "/data/new"), 0);
    assert_eq!(guest.openat(CWD, "/data/new", 0), EACCES);
    // A link that leads within, until it is moved to where it does not.
    assert_eq!(guest.symlink("../../outside/file", "/data/sub/deep"), 0);
    assert_eq!(guest.symlink("../file", "/data/sub/link"), 0);
    assert_eq!(guest.rename("/data/sub/link", "/data/link", 0), 0);
    for path in ["/data/sub/deep", "/data/link"] {
        let errno = guest.openat(CWD, path, 0);
        assert!(matches!(errno, EACCES | ENOENT), "{errno}");
    }
}

#[test]
fn a_directory_that_is_moved_while_open_leads_nowhere_else() {
    let (mut guest, dir) = beside();
    fs::create_dir(dir.path().join("inside/sub/deep")).unwrap();
    let deep = guest.open("/data/sub/deep", DIRECTORY);
    assert_eq!(guest.rename("/data/sub/deep", "/data/deep", 0), 0);
    for path in ["../../outside/file", "../../../outside/file"] {
        assert!(guest.openat(deep, path, 0) < 0, "{path}");
    }
    assert_eq!(guest.call(50, [deep]), ENOENT);
}

#[test]
fn a_way_that_changes_meanwhile_leads_nowhere_else() {
    let (mut guest, dir) = beside();
    let outside = dir.path().join("outside");
    let before = seen(&outside);
    let inside = dir.path().join("inside");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (spare, swapped) = (inside.join("spare"), inside.join("swapped"));
            for target in [outside.as_path(), Path::new("sub")].iter().cycle() {
                symlink(target, &spare).unwrap();
                fs::rename(&spare, &swapped).unwrap();
                if done.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        for _ in 0..1000 {
            guest.mkdir("/data/swapped/new");
            guest.rename("/data/swapped/new", "/data/swapped/newer", 0);
            guest.unlink("/data/swapped/newer", 0x200);
            guest.unlink("/data/swapped/file", 0);
            guest.link("/data/file", "/data/swapped/hard", 0);
            guest.unlink("/data/swapped/hard", 0);
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(seen(&outside), before);
}

#[test]
fn the_hosts_processes_are_not_listed() {
    let mut guest = Guest::new(Linux::new().dir("/", "/").unwrap());
    for path in ["/proc", "/proc/self/fd", "/sys", "/proc/self/maps"] {
        assert_eq!(guest.openat(CWD, path, 0), EACCES, "{path}");
    }
    assert_eq!(guest.call(nr::CLOSE, [3]), EBADF, "nothing stayed open");
}

#[test]
fn no_argument_stops_the_host() {
    let (_, dir) = beside();
    let before = seen(&dir.path().join("outside"));
    let mut state = 1u64;
    let mut pick = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        match (state >> 60, state >> 33 & 15) {
            (0..4, fd) => fd,
            (4..8, at) => SCRATCH + 0x100 * (at % 3),
            (8..10, bit) => 1 << (4 * bit),
            (10..12, bits) => 1 << (63 - bits),
            (12, _) => u64::MAX,
            (13, _) => CWD,
            (_, size) => 100 * size,
        }
    };
    // Those that end the run, and `fallocate`, which would fill the disk.
    let ends = |number: &u64| matches!(number, 47 | 93 | 94 | 129..=131);
    for round in 0..60 {
        let linux = Linux::new().stdin(&b"input"[..]).stdout(std::io::sink());
        let linux = linux.dir(dir.path().join("inside"), "/data").unwrap();
        let mut guest = Guest::new(linux.stderr(std::io::sink()));
        guest.put(SCRATCH, b"/data/sub\0");
        guest.put(SCRATCH + 0x100, b"file\0");
        guest.put(SCRATCH + 0x200, b"../outside/file\0");
        for path in ["/data", "/data/file", "/data/sub", "/dev/zero"] {
            guest.put(SCRATCH + 0x300, format!("{path}\0").as_bytes());
            guest.call(nr::OPENAT, [CWD, SCRATCH + 0x300, round % 3, 0]);
        }
        guest.call(59, [SCRATCH + 0x300, 0]);
        for number in (0..460).filter(|number| !ends(number)) {
            for _ in 0..8 {
                let args = [pick(), pick(), pick(), pick(), pick(), pick()];
                let _ = guest.try_call(number, args);
            }
        }
    }
    assert_eq!(seen(&dir.path().join("outside")), before);
}
