use std::sync::{Arc, Mutex};

use rvjet::abi::Linux;
use rvjet::abi::linux::Capture;

use crate::guest::{Guest, NOWHERE, SCRATCH, errno::*, nr};

/// A guest, and a line for all that is told of it.
fn watched() -> (Guest, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let (calls, unknown) = (Arc::clone(&lines), Arc::clone(&lines));
    let linux = Linux::new().stdout(Capture::new()).stdin(&b"in"[..]);
    let linux = linux
        .on_call(move |call| calls.lock().unwrap().push(call.to_string()))
        .on_unknown(move |call| unknown.lock().unwrap().push(call.to_string()));
    (Guest::new(linux), lines)
}

#[test]
fn every_call_is_told_in_words() {
    let (mut guest, lines) = watched();
    let path = guest.path("/etc/passwd");
    guest.call(nr::OPENAT, [-100i64 as u64, path, 0, 0]);
    guest.call(nr::WRITE, [1, SCRATCH, 5]);
    guest.call(nr::READ, [0, SCRATCH, 100]);
    guest.call(nr::WRITE, [1, NOWHERE, 3]);
    guest.call(nr::MMAP, [NOWHERE, 4096, 3, 0x22, u64::MAX, 0]);
    guest.try_call(nr::EXIT, [3]).unwrap_err();
    let expected = [
        "openat(AT_FDCWD, \"/etc/passwd\", 0x0, 0x0) = -1 ENOENT (no such file or directory)",
        "write(1, \"/etc/\", 5) = 5",
        "read(0, \"in\", 100) = 2",
        "write(1, 0x70000, 3) = -1 EFAULT (bad address)",
        "mmap(0x70000, 4096, 0x3, 0x22, -1, 0x0) = 0x70000",
        "exit(3) = ?",
    ];
    assert_eq!(*lines.lock().unwrap(), expected);
}

#[test]
fn a_call_that_is_not_known_is_told_once_for_its_number() {
    let (mut guest, lines) = watched();
    let told = || -> usize {
        let lines = lines.lock().unwrap();
        lines
            .iter()
            .filter(|line| line.starts_with("unknown system call"))
            .count()
    };
    for number in [219, 219, u64::MAX, 219, u64::MAX, 1 << 32 | 64] {
        assert_eq!(guest.call(number, [SCRATCH]), ENOSYS);
    }
    assert_eq!(told(), 3);
    for number in 1000..3000 {
        assert_eq!(guest.call(number, [0]), ENOSYS);
    }
    assert!(
        told() < 1000,
        "a hostile guest does not fill the host's memory"
    );
}

#[test]
fn known_gaps_are_not_told_of() {
    let (mut guest, lines) = watched();
    for number in [20, 258, 293] {
        assert_eq!(guest.call(number, [0]), ENOSYS);
    }
    assert!(
        lines
            .lock()
            .unwrap()
            .iter()
            .all(|line| line.contains("= -1 ENOSYS"))
    );
}

#[test]
fn unknown_calls_are_told_of_without_the_others() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let linux = Linux::new().on_unknown(move |call| log.lock().unwrap().push(call.number));
    let mut guest = Guest::new(linux);
    for number in [220, nr::BRK, 220, 221] {
        guest.call(number, [0]);
    }
    assert_eq!(*lines.lock().unwrap(), [220, 221]);
}
