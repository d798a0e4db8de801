//! What emitted code reads beside the window: `side`.

use std::mem::{offset_of, size_of};

use super::super::side::{self, Bank, JUMP_MASK, JumpEntry, Side};
use crate::isa::Width;
use crate::machine::{Memory, SIDE_BYTES};

const WINDOWS: [u64; 3] = [1 << 24, 1 << 32, 1 << 40];

/// Addresses near what matters: zero, the window's end, each power of two, the top.
fn addresses(window: u64) -> impl Iterator<Item = u64> {
    let powers = (0..64).map(|power| 1 << power);
    let middles = powers.chain([0, window, window / 2, window + window / 2, u64::MAX - 8]);
    middles
        .flat_map(|middle: u64| (0..18).map(move |step| middle.wrapping_add(step).wrapping_sub(9)))
}

#[test]
fn a_rotated_base_below_the_limit_is_aligned_and_in_the_window() {
    for window in WINDOWS {
        let limits = side::limits(window);
        for width in Width::ALL {
            for addr in addresses(window) {
                let below = addr.rotate_right(width as u32) < limits[width as usize];
                let plain = addr < window && width.is_aligned(addr);
                assert_eq!(below, plain, "{addr:#x} as {width:?} of {window:#x}");
            }
        }
    }
}

/// The `u64` at an offset from guest address 0.
fn read(memory: &mut Memory, offset: i32) -> u64 {
    let at = SIDE_BYTES - offset.unsigned_abs() as usize;
    u64::from_le_bytes(memory.side_area()[at..][..8].try_into().unwrap())
}

#[test]
fn the_limits_are_where_emitted_code_reads_them() {
    for window in WINDOWS {
        let mut memory = Memory::new(window, 1 << 20).unwrap();
        side::initialize(&mut memory, Bank::Run);
        for width in Width::ALL {
            let limit = read(&mut memory, Bank::Run.limit(width));
            assert_eq!(limit, window >> width as u32);
        }
    }
}

/// What emitted code finds for `pc`: see `lower/control`, `dispatch`.
fn look_up(memory: &mut Memory, pc: u64) -> Option<u64> {
    let index = pc as u32 & JUMP_MASK as u32;
    let scaled = 8 * index as i32;
    (read(memory, scaled + Bank::Run.jump_pc()) == pc)
        .then(|| read(memory, scaled + Bank::Run.jump_host()))
}

const PCS: [u64; 9] = [
    0,
    2,
    0x1_0000,
    0x1_0002,
    0x1_3ffe,
    0x1_4000,
    0xffff_fffe,
    0x1_0000_0000,
    u64::MAX - 1,
];

#[test]
fn emitted_code_computes_the_entry_of_the_index() {
    for pc in PCS {
        let scaled = 8 * (pc as u32 & JUMP_MASK as u32) as usize;
        assert_eq!(scaled, side::jump_index(pc) * size_of::<JumpEntry>());
    }
    let table = SIDE_BYTES - offset_of!(Side, jumps);
    assert_eq!(Bank::Run.jump_pc(), -(table as i32));
    assert_eq!(
        Bank::Run.jump_host(),
        Bank::Run.jump_pc() + offset_of!(JumpEntry, host) as i32
    );
}

#[test]
fn a_jump_is_found_from_when_it_is_set_until_it_is_cleared() {
    let mut memory = Memory::new(1 << 24, 1 << 20).unwrap();
    side::initialize(&mut memory, Bank::Run);
    for (host, pc) in (1..).zip(PCS) {
        assert_eq!(look_up(&mut memory, pc), None, "{pc:#x}");
        side::set_jump(&mut memory, Bank::Run, pc, host);
        assert_eq!(look_up(&mut memory, pc), Some(host), "{pc:#x}");
        side::clear_jump(&mut memory, Bank::Run, pc);
        assert_eq!(look_up(&mut memory, pc), None, "{pc:#x}");
    }
}

#[test]
fn of_two_jumps_with_one_entry_the_last_is_found() {
    let mut memory = Memory::new(1 << 24, 1 << 20).unwrap();
    side::initialize(&mut memory, Bank::Run);
    let (first, second) = (0x1_0000, 0x1_0000 + JUMP_MASK as u64 + 2);
    assert_eq!(side::jump_index(first), side::jump_index(second));
    side::set_jump(&mut memory, Bank::Run, first, 1);
    side::set_jump(&mut memory, Bank::Run, second, 2);
    assert_eq!(look_up(&mut memory, first), None);
    assert_eq!(look_up(&mut memory, second), Some(2));
}

#[test]
fn initializing_forgets_every_jump() {
    let mut memory = Memory::new(1 << 24, 1 << 20).unwrap();
    PCS.iter()
        .for_each(|&pc| side::set_jump(&mut memory, Bank::Run, pc, 1));
    side::initialize(&mut memory, Bank::Run);
    for pc in PCS {
        assert_eq!(look_up(&mut memory, pc), None);
    }
}

#[test]
fn no_jump_has_the_address_of_an_empty_entry() {
    assert!(!JumpEntry::EMPTY.pc.is_multiple_of(2));
}
