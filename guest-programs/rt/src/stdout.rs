//! `print!` and `println!`, gathered in a buffer that goes out when it is full
//! and at the end; `eprintln!`, which goes out at once.

use core::cell::RefCell;
use core::fmt::{self, Write};

use crate::OneThread;

const CAPACITY: usize = 4096;

static STDOUT: OneThread<RefCell<Buffered<{ abi::STDOUT }, CAPACITY>>> =
    OneThread(RefCell::new(Buffered::new()));

/// A writer to file `FD` that needs one system call for up to `N` bytes. All
/// zeros at first, so that a static one takes no room in the ELF.
struct Buffered<const FD: i32, const N: usize> {
    length: usize,
    bytes: [u8; N],
}

impl<const FD: i32, const N: usize> Buffered<FD, N> {
    const fn new() -> Self {
        Self {
            length: 0,
            bytes: [0; N],
        }
    }

    /// The buffer is empty afterwards even if the host refused the bytes, so a
    /// panic about that does not try them again.
    fn flush(&mut self) -> fmt::Result {
        let length = core::mem::take(&mut self.length);
        abi::write_all(FD, &self.bytes[..length]).map_err(|_| fmt::Error)
    }

    fn push(&mut self, mut bytes: &[u8]) -> fmt::Result {
        while !bytes.is_empty() {
            if self.length == N {
                self.flush()?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(N - self.length));
            self.bytes[self.length..][..now.len()].copy_from_slice(now);
            self.length += now.len();
            bytes = later;
        }
        Ok(())
    }
}

impl<const FD: i32, const N: usize> Write for Buffered<FD, N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes())
    }
}

/// Prints bytes that need not be UTF-8.
pub fn write(bytes: &[u8]) {
    STDOUT
        .0
        .borrow_mut()
        .push(bytes)
        .expect("standard output takes no more");
}

/// Writes out what was printed so far.
pub fn flush() {
    STDOUT
        .0
        .borrow_mut()
        .flush()
        .expect("standard output takes no more");
}

/// As [`flush`], for the panic handler: does nothing where printing itself
/// panicked, and no failure matters any more.
pub(crate) fn flush_if_free() {
    if let Ok(mut stdout) = STDOUT.0.try_borrow_mut() {
        let _ = stdout.flush();
    }
}

#[doc(hidden)]
pub fn print(text: fmt::Arguments<'_>) {
    STDOUT
        .0
        .borrow_mut()
        .write_fmt(text)
        .expect("standard output takes no more");
}

#[doc(hidden)]
pub fn eprintln(text: fmt::Arguments<'_>) {
    let mut stderr = Buffered::<{ abi::STDERR }, 256>::new();
    // A message that cannot be shown has nowhere else to go.
    let _ = writeln!(stderr, "{text}").and_then(|()| stderr.flush());
}

/// Prints to the standard output.
#[macro_export]
macro_rules! print {
    ($($text:tt)*) => { $crate::stdout::print(::core::format_args!($($text)*)) };
}

/// Prints a line to the standard output.
#[macro_export]
macro_rules! println {
    ($($text:tt)*) => {{
        $crate::stdout::print(::core::format_args!($($text)*));
        $crate::stdout::write(b"\n");
    }};
}

/// Prints a line to the standard error output.
#[macro_export]
macro_rules! eprintln {
    ($($text:tt)*) => { $crate::stdout::eprintln(::core::format_args!($($text)*)) };
}
