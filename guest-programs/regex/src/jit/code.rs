//! Machine code in memory, and the way into it.
#![cfg_attr(
    any(not(test), all(target_arch = "riscv64", target_os = "none")),
    expect(
        unsafe_code,
        reason = "to map memory, and to enter what was written there"
    )
)]

#[cfg(all(test, not(all(target_arch = "riscv64", target_os = "none"))))]
pub use super::simulator::Simulated as Code;
#[cfg(all(target_arch = "riscv64", target_os = "none"))]
pub use guest::Code;
#[cfg(not(any(test, all(target_arch = "riscv64", target_os = "none"))))]
pub use other::Code;

#[cfg(all(target_arch = "riscv64", target_os = "none"))]
mod guest {
    use core::arch::asm;

    use crate::jit::NoCode;
    use crate::jit::emit::Listing;
    use crate::jit::frame::Frame;

    /// Code that can be executed, and no longer be written.
    #[derive(Debug)]
    pub struct Code {
        start: *mut u8,
        length: usize,
    }

    impl Code {
        /// Puts the code into memory of its own.
        pub fn publish(listing: &Listing) -> Result<Self, NoCode> {
            let words = listing.code();
            let length = size_of_val(words);
            let refused = |errno: abi::Errno| NoCode::Refused { errno: errno.0 };
            let start = abi::mmap(length).map_err(refused)?;
            let code = Self { start, length };
            // SAFETY: the mapping is new, as long as the words, and aligned to a page.
            unsafe {
                start
                    .cast::<u32>()
                    .copy_from_nonoverlapping(words.as_ptr(), words.len())
            };
            // SAFETY: the mapping is this value's own; from here on it is only executed.
            unsafe { abi::mprotect(start, length, abi::Protection::READ_EXECUTE) }
                .map_err(refused)?;
            // SAFETY: the instruction orders later fetches behind the stores above.
            unsafe { asm!("fence.i", options(nostack)) };
            Ok(code)
        }

        /// Executes the code on `frame`, and says how it ended.
        ///
        /// # Safety
        /// The frame must be one for the program that was compiled: slots, classes and the
        /// pool are the program's, `begin` to `end` is the haystack, and the stack has room
        /// up to `limit`; all of it is borrowed until the code returns.
        pub unsafe fn enter(&self, frame: &mut Frame<'_>) -> usize {
            // SAFETY: a `Listing` is made by the emitter alone, and begins with a function
            // of this type. It reads and writes through the frame's addresses only, which
            // are what the caller says. `regs` says what becomes of registers.
            let entry: unsafe extern "C" fn(&mut Frame<'_>) -> usize =
                unsafe { core::mem::transmute(self.start) };
            // SAFETY: the caller has seen to the frame.
            unsafe { entry(frame) }
        }
    }

    impl Drop for Code {
        fn drop(&mut self) {
            // SAFETY: the mapping is this value's own, and nobody is executing it, for
            // `enter` borrows the value.
            let _ = unsafe { abi::munmap(self.start, self.length) };
        }
    }
}

#[cfg(not(any(test, all(target_arch = "riscv64", target_os = "none"))))]
mod other {
    use crate::jit::NoCode;
    use crate::jit::emit::Listing;
    use crate::jit::frame::Frame;

    /// There is none: the host is another machine.
    #[derive(Debug)]
    pub enum Code {}

    impl Code {
        /// Says that this host cannot execute it.
        pub fn publish(_: &Listing) -> Result<Self, NoCode> {
            Err(NoCode::Host)
        }

        /// Cannot be called.
        ///
        /// # Safety
        /// There is nothing to see to.
        pub unsafe fn enter(&self, _: &mut Frame<'_>) -> usize {
            match *self {}
        }
    }
}
