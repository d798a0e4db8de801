//! The environment of SP1 v6 guests.
#![forbid(unsafe_code)]

#[cfg(feature = "precompiles")]
#[cfg_attr(not(test), expect(dead_code, reason = "called by the personality"))]
mod hook;
#[cfg(feature = "precompiles")]
#[cfg_attr(not(test), expect(dead_code, reason = "called by the personality"))]
mod precompile;
