//! The Linux RISC-V user-mode system calls that the guests need, and nothing
//! else. This is the only crate with an `ecall` in it.
//!
//! The convention: the number in `a7`, arguments in `a0` to `a5`, the result
//! in `a0`; a result in `-4095..=-1` is a negated error number. All registers
//! but `a0` survive.
#![no_std]

use core::arch::asm;
use core::fmt;

/// Call numbers of the generic (asm-generic) Linux table, which RISC-V uses.
pub mod nr {
    #![expect(missing_docs, reason = "each is named after its call")]
    pub const READ: usize = 63;
    pub const WRITE: usize = 64;
    pub const EXIT: usize = 93;
    pub const EXIT_GROUP: usize = 94;
    pub const CLOCK_GETTIME: usize = 113;
    pub const BRK: usize = 214;
    pub const MUNMAP: usize = 215;
    pub const MMAP: usize = 222;
    pub const MPROTECT: usize = 226;
}

/// File descriptor of the standard input.
pub const STDIN: i32 = 0;
/// File descriptor of the standard output.
pub const STDOUT: i32 = 1;
/// File descriptor of the standard error output.
pub const STDERR: i32 = 2;

/// The largest error number a call can return.
const MAX_ERRNO: isize = 4095;

/// A Linux error number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub i32);

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error number {}", self.0)
    }
}

/// One `ecall` with all six arguments; a call that takes fewer ignores the rest.
///
/// # Safety
/// The arguments must be what call `number` wants: pointers valid for what the
/// kernel reads or writes through them, and no mapping that is in use taken away.
pub unsafe fn syscall(number: usize, args: [usize; 6]) -> Result<usize, Errno> {
    let result: isize;
    // SAFETY: the convention above is all an `ecall` does to this program's
    // registers; what it does to memory is the caller's promise.
    unsafe {
        asm!(
            "ecall",
            in("a7") number,
            inlateout("a0") args[0] as isize => result,
            in("a1") args[1],
            in("a2") args[2],
            in("a3") args[3],
            in("a4") args[4],
            in("a5") args[5],
            options(nostack),
        );
    }
    if (-MAX_ERRNO..0).contains(&result) {
        Err(Errno(-result as i32))
    } else {
        Ok(result as usize)
    }
}

/// Reads up to `buffer.len()` bytes; 0 says the end of the input.
pub fn read(fd: i32, buffer: &mut [u8]) -> Result<usize, Errno> {
    let args = [
        fd as usize,
        buffer.as_mut_ptr() as usize,
        buffer.len(),
        0,
        0,
        0,
    ];
    // SAFETY: the kernel writes at most `buffer.len()` bytes to `buffer`.
    unsafe { syscall(nr::READ, args) }
}

/// Writes some of `bytes`, and says how many.
pub fn write(fd: i32, bytes: &[u8]) -> Result<usize, Errno> {
    let args = [fd as usize, bytes.as_ptr() as usize, bytes.len(), 0, 0, 0];
    // SAFETY: the kernel only reads `bytes`.
    unsafe { syscall(nr::WRITE, args) }
}

/// Writes all of `bytes`.
pub fn write_all(fd: i32, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        let written = write(fd, bytes)?;
        bytes = &bytes[written.min(bytes.len())..];
    }
    Ok(())
}

/// Ends the program. The host sees the low 8 bits of `code`.
pub fn exit(code: i32) -> ! {
    for number in [nr::EXIT_GROUP, nr::EXIT] {
        // SAFETY: neither call takes a pointer.
        let _ = unsafe { syscall(number, [code as usize, 0, 0, 0, 0, 0]) };
    }
    // A host that knows neither call cannot be asked to stop.
    loop {
        core::hint::spin_loop();
    }
}

/// Moves the program break to `end` and returns where it is now: `end`, or the
/// old place if the host refused. `brk(0)` asks without moving.
///
/// # Safety
/// Nothing at or above `end` may be in use.
pub unsafe fn brk(end: usize) -> usize {
    // SAFETY: memory above the break is unused, so the caller says.
    unsafe { syscall(nr::BRK, [end, 0, 0, 0, 0, 0]) }.unwrap_or(0)
}

/// What a program may do with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protection(usize);

impl Protection {
    /// Load and store.
    pub const READ_WRITE: Self = Self(1 | 2);
    /// Load and execute.
    pub const READ_EXECUTE: Self = Self(1 | 4);
}

/// Maps `length` bytes of fresh zeroed memory, readable and writable, at a
/// place of the host's choice.
pub fn mmap(length: usize) -> Result<*mut u8, Errno> {
    const PRIVATE_ANONYMOUS: usize = 0x2 | 0x20;
    let Protection(read_write) = Protection::READ_WRITE;
    let args = [0, length, read_write, PRIVATE_ANONYMOUS, usize::MAX, 0];
    // SAFETY: without MAP_FIXED the host takes addresses that nobody uses.
    unsafe { syscall(nr::MMAP, args) }.map(|address| address as *mut u8)
}

/// Gives a mapping back.
///
/// # Safety
/// The `length` bytes at `start` must come from [`mmap`] and be out of use.
pub unsafe fn munmap(start: *mut u8, length: usize) -> Result<(), Errno> {
    // SAFETY: the mapping is out of use, so the caller says.
    unsafe { syscall(nr::MUNMAP, [start as usize, length, 0, 0, 0, 0]) }.map(|_| ())
}

/// Sets what the program may do with the pages that `length` bytes at `start` are on.
///
/// # Safety
/// The pages must come from [`mmap`], and nobody may go on to do with them what is not
/// allowed any more.
pub unsafe fn mprotect(start: *mut u8, length: usize, protection: Protection) -> Result<(), Errno> {
    let args = [start as usize, length, protection.0, 0, 0, 0];
    // SAFETY: nobody counts on what is taken away, so the caller says.
    unsafe { syscall(nr::MPROTECT, args) }.map(|_| ())
}

/// What the clock that never goes back shows: seconds, and nanoseconds of the next.
pub fn monotonic_clock() -> Result<(u64, u64), Errno> {
    const MONOTONIC: usize = 1;
    let mut time = [0; 2];
    let args = [MONOTONIC, time.as_mut_ptr() as usize, 0, 0, 0, 0];
    // SAFETY: the kernel writes a `timespec`, which is two words of 64 bits, to `time`.
    unsafe { syscall(nr::CLOCK_GETTIME, args) }?;
    Ok((time[0], time[1]))
}
