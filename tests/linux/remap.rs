use rvjet::abi::Linux;
use rvjet::machine::{Access, PAGE_SIZE};

use crate::guest::{Guest, NOWHERE, READ_ONLY, SCRATCH, WINDOW, errno::*, nr};

const MAYMOVE: u64 = 1;
const FIXED: u64 = 2;

fn guest() -> Guest {
    Guest::new(Linux::new())
}

impl Guest {
    fn block(&mut self, pages: u64) -> u64 {
        let len = pages * PAGE_SIZE;
        self.call(nr::MMAP, [0, len, 3, 0x22, u64::MAX, 0]) as u64
    }

    fn mremap(&mut self, start: u64, old: u64, new: u64, flags: u64) -> i64 {
        self.call(
            nr::MREMAP,
            [start, old * PAGE_SIZE, new * PAGE_SIZE, flags, 0],
        )
    }
}

#[test]
fn a_mapping_shrinks_in_place() {
    let mut guest = guest();
    let block = guest.block(4);
    assert_eq!(guest.mremap(block, 4, 1, 0), block as i64);
    assert!(guest.hart.memory.access_at(block).is_some());
    assert!(
        guest
            .hart
            .memory
            .is_free(block + PAGE_SIZE..block + 4 * PAGE_SIZE)
    );
    assert_eq!(guest.mremap(block, 1, 1, 0), block as i64);
}

#[test]
fn a_mapping_grows_in_place_where_there_is_room() {
    let mut guest = guest();
    let upper = guest.block(4);
    let block = guest.block(1);
    guest.put(block, b"kept");
    assert_eq!(guest.mremap(block, 1, 2, 0), ENOMEM);
    guest.call(nr::MUNMAP, [upper, 4 * PAGE_SIZE]);
    assert_eq!(guest.mremap(block, 1, 5, 0), block as i64);
    assert_eq!(guest.get(block, 4), b"kept");
    guest.put(block + 5 * PAGE_SIZE - 1, b"x");
}

#[test]
fn a_mapping_moves_with_content_and_access() {
    let mut guest = guest();
    let upper = guest.block(1);
    let block = guest.block(3);
    guest.put(block, b"first");
    guest.put(block + 2 * PAGE_SIZE, b"hidden");
    guest.call(nr::MPROTECT, [block, PAGE_SIZE, 1]);
    guest.call(nr::MPROTECT, [block + 2 * PAGE_SIZE, PAGE_SIZE, 0]);
    let moved = guest.mremap(block, 3, 5, MAYMOVE) as u64;
    assert!(moved != block && moved < upper);
    assert!(
        guest.hart.memory.is_free(block..block + 3 * PAGE_SIZE) || moved + 5 * PAGE_SIZE > block
    );
    let access = |page| guest.hart.memory.access_at(moved + page * PAGE_SIZE);
    let found: Vec<_> = (0..5).map(access).collect();
    let (read, all, none) = (Access::READ, Access::READ_WRITE, Access::NONE);
    assert_eq!(found, [read, all, none, none, none].map(Some));
    assert_eq!(guest.get(moved, 5), b"first");
    guest.call(nr::MPROTECT, [moved + 2 * PAGE_SIZE, PAGE_SIZE, 1]);
    assert_eq!(guest.get(moved + 2 * PAGE_SIZE, 6), b"hidden");
}

#[test]
fn moving_does_not_need_the_memory_twice() {
    let mut guest = Guest::with_limit(Linux::new(), 6 << 20);
    let pages = (4 << 20) / PAGE_SIZE;
    let block = guest.block(pages);
    guest.block(1);
    for page in 0..pages {
        guest.put(block + page * PAGE_SIZE, &[page as u8 | 1]);
    }
    let moved = guest.mremap(block, pages, pages + 1, MAYMOVE) as u64;
    for page in 0..pages {
        assert_eq!(guest.get(moved + page * PAGE_SIZE, 1), [page as u8 | 1]);
    }
}

#[test]
fn a_mapping_moves_to_where_it_is_told() {
    let mut guest = guest();
    guest.put(SCRATCH, b"moved");
    let to = |target| [SCRATCH, PAGE_SIZE, 2 * PAGE_SIZE, MAYMOVE | FIXED, target];
    assert_eq!(guest.call(nr::MREMAP, to(NOWHERE)), NOWHERE as i64);
    assert_eq!(guest.get(NOWHERE, 5), b"moved");
    assert!(guest.hart.memory.access_at(SCRATCH).is_none());
    assert!(guest.hart.memory.access_at(SCRATCH + PAGE_SIZE).is_some());
    let within = [SCRATCH + PAGE_SIZE, 3 * PAGE_SIZE, PAGE_SIZE, 3, READ_ONLY];
    assert_eq!(guest.call(nr::MREMAP, within), READ_ONLY as i64);
    assert!(
        guest
            .hart
            .memory
            .access_at(SCRATCH + 2 * PAGE_SIZE)
            .is_none()
    );
    assert_eq!(
        guest.hart.memory.access_at(READ_ONLY),
        Some(Access::READ_WRITE)
    );
}

#[test]
fn arguments_are_checked() {
    let mut guest = guest();
    let page = PAGE_SIZE;
    let cases = [
        ([SCRATCH + 1, page, page, 0, 0], EINVAL),
        ([SCRATCH, page, 0, 0, 0], EINVAL),
        ([SCRATCH, 0, page, MAYMOVE, 0], EINVAL),
        ([SCRATCH, page, page, 4, 0], EINVAL),
        ([SCRATCH, page, page, FIXED, 0], EINVAL),
        ([SCRATCH, page, u64::MAX, MAYMOVE, 0], EINVAL),
        ([SCRATCH, page, page, MAYMOVE | FIXED, SCRATCH], EINVAL),
        ([SCRATCH, page, page, MAYMOVE | FIXED, 1], EINVAL),
        ([SCRATCH, page, page, MAYMOVE | FIXED, 0], EPERM),
        ([SCRATCH, page, page, MAYMOVE | FIXED, WINDOW], ENOMEM),
        ([SCRATCH, page, 1 << 63, MAYMOVE, 0], ENOMEM),
        ([SCRATCH, page, u64::MAX - page, 0, 0], ENOMEM),
        ([NOWHERE, page, page, 0, 0], EFAULT),
        ([SCRATCH, u64::MAX, page, 0, 0], EFAULT),
        ([SCRATCH, 1 << 63, page, 0, 0], EFAULT),
        ([u64::MAX - 4095, page, page, 0, 0], EFAULT),
    ];
    for (args, errno) in cases {
        assert_eq!(guest.call(nr::MREMAP, args), errno, "{args:x?}");
    }
}
