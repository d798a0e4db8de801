//! Files in memory.

use std::fs;

use rvjet::abi::Linux;
use rvjet::machine::Access;

use crate::files::{APPEND, DIRECTORY, RDWR, TRUNC, WRONLY, granted};
use crate::guest::{Guest, NOWHERE, READ_ONLY, SCRATCH, WINDOW, errno::*, nr};

const PAGE: u64 = 4096;
const READ: u64 = 1;
const READ_WRITE: u64 = 3;
const SHARED: u64 = 1;
const PRIVATE: u64 = 2;
const FIXED: u64 = 0x10;

impl Guest {
    fn map_file(&mut self, fd: u64, len: u64, prot: u64, flags: u64, offset: u64) -> i64 {
        self.call(nr::MMAP, [0, len, prot, flags, fd, offset])
    }
}

#[test]
fn a_mapping_holds_the_file_as_it_was() {
    let (mut guest, dir) = granted();
    let content: Vec<u8> = (0..3 * PAGE + 100).map(|at| (at / 64) as u8 | 1).collect();
    fs::write(dir.path().join("large"), &content).unwrap();
    let fd = guest.open("/data/large", 0);
    let addr = guest.map_file(fd, 8 * PAGE, READ_WRITE, PRIVATE, PAGE) as u64;
    assert_eq!(guest.call(nr::CLOSE, [fd]), 0);
    let len = content.len() as u64 - PAGE;
    assert_eq!(guest.get(addr, len), &content[PAGE as usize..]);
    assert_eq!(
        guest.get(addr + len, PAGE - 100),
        vec![0; PAGE as usize - 100]
    );
    let beyond = guest.hart.memory.access_at(addr + 3 * PAGE);
    assert_eq!(beyond, Some(Access::NONE));
    guest.put(addr, b"private");
    assert_eq!(fs::read(dir.path().join("large")).unwrap(), content);
}

#[test]
fn what_is_shared_is_the_same_in_memory_and_in_the_file() {
    let (mut guest, dir) = granted();
    let on_host = || fs::read(dir.path().join("file")).unwrap();
    let fd = guest.open("/data/file", RDWR);
    let addr = guest.map_file(fd, 100, READ_WRITE, SHARED, 0) as u64;
    guest.put(addr, b"memory!beyond");
    assert_eq!(guest.read(fd), "memory!", "no more than the file has");
    assert_eq!(guest.call(62, [fd, 3, 0]), 3);
    guest.write(fd, "FILE and more");
    assert_eq!(guest.get(addr, 17), b"memFILE and more\0");
    guest.put(addr, b"M");
    assert_eq!(guest.call(46, [fd, 5]), 0);
    assert_eq!(guest.get(addr, 7), b"MemFI\0\0");
    guest.put(addr + 1, b"E");
    assert_eq!(guest.call(227, [addr, PAGE, 4]), 0);
    assert_eq!(on_host(), b"MEmFI");
    let private = guest.map_file(fd, 100, READ, PRIVATE, 0) as u64;
    guest.put(addr + 2, b"M");
    assert_eq!(guest.get(private, 5), b"MEmFI");
    assert_eq!(guest.call(nr::MUNMAP, [addr, PAGE]), 0);
    assert_eq!(on_host(), b"MEMFI");
    guest.write(fd, "end");
    assert_eq!(on_host()[..5], *b"MEMFI", "nothing is shared any more");
}

#[test]
fn what_reads_a_shared_mapping_sees_the_file_change() {
    let (mut guest, _dir) = granted();
    let (reader, writer) = (guest.open("/data/file", 0), guest.open("/data/file", RDWR));
    let addr = guest.map_file(reader, 100, READ, SHARED, 0) as u64;
    assert_eq!(guest.get(addr, 8), b"content\0");
    guest.write(writer, "CON");
    assert_eq!(guest.get(addr, 8), b"CONtent\0");
    let from = guest.open("/data/file", 0);
    assert_eq!(guest.call(71, [writer, from, 0, 2]), 2);
    assert_eq!(guest.get(addr, 8), b"CONCOnt\0");
    let path = guest.path("/data/file");
    assert_eq!(guest.call(45, [path, 2]), 0);
    assert_eq!(guest.get(addr, 4), b"CO\0\0");
    guest.open("/data/file", RDWR | TRUNC);
    assert_eq!(guest.get(addr, 4), b"\0\0\0\0");
    assert_eq!(guest.map_file(reader, 100, READ_WRITE, SHARED, 0), EACCES);
    assert_eq!(guest.call(nr::MPROTECT, [addr, PAGE, 3]), EACCES);
    assert_eq!(guest.map_file(writer, 100, READ_WRITE, SHARED, 0), ENODEV);
    assert!(guest.map_file(writer, 100, READ_WRITE, SHARED, PAGE) > 0);
}

#[test]
fn what_is_shared_is_in_the_file_at_the_end() {
    let (mut guest, dir) = granted();
    let fd = guest.open("/data/file", RDWR);
    let addr = guest.map_file(fd, 100, READ, SHARED, 0) as u64;
    assert_eq!(guest.call(nr::MPROTECT, [addr, PAGE, 3]), 0);
    guest.put(addr, b"last");
    assert_eq!(guest.call(nr::MREMAP, [addr, PAGE, 2 * PAGE, 1, 0]), ENOMEM);
    assert_eq!(guest.call(nr::CLOSE, [fd]), 0);
    assert!(guest.try_call(nr::EXIT, [0]).is_err());
    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"lastent");
}

#[test]
fn only_so_much_is_shared() {
    let (mut guest, _dir) = granted();
    let fd = guest.open("/data/file", 0);
    let mut made = 0;
    while guest.map_file(fd, 1, READ, SHARED, 0) != ENOMEM {
        made += 1;
    }
    assert_eq!(made, 1024);
    assert!(guest.map_file(fd, 1, READ, PRIVATE, 0) > 0);
}

#[test]
fn files_are_mapped_where_the_guest_says() {
    let (mut guest, _dir) = granted();
    let fd = guest.open("/data/file", 0);
    guest.put(SCRATCH, b"old old old");
    let args = [SCRATCH, 7, READ, PRIVATE | FIXED, fd, 0];
    assert_eq!(guest.call(nr::MMAP, args), SCRATCH as i64);
    assert_eq!(guest.get(SCRATCH, 11), b"content\0\0\0\0");
    assert_eq!(guest.hart.memory.access_at(SCRATCH), Some(Access::READ));
}

#[test]
fn mappings_of_files_are_checked() {
    let (mut guest, _dir) = granted();
    let (reader, writer) = (
        guest.open("/data/file", 0),
        guest.open("/data/file", WRONLY),
    );
    let dir = guest.open("/data", DIRECTORY);
    let (pipe, _) = guest.pipe(0);
    let cases = [
        ([writer, 1, READ, PRIVATE, 0], EACCES),
        ([dir, 1, READ, PRIVATE, 0], ENODEV),
        ([pipe, 1, READ, PRIVATE, 0], ENODEV),
        ([77, 1, READ, PRIVATE, 0], EBADF),
        ([reader, 0, READ, PRIVATE, 0], EINVAL),
        ([reader, 1, READ, 0, 0], EINVAL),
        ([reader, 1, READ, PRIVATE, 1], EINVAL),
        ([reader, 1, READ, PRIVATE, (1 << 63) - PAGE], EOVERFLOW),
        ([reader, WINDOW, READ, PRIVATE, 0], ENOMEM),
        ([reader, u64::MAX, READ, PRIVATE, 0], ENOMEM),
    ];
    for ([fd, len, prot, flags, offset], errno) in cases {
        assert_eq!(guest.map_file(fd, len, prot, flags, offset), errno);
    }
    let beyond = guest.map_file(reader, PAGE, READ, PRIVATE, 1 << 40) as u64;
    assert_eq!(guest.hart.memory.access_at(beyond), Some(Access::NONE));
}

#[test]
fn files_count_against_the_limit() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("large"), vec![1; 4 << 20]).unwrap();
    let sparse = fs::File::create(dir.path().join("sparse")).unwrap();
    sparse.set_len(1 << 40).unwrap();
    let linux = Linux::new().dir(dir.path(), "/").unwrap();
    let mut guest = Guest::with_limit(linux, 2 << 20);
    let fd = guest.open("large", 0);
    assert_eq!(guest.map_file(fd, 4 << 20, READ, PRIVATE, 0), ENOMEM);
    let addr = guest.map_file(fd, 1 << 20, READ, PRIVATE, 0);
    assert!(addr > 0, "what did not fit is given back");
    let fd = guest.open("sparse", 0);
    assert!(guest.map_file(fd, 8 << 20, READ, PRIVATE, 0) > 0);
}

#[test]
fn what_is_not_needed_of_a_file_stays() {
    let (mut guest, _dir) = granted();
    let fd = guest.open("/data/file", 0);
    let addr = guest.map_file(fd, PAGE, READ_WRITE, PRIVATE, 0) as u64;
    assert_eq!(guest.call(nr::MADVISE, [addr, PAGE, 4]), 0);
    assert_eq!(guest.get(addr, 7), b"content");
    assert_eq!(guest.call(nr::MUNMAP, [addr, PAGE]), 0);
    let anonymous = [addr, PAGE, READ_WRITE, 0x22 | FIXED, u64::MAX, 0];
    assert_eq!(guest.call(nr::MMAP, anonymous), addr as i64);
    guest.put(addr, b"anonymous");
    assert_eq!(guest.call(nr::MADVISE, [addr, PAGE, 4]), 0);
    assert_eq!(guest.get(addr, 9), [0; 9]);
}

#[test]
fn memory_is_where_it_is() {
    let mut guest = Guest::new(Linux::new());
    assert_eq!(guest.call(232, [READ_ONLY, PAGE + 1, SCRATCH]), ENOMEM);
    assert_eq!(guest.call(232, [SCRATCH, 3 * PAGE, SCRATCH]), 0);
    assert_eq!(guest.get(SCRATCH, 4), [1, 1, 1, 0]);
    assert_eq!(guest.call(232, [SCRATCH + 1, PAGE, SCRATCH]), EINVAL);
    assert_eq!(guest.call(232, [SCRATCH, PAGE, NOWHERE]), EFAULT);
    assert_eq!(guest.call(232, [SCRATCH, u64::MAX, SCRATCH]), ENOMEM);
    for lock in [228, 229, 284] {
        assert_eq!(guest.call(lock, [SCRATCH + 5, 10, 0]), 0);
        assert_eq!(guest.call(lock, [NOWHERE, 10, 0]), ENOMEM);
        assert_eq!(guest.call(lock, [SCRATCH, u64::MAX, 0]), ENOMEM);
        assert_eq!(guest.call(lock, [u64::MAX, u64::MAX, 0]), ENOMEM);
    }
    assert_eq!(guest.call(284, [SCRATCH, 10, 2]), EINVAL);
    assert_eq!(guest.call(230, [3]), 0);
    assert_eq!(guest.call(230, [0]), EINVAL);
    assert_eq!(guest.call(231, []), 0);
    for (args, result) in [
        ([SCRATCH, PAGE, 4], 0),
        ([SCRATCH, PAGE, 5], EINVAL),
        ([SCRATCH, PAGE, 8], EINVAL),
        ([SCRATCH + 1, PAGE, 4], EINVAL),
        ([NOWHERE, PAGE, 4], ENOMEM),
    ] {
        assert_eq!(guest.call(227, args), result);
    }
}

#[test]
fn what_is_shared_stays_in_its_place_in_an_appending_file() {
    let (mut guest, dir) = granted();
    let on_host = || fs::read(dir.path().join("file")).unwrap();
    let fd = guest.open("/data/file", RDWR | APPEND);
    let addr = guest.map_file(fd, 100, READ_WRITE, SHARED, 0) as u64;
    guest.put(addr, b"C");
    assert_eq!(guest.call(227, [addr, PAGE, 4]), 0);
    assert_eq!(on_host(), b"Content");
    guest.write(fd, "!");
    assert_eq!(guest.get(addr, 9), b"Content!\0");
    guest.put(SCRATCH, b"?");
    assert_eq!(guest.call(68, [fd, SCRATCH, 1, 0]), 1);
    assert_eq!(guest.get(addr, 10), b"Content!?\0");
    assert_eq!(guest.call(nr::MUNMAP, [addr, PAGE]), 0);
    assert_eq!(on_host(), b"Content!?");
}

/// Sets the limit of this process, out of reach of the other tests.
fn limit_file_size(limit: u64) {
    let resource = rustix::process::Resource::Fsize;
    let mut limits = rustix::process::getrlimit(resource);
    limits.current = Some(limit);
    rustix::process::setrlimit(resource, limits).unwrap();
}

#[test]
fn no_write_beyond_the_limit_of_the_host_ends_it() {
    const LIMIT: u64 = 1 << 42;
    let (mut guest, dir) = granted();
    let sparse = fs::File::create(dir.path().join("sparse")).unwrap();
    sparse.set_len(LIMIT + PAGE).unwrap();
    limit_file_size(LIMIT);
    let fd = guest.open("/data/sparse", RDWR);
    assert_eq!(guest.call(25, [fd, 4, APPEND]), 0);
    assert_eq!(guest.call(nr::WRITE, [fd, SCRATCH, 1]), EFBIG);
    assert_eq!(guest.call(68, [fd, SCRATCH, 1, 0]), EFBIG);
    let addr = guest.map_file(fd, PAGE, READ_WRITE, SHARED, LIMIT) as u64;
    guest.put(addr, b"beyond");
    assert_eq!(guest.call(227, [addr, PAGE, 4]), EFBIG);
    assert_eq!(guest.call(nr::MUNMAP, [addr, PAGE]), EFBIG);
    assert_eq!(guest.call(25, [fd, 4, 0]), 0);
    assert_eq!(guest.call(nr::WRITE, [fd, SCRATCH, 1]), 1);
}

#[test]
fn what_is_shared_is_in_the_file_when_it_can_no_longer_be_read() {
    let (mut guest, dir) = granted();
    let fd = guest.open("/data/file", RDWR);
    let addr = guest.map_file(fd, 100, READ_WRITE, SHARED, 0) as u64;
    guest.put(addr, b"hidden");
    assert_eq!(guest.call(nr::MPROTECT, [addr, PAGE, 0]), 0);
    assert_eq!(guest.read(fd), "hiddent");
    assert_eq!(guest.call(nr::MUNMAP, [addr, PAGE]), 0);
    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"hiddent");
}

#[test]
fn a_break_that_sinks_ends_what_was_shared_above_it() {
    let (mut guest, dir) = granted();
    let start = guest.call(nr::BRK, [0]) as u64;
    let first = start.next_multiple_of(PAGE);
    assert_eq!(
        guest.call(nr::BRK, [first + 2 * PAGE]) as u64,
        first + 2 * PAGE
    );
    let fd = guest.open("/data/file", RDWR);
    let args = [first, PAGE, READ_WRITE, SHARED | FIXED, fd, 0];
    assert_eq!(guest.call(nr::MMAP, args) as u64, first);
    guest.put(first, b"C");
    assert_eq!(guest.call(nr::BRK, [first]) as u64, first);
    assert_eq!(guest.call(nr::BRK, [first + PAGE]) as u64, first + PAGE);
    guest.put(first, b"secret");
    assert_eq!(guest.read(fd), "Content");
    assert_eq!(guest.call(nr::MADVISE, [first, PAGE, 4]), 0);
    assert_eq!(guest.get(first, 6), [0; 6], "no file is there");
    drop(guest);
    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"Content");
}

#[test]
fn what_is_refused_leaves_what_is_shared() {
    let (mut guest, _dir) = granted();
    let fd = guest.open("/data/file", RDWR);
    assert_eq!(guest.call(46, [fd, PAGE + 1]), 0);
    let addr = guest.map_file(fd, 2 * PAGE, READ_WRITE, SHARED, 0) as u64;
    guest.put(addr, b"C");
    assert_eq!(guest.call(nr::MUNMAP, [addr + 8, PAGE]), EINVAL);
    assert_eq!(guest.call(nr::MUNMAP, [addr, 0]), EINVAL);
    assert_eq!(guest.call(nr::MUNMAP, [addr, WINDOW]), EINVAL);
    let clash = [addr + PAGE, PAGE, READ_WRITE, SHARED | FIXED, fd, 0];
    assert_eq!(guest.call(nr::MMAP, clash), ENODEV);
    guest.put(addr + PAGE, b"!");
    assert_eq!(guest.call(62, [fd, PAGE, 0]) as u64, PAGE);
    assert_eq!(guest.read(fd), "!");
    let again = [addr, 2 * PAGE, READ_WRITE, SHARED | FIXED, fd, 0];
    assert_eq!(guest.call(nr::MMAP, again) as u64, addr, "in its own place");
    assert_eq!(guest.get(addr, 8), b"Content\0");
}
