use super::*;
use crate::machine::FetchFault;

const RW: Access = Access::READ_WRITE;

fn memory(limit: u64) -> Memory {
    let mut memory = Memory::new(1 << 24, limit).unwrap();
    memory.map(0x10000..0x20000, RW).unwrap();
    memory
}

#[test]
fn words_come_back_at_every_alignment() {
    let mut m = memory(1 << 20);
    for width in Width::ALL {
        for offset in 0..9 {
            let addr = 0x10ff8 + offset;
            m.store(addr, width, 0x8182_8384_8586_8788).unwrap();
            let mask = u64::MAX >> (64 - 8 * width.bytes());
            assert_eq!(m.load(addr, width), Ok(0x8182_8384_8586_8788 & mask));
        }
    }
}

#[test]
fn an_access_needs_every_byte_of_it() {
    let mut m = memory(1 << 20);
    assert_eq!(m.load(0x1fffc, Width::Word), Ok(0));
    assert_eq!(m.load(0x1fffd, Width::Word), Err(Fault::Denied));
    assert_eq!(m.store(0xffff, Width::Half, 1), Err(Fault::Denied));
    for addr in [0, u64::MAX, u64::MAX - 7, 1 << 24, (1 << 24) - 1, 1 << 63] {
        assert_eq!(m.load(addr, Width::Double), Err(Fault::Denied), "{addr:#x}");
    }
}

#[test]
fn access_is_by_page() {
    let mut m = memory(1 << 20);
    m.protect(0x11000..0x12000, Access::READ).unwrap();
    assert_eq!(m.store(0x11000, Width::Byte, 1), Err(Fault::Denied));
    assert_eq!(m.store(0x10ffc, Width::Double, 1), Err(Fault::Denied));
    assert_eq!(m.load(0x10ffc, Width::Double), Ok(0));
    assert_eq!(m.slice(0x10ff0, 0x20).map(<[u8]>::len), Ok(0x20));
    assert_eq!(m.place(0x10ff0, 0x20), Err(Fault::Denied));
    assert_eq!(m.permitted_prefix(0x1fff0, 0x100, Access::READ), 0x10);
}

#[test]
fn permitted_bytes_end_where_the_access_does() {
    let mut m = Memory::new(1 << 20, 1 << 20).unwrap();
    m.map(0x1000..0x3000, RW).unwrap();
    m.map(0x3000..0x4000, Access::READ).unwrap();
    assert_eq!(m.permitted_prefix(0x1800, 0x10000, RW), 0x1800);
    assert_eq!(m.permitted_prefix(0x1800, 0x10000, Access::READ), 0x2800);
    assert_eq!(m.permitted_prefix(0x1800, 7, RW), 7);
    for addr in [0, 0x4000, 0xffff_ffff_ffff_fff0] {
        assert_eq!(m.permitted_prefix(addr, u64::MAX, RW), 0);
    }
}

#[test]
fn only_touched_memory_counts() {
    let mut m = Memory::new(1 << 32, 1 << 20).unwrap();
    m.map(0x100_0000..0x8000_0000, RW).unwrap();
    assert_eq!(m.peak(), 0);
    let pieces = (1 << 20) / COMMIT_BYTES;
    for piece in 0..pieces {
        assert_eq!(
            m.load(0x100_0000 + 2 * piece * COMMIT_BYTES, Width::Byte),
            Ok(0)
        );
    }
    assert_eq!(m.load(0x4000_0000, Width::Byte), Err(Fault::Limit));
    m.unmap(0x100_0000..0x200_0000).unwrap();
    assert_eq!(m.load(0x4000_0000, Width::Byte), Ok(0));
    assert_eq!(m.peak(), 1 << 20);
}

#[test]
fn remapping_gives_zeroes() {
    let mut m = memory(1 << 20);
    m.store(0x10000, Width::Double, 7).unwrap();
    m.map(0x10000..0x11000, RW).unwrap();
    assert_eq!(m.load(0x10000, Width::Double), Ok(0));
    m.unmap(0x10000..0x11000).unwrap();
    assert_eq!(m.load(0x10000, Width::Double), Err(Fault::Denied));
}

#[test]
fn bad_ranges_are_refused_and_change_nothing() {
    let mut m = memory(1 << 20);
    for range in [0x10001..0x11000, 0x10000..0x10000, 0x1ff_0000..0x2ff_0000] {
        assert!(matches!(m.map(range, RW), Err(MapError::Range { .. })));
    }
    assert!(matches!(
        m.protect(0x1f000..0x21000, Access::READ),
        Err(MapError::Unmapped { addr: 0x20000 })
    ));
    assert_eq!(m.access_at(0x1f000), Some(RW));
}

#[test]
fn a_loader_may_write_what_the_guest_may_not() {
    let mut m = memory(1 << 20);
    m.protect(0x10000..0x11000, Access::READ_EXECUTE).unwrap();
    m.initialize(0x10ffe, &[0x13, 0x05, 0x10, 0]).unwrap();
    assert_eq!(m.access_at(0x10ffe), Some(Access::READ_EXECUTE));
    assert_eq!(m.load(0x10ffe, Width::Word), Ok(0x0010_0513));
}

#[test]
fn code_is_that_of_the_last_fence() {
    let mut m = memory(1 << 20);
    m.protect(0x10000..0x11000, Access::ALL).unwrap();
    m.take_stale_code();
    m.store(0x10000, Width::Word, 0x0010_0513).unwrap();
    assert_eq!(m.fetch(0x10000), Ok(0x0010_0513));
    m.store(0x10000, Width::Word, 0x0020_0513).unwrap();
    assert_eq!(m.fetch(0x10000), Ok(0x0010_0513));
    m.synchronize_code();
    assert_eq!(m.take_stale_code().first(), Some(&(0x10000..0x11000)));
    assert_eq!(m.fetch(0x10000), Ok(0x0020_0513));
    assert_eq!(m.fetch(0x11000), Err(FetchFault::Denied { addr: 0x11000 }));
    assert_eq!(m.fetch(0x10fff), Err(FetchFault::Denied { addr: 0x10fff }));
}

#[test]
fn copies_of_writable_code_count_as_used() {
    let mut m = memory(COMMIT_BYTES + PAGE_SIZE);
    m.protect(0x10000..0x12000, Access::ALL).unwrap();
    m.store(0x10000, Width::Word, 0x13).unwrap();
    let used = m.peak();
    assert_eq!(m.fetch(0x10000), Ok(0x13));
    assert_eq!(m.peak(), used + PAGE_SIZE);
    m.limit = m.peak();
    assert_eq!(m.fetch(0x11000), Err(FetchFault::Limit));
    m.store(0x10000, Width::Word, 0x93).unwrap();
    m.synchronize_code();
    assert_eq!(m.fetch(0x11000), Ok(0));
}

#[test]
fn a_window_that_no_host_has_is_refused() {
    for shift in [52, 57, 63] {
        let refused = Memory::new(1 << shift, 0).err();
        assert!(matches!(refused, Some(MapError::Host(_))), "1 << {shift}");
    }
    assert!(Memory::new(u64::MAX, 0).is_err());
}

#[test]
fn zeroes_that_no_host_has_are_refused() {
    assert_eq!(zeroes(5), Ok(vec![0; 5]));
    assert_eq!(zeroes(0), Ok(Vec::new()));
    for len in [1 << 60, isize::MAX as usize, usize::MAX] {
        assert!(zeroes(len).is_err(), "{len}");
    }
}

#[test]
fn what_is_noted_of_an_unmapping_splits_nothing() {
    let mut m = Memory::recording(1 << 30, 1 << 30).unwrap();
    let alone = 0x10_0000..0x10_1000;
    m.map(alone.clone(), RW).unwrap();
    m.store(alone.start, Width::Double, 7).unwrap();
    m.protect(alone.clone(), Access::NONE).unwrap();
    let many = 0x1000_0000..0x2000_0000;
    m.map(many.clone(), RW).unwrap();
    let mut pages = many.step_by(2 * PAGE_SIZE as usize);
    let scattered = pages.find_map(|page| {
        m.store(page, Width::Byte, 1).unwrap();
        m.protect(page..page + PAGE_SIZE, Access::READ).err()
    });
    assert_eq!(scattered, Some(MapError::Scattered));
    m.keep_accesses(true);
    m.start_call(0);
    assert_eq!(m.unmap(alone.clone()), Ok(()));
    let effects = m.end_call();
    assert_eq!(effects.writes, [(alone.start, vec![0; 8])]);
    let accesses = m.take_accesses().into_iter();
    let accesses: Vec<_> = accesses.map(|it| (it.word, it.before, it.after)).collect();
    assert_eq!(accesses, [(alone.start, 7, 0)]);
}
