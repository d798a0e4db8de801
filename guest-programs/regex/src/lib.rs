//! Regular expressions by four engines: literal search, automata, a backtracker, and a
//! compiler to RV64 machine code. It is a guest program of rvjet, and a library that
//! compiles natively.
//!
//! ```text
//!            syntax            engine: which one?
//! pattern ──────────► hir ──┬────────────────────► atom       a literal, searched for
//!                           ├────────────────────► linear     NFA, lazy DFA
//!                           └──► backtrack: ops ─┬► backtrack  executes them
//!                                                └► jit        compiles them
//! ```
#![cfg_attr(not(test), no_std)]
#![deny(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod atom;
pub mod backtrack;
pub mod budget;
pub mod engine;
pub mod hir;
pub mod jit;
pub mod linear;
pub mod look;
mod regex;
pub mod set;
pub mod syntax;
pub mod utf8;

pub use crate::regex::{BuildError, Builder, Captures, Cursor, Matches, Regex};

/// The value of a slot without one: that of a group that is not part of the match.
pub const NONE: usize = usize::MAX;

/// Where something is in the haystack: from `start` up to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first byte's offset.
    pub start: usize,
    /// The offset behind the last byte.
    pub end: usize,
}
