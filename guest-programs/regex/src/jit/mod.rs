//! The compiler to machine code: what the backtracker executes, as RV64 code that does it.
//!
//! ```text
//!              emit: an op at a time            code: memory that can be executed
//! Program ──────────────────────────► Listing ──────────────────────────────────► Jit
//!              asm, pool, regs                  frame: what code and Rust share
//! ```
//!
//! - `asm` makes words of instructions and labels, `pool` holds the tables and constants.
//! - `regs` is the register plan, `frame` what a search hands over, `helpers` what emitted
//!   code leaves to Rust.
//! - `emit` has a module for each kind of op; see there for how a search is laid out.
//!
//! What holds: emitted code has no address in it but those of itself, relative to itself.
//! Positions are addresses while code runs, and offsets again when it has ended. It charges
//! steps and counts entries of the stack as the executor does, so that both end alike.

mod asm;
mod code;
mod emit;
mod frame;
mod helpers;
mod pool;
mod regs;
#[cfg(test)]
mod simulator;

use alloc::vec::Vec;
use core::fmt;
use core::mem::MaybeUninit;
use core::ops::RangeInclusive;

use crate::NONE;
use crate::backtrack::program::Program;
use crate::backtrack::run::{Limits, Outcome};
use crate::hir::Class;
use code::Code;
use emit::Listing;
use frame::{Entry, Exit, Frame, HELPERS};

/// Entries that there is room for before a search asks for more.
const FIRST_ENTRIES: usize = 256;

/// Why a program has no machine code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCode {
    /// This machine does not execute RV64 code, or not as this program.
    Host,
    /// The operating system does not give memory for it.
    Refused {
        /// Its error number.
        errno: i32,
    },
    /// The code, or the tables that it reads, would be too large.
    TooLarge,
    /// The program remembers where it has been, which only the executor can.
    Remembers,
}

impl fmt::Display for NoCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("this machine executes no RV64 code"),
            Self::Refused { errno } => write!(f, "no memory for code: error number {errno}"),
            Self::TooLarge => write!(
                f,
                "more than {} bytes of code or {} bytes of tables",
                asm::MOST_BYTES,
                pool::MOST_BYTES
            ),
            Self::Remembers => f.write_str("only the executor runs a program that remembers"),
        }
    }
}

impl core::error::Error for NoCode {}

/// A program as machine code, with the memory that its searches need.
#[derive(Debug)]
pub struct Jit {
    code: Code,
    pool: Vec<u64>,
    slots: Vec<usize>,
    stack: Vec<Entry>,
    classes: Vec<Class>,
    unicode: bool,
    window: emit::Window,
    /// Entries of the stack that the code leaves out.
    hidden: usize,
}

/// The instruction words of a program, which begin with a function.
pub fn listing(program: &Program) -> Result<Vec<u32>, NoCode> {
    Ok(Listing::of(program)?.code().to_vec())
}

impl Jit {
    /// Compiles a program.
    pub fn new(program: &Program) -> Result<Self, NoCode> {
        let listing = Listing::of(program)?;
        let code = Code::publish(&listing)?;
        let Listing {
            pool,
            hidden,
            window,
            ..
        } = listing;
        Ok(Self {
            code,
            pool,
            slots: alloc::vec![NONE; program.slots],
            stack: alloc::vec![Entry::default(); FIRST_ENTRIES + hidden],
            classes: program.classes.clone(),
            unicode: program.unicode,
            window,
            hidden,
        })
    }

    /// Makes attempts from `starts`, in order. Takes off `limits` what it has used, and
    /// writes the groups of a match to `slots`, two for each, [`NONE`] where there is none.
    #[expect(unsafe_code, reason = "to enter emitted code")]
    pub fn search(
        &mut self,
        haystack: &[u8],
        starts: RangeInclusive<usize>,
        limits: &mut Limits,
        slots: &mut [usize],
    ) -> Outcome {
        let Some((last, scan_end)) = self.window.of(haystack.len(), &starts) else {
            return Outcome::NoMatch;
        };
        // Code subtracts a little from addresses; nothing's address may be too low for that.
        let begin = match haystack {
            [] => self.slots.as_ptr() as usize,
            bytes => bytes.as_ptr() as usize,
        };
        // More steps than a register has are never used up.
        let steps = i64::try_from(limits.steps).unwrap_or(i64::MAX);
        let mut frame = Frame {
            start: begin + starts.start(),
            last: begin + last,
            scan_end: begin + scan_end,
            steps,
            begin,
            end: begin + haystack.len(),
            slots: self.slots.as_mut_ptr() as usize,
            pool: self.pool.as_ptr() as usize + pool::BIAS,
            stack: 0,
            top: 0,
            limit: 0,
            helpers: &HELPERS,
            spill: MaybeUninit::uninit(),
            captured: [0; 2],
            haystack,
            classes: &self.classes,
            unicode: self.unicode,
            entries: limits.entries,
            entries_of_stack: &mut self.stack,
        };
        frame.lay_out_stack(self.hidden);
        // SAFETY: code, pool, slots and classes are those of one program, from `Listing::of`;
        // the haystack and the stack are borrowed by the frame, and `helpers::grow` keeps
        // the stack and its limit together.
        let exit = unsafe { self.code.enter(&mut frame) };
        let (start, left) = (frame.offset(frame.start), frame.steps.max(0));
        limits.steps -= (steps - left) as u64;
        match exit {
            _ if exit == Exit::Match as usize => {
                self.groups(begin, slots);
                Outcome::Match
            }
            _ if exit == Exit::NoMatch as usize => Outcome::NoMatch,
            _ if exit == Exit::Steps as usize => Outcome::OutOfSteps { start },
            _ => Outcome::OutOfStack { start },
        }
    }

    /// Where the groups are, as offsets.
    fn groups(&self, begin: usize, slots: &mut [usize]) {
        for (slot, &address) in slots.iter_mut().zip(&self.slots) {
            *slot = match address {
                NONE => NONE,
                address => address - begin,
            };
        }
    }
}

#[cfg(test)]
mod tests;
