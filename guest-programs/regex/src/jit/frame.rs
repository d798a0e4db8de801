//! What a search and the code that does it share.

use alloc::vec::Vec;
use core::mem::MaybeUninit;

use super::asm::encode::Reg;
use super::helpers;
use super::regs;
use crate::hir::Class;

/// A choice `(resume, position, b)` or an old value `(resume, address of the slot, value)`.
pub type Entry = [usize; 3];

/// Bytes of an [`Entry`].
pub const ENTRY: i64 = size_of::<Entry>() as i64;

/// A rare thing that emitted code has done for it, with the position and one argument.
pub type Helper = for<'f, 'a> extern "C" fn(&'f mut Frame<'a>, usize, usize) -> usize;

/// The state of a search. Positions are addresses.
#[repr(C)]
pub struct Frame<'a> {
    /// Where the first attempt begins; in the end, where the last one did.
    pub start: usize,
    /// The last position that an attempt may begin at.
    pub last: usize,
    /// Behind the last byte that an attempt may begin with.
    pub scan_end: usize,
    /// The steps that are left; negative if they were too few.
    pub steps: i64,
    /// The haystack's first byte.
    pub begin: usize,
    /// Behind the haystack's last byte.
    pub end: usize,
    /// The first slot.
    pub slots: usize,
    /// The middle of the pool.
    pub pool: usize,
    /// The first entry of the stack. Below the code's own is one that ends the attempt.
    pub stack: usize,
    /// Behind the top entry.
    pub top: usize,
    /// What `top` is when the stack is full.
    pub limit: usize,
    /// See [`helpers`].
    pub helpers: &'static Helpers,
    /// Where registers are meanwhile; only the code knows when.
    pub spill: MaybeUninit<Spill>,
    /// What a backreference refers to: its first byte, and behind its last.
    pub captured: [usize; 2],
    /// The haystack, for helpers.
    pub haystack: &'a [u8],
    /// The classes that helpers know by number.
    pub classes: &'a [Class],
    /// Whether letters beyond ASCII have a case.
    pub unicode: bool,
    /// The most entries that the stack may have, with those that the code leaves out.
    pub entries: usize,
    /// The stack.
    pub entries_of_stack: &'a mut Vec<Entry>,
}

/// How the code ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Exit {
    /// The attempt at `start` succeeded.
    Match,
    /// No attempt did.
    NoMatch,
    /// The attempt at `start` needs more steps.
    Steps,
    /// The attempt at `start` needs more entries.
    Stack,
}

/// The functions that emitted code calls, so that no address of them is in it.
#[repr(C)]
pub struct Helpers {
    /// [`helpers::class`]
    pub class: Helper,
    /// [`helpers::word`]
    pub word: Helper,
    /// [`helpers::folded`]
    pub folded: Helper,
    /// [`helpers::grow`]
    pub grow: Helper,
}

/// Their only value.
pub static HELPERS: Helpers = Helpers {
    class: helpers::class,
    word: helpers::word,
    folded: helpers::folded,
    grow: helpers::grow,
};

/// Room for registers.
#[repr(C)]
pub struct Spill {
    /// The caller's [`regs::SAVED`].
    pub saved: [usize; regs::SAVED.len()],
    /// Where the code returns to.
    pub return_address: usize,
    /// Where a shared routine returns to.
    pub link: usize,
    /// The same for one that calls another.
    pub outer_link: usize,
    /// [`regs::POSITION`]
    pub position: usize,
}

/// The offset of a field, as immediates have it.
macro_rules! field {
    ($($path:tt)+) => { core::mem::offset_of!($crate::jit::frame::Frame<'static>, $($path)+) as i64 };
}
pub(super) use field;

/// The offset of a place for a register.
macro_rules! spill {
    ($place:ident) => {
        $crate::jit::frame::field!(spill)
            + core::mem::offset_of!($crate::jit::frame::Spill, $place) as i64
    };
}
pub(super) use spill;

/// The offset of a helper's address in [`Helpers`].
macro_rules! helper {
    ($name:ident) => {
        core::mem::offset_of!($crate::jit::frame::Helpers, $name) as i64
    };
}
pub(super) use helper;

/// Where each of [`regs::SAVED`] is saved.
pub fn saved() -> impl Iterator<Item = (Reg, i64)> {
    let offset = |index| spill!(saved) + 8 * index as i64;
    regs::SAVED
        .into_iter()
        .enumerate()
        .map(move |(index, reg)| (reg, offset(index)))
}

impl Frame<'_> {
    /// The offset in the haystack of an address in it.
    pub fn offset(&self, position: usize) -> usize {
        position.wrapping_sub(self.begin).min(self.haystack.len())
    }

    /// The bytes that a backreference refers to.
    pub fn captured(&self) -> &[u8] {
        let [start, end] = self.captured.map(|address| self.offset(address));
        self.haystack.get(start..end).unwrap_or(&[])
    }

    /// Lets `top` be this many entries above the first, and sees to `limit`.
    pub fn lay_out_stack(&mut self, height: usize) {
        let below = 1; // the entry that ends the attempt
        let most = (self.entries_of_stack.len() - below).min(self.entries);
        self.stack = self.entries_of_stack.as_mut_ptr() as usize;
        self.top = self.stack + (below + height) * size_of::<Entry>();
        self.limit = self.stack + (below + most) * size_of::<Entry>();
    }
}
