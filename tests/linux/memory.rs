use rvjet::abi::Linux;
use rvjet::machine::{Access, PAGE_SIZE};

use crate::guest::{Guest, NOWHERE, PROGRAM_END, SCRATCH, WINDOW, errno::*, nr};

const ANON: u64 = 0x22;
const FIXED: u64 = 0x10;
const NOREPLACE: u64 = 0x10_0000;
const RW: u64 = 3;
const NO_FD: u64 = u64::MAX;

fn guest() -> Guest {
    Guest::new(Linux::new())
}

impl Guest {
    fn mmap(&mut self, addr: u64, len: u64, prot: u64, flags: u64) -> i64 {
        self.call(nr::MMAP, [addr, len, prot, flags, NO_FD, 0])
    }

    #[track_caller]
    fn anonymous(&mut self, len: u64) -> u64 {
        let addr = self.mmap(0, len, RW, ANON);
        u64::try_from(addr).unwrap()
    }
}

#[test]
fn the_break_starts_after_the_program_and_moves_both_ways() {
    let mut guest = guest();
    let start = PROGRAM_END.next_multiple_of(PAGE_SIZE);
    assert_eq!(guest.call(nr::BRK, [0]), start as i64);
    let up = start + 0x1801;
    assert_eq!(guest.call(nr::BRK, [up]), up as i64);
    guest.put(up - 1, &[7]);
    assert!(guest.hart.memory.access_at(start + 0x2000).is_none());
    assert_eq!(guest.call(nr::BRK, [start + 1]), start as i64 + 1);
    assert!(guest.hart.memory.access_at(start).is_some());
    assert!(guest.hart.memory.access_at(start + 0x1000).is_none());
    assert_eq!(guest.call(nr::BRK, [up]), up as i64);
    assert_eq!(guest.get(up - 1, 1), [0], "fresh pages are zero");
}

#[test]
fn a_break_that_cannot_be_stays() {
    let mut guest = guest();
    let start = guest.call(nr::BRK, [0]);
    for wanted in [start as u64 - 1, WINDOW, u64::MAX, u64::MAX - 4096, 1 << 63] {
        assert_eq!(guest.call(nr::BRK, [wanted]), start);
    }
    let block = start as u64 + 0x10000;
    assert_eq!(guest.mmap(block, 0x1000, RW, ANON | FIXED), block as i64);
    assert_eq!(guest.call(nr::BRK, [block + 1]), start);
    assert_eq!(guest.call(nr::BRK, [block]), block as i64);
}

#[test]
fn mappings_go_down_from_the_guard_and_fill_holes() {
    let mut guest = guest();
    let first = guest.anonymous(1);
    let second = guest.anonymous(2 * PAGE_SIZE);
    assert_eq!(second, first - 2 * PAGE_SIZE);
    assert_eq!(guest.call(nr::MUNMAP, [first, 1]), 0);
    assert_eq!(guest.anonymous(PAGE_SIZE), first);
    assert_eq!(guest.anonymous(PAGE_SIZE), second - PAGE_SIZE);
}

#[test]
fn mappings_fill_the_space_down_to_the_break() {
    let mut guest = guest();
    let brk = guest.call(nr::BRK, [0]) as u64;
    let mut lowest = u64::MAX;
    loop {
        match guest.mmap(0, 1 << 16, RW, ANON) {
            ENOMEM => break,
            addr => lowest = lowest.min(addr as u64),
        }
    }
    assert!((brk..brk + (1 << 16)).contains(&lowest), "{lowest:#x}");
    assert_eq!(guest.call(nr::MUNMAP, [lowest, 1 << 16]), 0);
    assert_eq!(guest.anonymous(1 << 16), lowest);
}

#[test]
fn mmap_checks_its_arguments() {
    let mut guest = guest();
    assert_eq!(guest.mmap(0, 0, RW, ANON), EINVAL);
    assert_eq!(
        guest.mmap(0, 1, RW, 0x20),
        EINVAL,
        "neither private nor shared"
    );
    assert_eq!(guest.call(nr::MMAP, [0, 1, RW, ANON, NO_FD, 1]), EINVAL);
    assert_eq!(guest.call(nr::MMAP, [0, 1, RW, 2, NO_FD, 0]), EBADF);
    assert_eq!(guest.call(nr::MMAP, [0, 1, RW, 2, 0, 0]), ENODEV);
    for len in [WINDOW, u64::MAX, u64::MAX - 4096, 1 << 63] {
        assert_eq!(guest.mmap(0, len, RW, ANON), ENOMEM);
        assert_eq!(guest.mmap(SCRATCH, len, RW, ANON | FIXED), ENOMEM);
    }
    assert_eq!(guest.mmap(SCRATCH + 1, 1, RW, ANON | FIXED), EINVAL);
    assert_eq!(guest.mmap(u64::MAX - 4095, 4096, RW, ANON | FIXED), ENOMEM);
    assert_eq!(guest.mmap(WINDOW, 4096, RW, ANON | FIXED), ENOMEM);
    assert_eq!(guest.mmap(0, 4096, RW, ANON | FIXED), EPERM);
}

#[test]
fn a_fixed_mapping_replaces_what_was_there() {
    let mut guest = guest();
    guest.put(SCRATCH, b"old");
    assert_eq!(guest.mmap(SCRATCH, 1, 1, ANON | FIXED), SCRATCH as i64);
    assert_eq!(guest.get(SCRATCH, 3), [0; 3]);
    assert_eq!(guest.hart.memory.access_at(SCRATCH), Some(Access::READ));
    assert_eq!(guest.mmap(SCRATCH, 1, RW, ANON | NOREPLACE), EEXIST);
    assert_eq!(guest.mmap(NOWHERE, 1, RW, ANON | NOREPLACE), NOWHERE as i64);
}

#[test]
fn a_hint_is_followed_where_it_can_be() {
    let mut guest = guest();
    assert_eq!(guest.mmap(NOWHERE - 1, 1, RW, ANON), NOWHERE as i64);
    for hint in [NOWHERE, 1, WINDOW - 1, WINDOW, u64::MAX, u64::MAX - 4096] {
        let addr = guest.mmap(hint, 0x1000, RW, ANON);
        assert!(addr > NOWHERE as i64 && addr < WINDOW as i64, "{hint:#x}");
    }
}

#[test]
fn a_mapping_costs_nothing_until_touched() {
    let mut guest = Guest::with_limit(Linux::new(), 1 << 20);
    let before = guest.hart.memory.peak();
    let addr = guest.anonymous(8 << 20);
    assert_eq!(guest.hart.memory.peak(), before);
    guest.put(addr, b"touched");
    assert!(guest.hart.memory.peak() > before);
}

#[test]
fn munmap_checks_its_arguments_and_ignores_holes() {
    let mut guest = guest();
    assert_eq!(guest.call(nr::MUNMAP, [SCRATCH, 0]), EINVAL);
    assert_eq!(guest.call(nr::MUNMAP, [SCRATCH + 1, 1]), EINVAL);
    assert_eq!(guest.call(nr::MUNMAP, [SCRATCH, WINDOW]), EINVAL);
    assert_eq!(guest.call(nr::MUNMAP, [u64::MAX - 4095, u64::MAX]), EINVAL);
    assert_eq!(guest.call(nr::MUNMAP, [NOWHERE, 0x1000]), 0);
    assert_eq!(guest.call(nr::MUNMAP, [SCRATCH, 0x1000]), 0);
    assert!(guest.hart.memory.access_at(SCRATCH).is_none());
}

#[test]
fn mprotect_changes_access_and_checks_its_arguments() {
    let mut guest = guest();
    assert_eq!(guest.call(nr::MPROTECT, [SCRATCH, 1, 5]), 0);
    let access = guest.hart.memory.access_at(SCRATCH);
    assert_eq!(access, Some(Access::READ_EXECUTE));
    assert_eq!(guest.call(nr::MPROTECT, [SCRATCH, 0, 5]), 0);
    assert_eq!(guest.call(nr::MPROTECT, [SCRATCH + 1, 1, 5]), EINVAL);
    assert_eq!(guest.call(nr::MPROTECT, [SCRATCH, 1, 0x40]), EINVAL);
    assert_eq!(guest.call(nr::MPROTECT, [NOWHERE, 1, 5]), ENOMEM);
    for len in [u64::MAX, WINDOW, 1 << 63, u64::MAX - 4095] {
        assert_eq!(guest.call(nr::MPROTECT, [SCRATCH, len, 5]), ENOMEM);
    }
}

#[test]
fn the_stack_can_be_made_executable_from_any_of_its_pages() {
    let mut guest = guest();
    let grows_down = 0x0100_0000;
    let page = WINDOW - PAGE_SIZE;
    assert_eq!(guest.call(nr::MPROTECT, [page, 0x1000, 7 | grows_down]), 0);
    let bottom = WINDOW - WINDOW / 8;
    assert_eq!(guest.hart.memory.access_at(bottom), Some(Access::ALL));
    assert_eq!(
        guest.call(nr::MPROTECT, [SCRATCH, 1, 7 | grows_down]),
        EINVAL
    );
}

#[test]
fn unneeded_memory_reads_as_zero_and_keeps_its_access() {
    let mut guest = guest();
    guest.put(SCRATCH, b"old");
    guest.put(SCRATCH + 0x1000, b"kept");
    assert_eq!(guest.call(nr::MADVISE, [SCRATCH, 1, 4]), 0);
    assert_eq!(guest.get(SCRATCH, 3), [0; 3]);
    assert_eq!(guest.get(SCRATCH + 0x1000, 4), b"kept");
    assert_eq!(guest.call(nr::MADVISE, [SCRATCH, 1, 3]), 0);
    assert_eq!(guest.call(nr::MADVISE, [SCRATCH, 0, 4]), 0);
    assert_eq!(guest.call(nr::MADVISE, [SCRATCH, 1, 77]), EINVAL);
    assert_eq!(guest.call(nr::MADVISE, [SCRATCH + 1, 1, 4]), EINVAL);
    assert_eq!(guest.call(nr::MADVISE, [SCRATCH, u64::MAX, 4]), EINVAL);
    assert_eq!(guest.call(nr::MADVISE, [NOWHERE, 1, 4]), ENOMEM);
    assert_eq!(guest.call(nr::MADVISE, [WINDOW, 1, 4]), ENOMEM);
}
