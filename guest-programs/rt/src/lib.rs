//! What a guest has instead of `std`: a start, arguments, standard input and
//! output, a heap, and a panic handler.
//!
//! A guest is one thread from its first instruction to its last; the runtime
//! offers no way to make a second, and its shared state counts on that.
//!
//! ```ignore
//! #![no_std]
//! #![no_main]
//!
//! rt::entry!(main);
//!
//! fn main() -> i32 {
//!     rt::println!("{}", rt::args::scale(27));
//!     0
//! }
//! ```
#![no_std]

extern crate alloc;

pub mod args;
pub mod clock;
pub mod hash;
mod heap;
pub mod rng;
mod start;
pub mod stdin;
pub mod stdout;

pub use abi;

/// The exit code of a guest that panicked.
pub const PANIC: i32 = 101;

/// The exit code of a guest that was called with arguments it cannot use.
pub const USAGE: i32 = 2;

/// Names the function `fn() -> i32` that the guest consists of. Its result is
/// the exit code.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        #[unsafe(no_mangle)]
        fn guest_main() -> i32 {
            let main: fn() -> i32 = $main;
            main()
        }
    };
}

/// Ends the guest with `code` after writing out what it printed.
pub fn exit(code: i32) -> ! {
    stdout::flush();
    abi::exit(code)
}

/// State of the only thread there is.
pub(crate) struct OneThread<T>(pub(crate) T);

// SAFETY: `Sync` is a promise about several threads, and a guest has one. Within
// that thread `T` (a `Cell` or a `RefCell`) keeps its own rules.
unsafe impl<T> Sync for OneThread<T> {}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    stdout::flush_if_free();
    eprintln!("{info}");
    abi::exit(PANIC)
}
