//! The engine of which no search takes longer than the haystack is long. That is per search:
//! each may look at all that is left, so that all matches of a text may take its square.
//!
//! ```text
//!        compile          determinise, state by state as a search needs them
//! hir ────────────► nfa ──────────────────────────► dfa ──► where a match ends
//!      (graph)       │ └─ of the reversed pattern ► dfa ──► where it begins
//!                    ├────► replay ──► its groups
//!                    └────► pike ────► all that, where the others are no use
//! ```
//!
//! A pattern enters that [`Node::is_regular`](crate::hir::Node::is_regular), spans and
//! slots leave. What holds:
//!
//! - a match is the leftmost, and of those the one that a backtracker would find first;
//! - the work for a haystack is at most its length times the size of the `nfa`;
//! - tables stay within [`Budget::memory`](crate::budget::Budget::memory). What does not
//!   fit is an error of `new`, never one of a search: a full cache of the `dfa` is
//!   emptied, and one that is full too often is given up for `pike`;
//! - assertions are decided by the bytes on their two `side`s, so both automata look at
//!   a byte before they decide on what ends in front of it.

mod compile;
mod dfa;
mod engine;
mod error;
mod first;
mod graph;
mod nfa;
mod pike;
mod replay;
mod side;
mod skip;
mod sparse;
#[cfg(test)]
mod tests;

pub use engine::Linear;
pub use error::NotLinear;
pub use pike::Pike;
