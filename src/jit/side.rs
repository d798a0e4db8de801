//! The tables that emitted code reads: they lie in the side area below the guest's window,
//! in one of two banks, so that two JITs can share a window.
#![forbid(unsafe_code)]

use std::mem::{offset_of, size_of};

use crate::isa::Width;
use crate::machine::{Memory, SIDE_AREA_BYTES, SIDE_BYTES};

/// Entries of the jump table; a power of two.
const JUMP_ENTRIES: usize = 1 << 13;

/// What the side area holds.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Side {
    /// `limits[w]`: a base rotated right by `w` is below it exactly if it is in
    /// the window and a multiple of the width `w`.
    pub(super) limits: [u64; 4],
    /// Units by the low bits of their guest address: where indirect jumps look first.
    pub(super) jumps: [JumpEntry; JUMP_ENTRIES],
    /// The JIT whose tables these are; 0 if there is none.
    owner: u64,
}

/// A guest address and the host address of its unit.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct JumpEntry {
    pub(super) pc: u64,
    pub(super) host: u64,
}

impl JumpEntry {
    /// Matches no jump: targets are even.
    pub(super) const EMPTY: JumpEntry = JumpEntry {
        pc: u64::MAX,
        host: 0,
    };
}

/// Which tables are a JIT's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bank {
    /// Those of a JIT for the run.
    Run,
    /// Those of one for detours alone.
    Detours,
}

impl Bank {
    /// Those of a JIT that is made for this memory now.
    pub(super) fn of(memory: &Memory) -> Bank {
        match memory.is_detoured() {
            true => Bank::Detours,
            false => Bank::Run,
        }
    }

    /// Where its tables are in the side area.
    const fn start(self) -> usize {
        match self {
            Bank::Run => 0,
            Bank::Detours => SIDE_AREA_BYTES / 2,
        }
    }

    /// Where the first jump entry's guest address is, from the guest's address 0.
    pub(super) const fn jump_pc(self) -> i32 {
        self.offset(offset_of!(Side, jumps) + offset_of!(JumpEntry, pc))
    }

    /// As [`Bank::jump_pc`], of the host address.
    pub(super) const fn jump_host(self) -> i32 {
        self.offset(offset_of!(Side, jumps) + offset_of!(JumpEntry, host))
    }

    /// Where the limit for bases of `width` is, from the guest's address 0.
    pub(super) const fn limit(self, width: Width) -> i32 {
        self.offset(offset_of!(Side, limits) + 8 * width as usize)
    }

    /// The offset of a byte of the tables from the guest's address 0: negative.
    const fn offset(self, within: usize) -> i32 {
        (self.start() + within) as i32 - SIDE_BYTES as i32
    }
}

const _: () = assert!(size_of::<Side>() <= SIDE_AREA_BYTES / 2);
// Twice the index times the scale of an x86 address is the entry's offset.
const _: () = assert!(size_of::<JumpEntry>() == 2 * 8);

// The way to an entry, as emitted code goes it: targets are even, so an address
// masked by JUMP_MASK is twice the entry's index (0x10078 gives 0x78, which is
// twice 0x3c); times eight, which the addressing mode multiplies by, it is
// sixteen times the index, an entry's size. From the guest's address 0, where
// `mem` points, the table starts at the negative offset `Bank::jump_pc`.

/// The index of the jump entry for guest address `pc`.
pub(super) const fn jump_index(pc: u64) -> usize {
    (pc >> 1) as usize % JUMP_ENTRIES
}

/// `pc & JUMP_MASK` is twice the entry's index; eight times that is its offset.
pub(super) const JUMP_MASK: i32 = ((JUMP_ENTRIES - 1) << 1) as i32;
/// The limits of a window of `window` bytes.
pub(super) fn limits(window: u64) -> [u64; 4] {
    Width::ALL.map(|width| window >> width as u32)
}

/// Fills the tables in the side area of `memory`: its limits, no jumps.
pub(super) fn initialize(memory: &mut Memory, bank: Bank) {
    let limits = limits(memory.window_size());
    let side = tables(memory, bank);
    for (index, limit) in limits.into_iter().enumerate() {
        put(side, offset_of!(Side, limits) + 8 * index, limit);
    }
    for index in 0..JUMP_ENTRIES {
        set_entry(side, index, JumpEntry::EMPTY);
    }
}

/// Says whose the tables in the side area of `memory` are.
pub(super) fn claim(memory: &mut Memory, bank: Bank, owner: u64) {
    put(tables(memory, bank), offset_of!(Side, owner), owner);
}

/// Whether `owner` was the last to claim them.
pub(super) fn is_owned(memory: &mut Memory, bank: Bank, owner: u64) -> bool {
    let at = offset_of!(Side, owner);
    tables(memory, bank)[at..at + 8] == owner.to_le_bytes()
}

/// Lets indirect jumps to `pc` find the code at `host`.
pub(super) fn set_jump(memory: &mut Memory, bank: Bank, pc: u64, host: u64) {
    let entry = JumpEntry { pc, host };
    set_entry(tables(memory, bank), jump_index(pc), entry);
}

/// Lets indirect jumps find nothing at `pc`.
pub(super) fn clear_jump(memory: &mut Memory, bank: Bank, pc: u64) {
    set_entry(tables(memory, bank), jump_index(pc), JumpEntry::EMPTY);
}

fn tables(memory: &mut Memory, bank: Bank) -> &mut [u8] {
    &mut memory.side_area()[bank.start()..]
}

fn set_entry(side: &mut [u8], index: usize, entry: JumpEntry) {
    let at = offset_of!(Side, jumps) + index * size_of::<JumpEntry>();
    put(side, at + offset_of!(JumpEntry, pc), entry.pc);
    put(side, at + offset_of!(JumpEntry, host), entry.host);
}

fn put(side: &mut [u8], at: usize, value: u64) {
    side[at..at + 8].copy_from_slice(&value.to_le_bytes());
}
