//! The backtracker: programs for it, how they are made, and the loop that executes them.
//!
//! ```text
//! Hir ─► compile (next: what may come next) ─► Program ─► run | crate::jit
//!                                                 ▲
//!                               search: start positions, budget, memo
//! ```
//!
//! - `program` defines the instructions; whoever executes them goes by that page.
//! - `compile` makes them, with as few choices as what may come next allows.
//! - `run` executes them, portably; it is what the JIT is compared with.
//! - `search` looks for the places where an attempt is worth it, keeps the budget, and goes
//!   over to a program that remembers what it has tried when a regular pattern takes long.

mod compile;
mod literal;
mod next;
pub mod program;
pub mod run;
mod search;
#[cfg(test)]
mod tests;

pub use compile::{TooLarge, compile, compile_careful};
pub use search::{Backtrack, NoJit};
