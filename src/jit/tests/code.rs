//! Writing code memory, and entering it: `code`.

use super::super::code::CodeMemory;
use super::shape::hart;

const SIZE: usize = 1 << 20;

fn memory() -> CodeMemory {
    CodeMemory::reserve(SIZE).unwrap()
}

#[test]
fn what_is_written_can_be_read() {
    let mut code = memory();
    assert_eq!(code.size(), SIZE);
    code.write(vec![(0x1000, &[1, 2, 3]), (0, &[9])]).unwrap();
    assert_eq!(code.bytes(0xfff..0x1004), [0, 1, 2, 3, 0]);
    assert_eq!(code.bytes(0..1), [9]);
    assert_eq!(code.address(0x1000), code.address(0) + 0x1000);
}

#[test]
fn a_write_may_cross_pages() {
    let mut code = memory();
    let bytes: Vec<u8> = (0..=255).cycle().take(0x3000).collect();
    code.write(vec![(0xff0, &bytes)]).unwrap();
    assert_eq!(code.bytes(0xff0..0xff0 + 0x3000), bytes);
}

/// A unit that links to itself is patched as it is written.
#[test]
fn a_patch_within_a_unit_comes_after_it() {
    let mut code = memory();
    for writes in [
        vec![(0x1004, &[7; 4][..]), (0x1000, &[1; 16])],
        vec![(0x1000, &[1; 16][..]), (0x1004, &[7; 4])],
    ] {
        code.write(writes).unwrap();
        let wanted = [[1; 4], [7; 4], [1; 4], [1; 4]].concat();
        assert_eq!(code.bytes(0x1000..0x1010), wanted);
    }
}

/// Also behind it, and on both sides of what is far away.
#[test]
fn patches_may_be_anywhere() {
    let mut code = memory();
    let patches = [SIZE - 4, 0x10, 0x8_0000, 0x8_0ffe, 0x8_1010];
    let mut writes = vec![(0x8_1000, &[1; 64][..])];
    writes.extend(patches.map(|at| (at, &[7; 4][..])));
    code.write(writes).unwrap();
    for at in patches {
        let byte = if at == 0x8_0ffe { 2 } else { 4 };
        assert_eq!(code.bytes(at..at + byte), &[7; 4][..byte], "{at:#x}");
    }
    assert_eq!(code.bytes(0x8_1002..0x8_1010), [1; 14]);
    assert_eq!(code.bytes(0x8_1014..0x8_1040), [1; 44]);
}

#[test]
fn nothing_is_written_outside() {
    let mut code = memory();
    for at in [SIZE - 3, SIZE, usize::MAX - 1, usize::MAX] {
        assert!(code.write(vec![(at, &[7; 4])]).is_err(), "{at:#x}");
    }
    assert_eq!(code.bytes(SIZE - 4..SIZE), [0; 4]);
    assert!(code.write(vec![(0, &vec![7; SIZE + 1])]).is_err());
    assert_eq!(code.bytes(0..4), [0; 4]);
    code.write(vec![(SIZE - 4, &[7; 4])]).unwrap();
}

#[test]
fn to_write_nothing_is_fine() {
    let mut code = memory();
    code.write(vec![]).unwrap();
    code.write(vec![(0x1000, &[])]).unwrap();
    code.write(vec![(SIZE, &[])]).unwrap();
}

#[test]
fn there_are_no_bytes_outside() {
    let code = memory();
    let (start, end) = (8, 4);
    for span in [
        SIZE..SIZE,
        SIZE - 1..SIZE + 1,
        usize::MAX - 1..usize::MAX,
        start..end,
    ] {
        assert!(code.bytes(span.clone()).is_empty(), "{span:?}");
    }
}

/// `mov eax, number`, and back with the budget, which the call left in `rdx`.
fn number(number: u8) -> [u8; 6] {
    [0xb8, number, 0, 0, 0, 0xc3]
}

#[test]
fn code_can_be_entered_after_every_write() {
    let (mut code, mut hart) = (memory(), hart(&[]));
    for (at, why) in [(0, 42), (0x40, 7), (0, 9)] {
        code.write(vec![(at, &number(why))]).unwrap();
        // SAFETY: what is entered returns at once, and touches nothing.
        let left = unsafe { code.enter(at, 0, 0, &mut hart, 1000) };
        assert_eq!((left.why, left.budget), (why.into(), 1000));
    }
}
