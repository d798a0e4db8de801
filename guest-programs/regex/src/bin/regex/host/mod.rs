//! What the program needs of where it runs: its arguments and input, output, and clocks.
//! Two versions of the same, for the guest and for a native program.

#[cfg(target_os = "none")]
mod guest;
#[cfg(target_os = "none")]
pub use guest::*;

#[cfg(not(target_os = "none"))]
mod native;
#[cfg(not(target_os = "none"))]
pub use native::*;
