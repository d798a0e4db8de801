//! What a guest for the zkVM SP1 (version 6) has instead of `std`: a start, input
//! items, public values, a heap, printing, blocks that are not proven, and the
//! precompiles.
//!
//! A guest is one thread from its first instruction to its last; the runtime
//! offers no way to make a second, and its shared state counts on that.
//!
//! ```ignore
//! #![no_std]
//! #![no_main]
//!
//! sp1_rt::entry!(main);
//!
//! fn main() {
//!     let n = sp1_rt::input::read_u64();
//!     sp1_rt::output::commit(&n.wrapping_mul(n).to_le_bytes());
//! }
//! ```
#![no_std]

extern crate alloc;

#[path = "../../rt/src/hash.rs"]
pub mod hash;
mod heap;
pub mod input;
pub mod output;
pub mod precompile;
#[path = "../../rt/src/rng.rs"]
pub mod rng;
pub mod sha256;
mod start;
pub mod syscall;
pub mod unconstrained;

/// The exit code of a guest that panicked.
pub const PANIC: u32 = 1;

/// Names the function `fn()` that the guest consists of.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        #[unsafe(no_mangle)]
        fn guest_main() {
            let main: fn() = $main;
            main()
        }
    };
}

/// State of the only thread there is.
pub(crate) struct OneThread<T>(pub(crate) T);

// SAFETY: `Sync` is a promise about several threads, and a guest has one. Within
// that thread `T` (a `Cell` or a `RefCell`) keeps its own rules.
unsafe impl<T> Sync for OneThread<T> {}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    output::flush_if_free();
    eprintln!("{info}");
    syscall::halt(PANIC)
}
