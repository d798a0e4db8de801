//! A guest, with `rt` in the place of `std`.

use alloc::vec::Vec;

pub use rt::{eprintln, print, println};

/// The arguments behind the program's name.
pub fn arguments() -> Vec<Vec<u8>> {
    rt::args::rest().map(<[u8]>::to_vec).collect()
}

/// All of the standard input.
pub fn input() -> Result<Vec<u8>, rt::abi::Errno> {
    rt::stdin::read_to_end()
}

/// The monotonic clock.
pub fn nanoseconds() -> u64 {
    rt::clock::monotonic()
}

/// What [`cost`] counts.
pub const UNIT: &str = "instret";

/// The work that was done so far.
pub fn cost() -> u64 {
    rt::clock::instructions()
}
