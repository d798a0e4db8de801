//! A native program.

use std::io::Read;
use std::sync::LazyLock;
use std::time::Instant;

pub use std::{eprintln, print, println};

/// The arguments behind the program's name.
pub fn arguments() -> Vec<Vec<u8>> {
    let arguments = std::env::args_os().skip(1);
    arguments
        .map(|argument| argument.into_encoded_bytes())
        .collect()
}

/// All of the standard input.
pub fn input() -> std::io::Result<Vec<u8>> {
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;
    Ok(input)
}

/// The monotonic clock.
pub fn nanoseconds() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_nanos() as u64
}

/// What [`cost`] counts.
pub const UNIT: &str = "nanoseconds";

/// The work that was done so far. Reading a counter of instructions takes rights that a
/// process seldom has.
pub fn cost() -> u64 {
    nanoseconds()
}
