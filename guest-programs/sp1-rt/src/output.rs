//! The public values; `print!` and `println!`, gathered in a buffer that goes out
//! when it is full and at the end; `eprintln!`, which goes out at once.

use core::cell::RefCell;
use core::fmt::{self, Write};

use crate::OneThread;
use crate::sha256::Sha256;
use crate::syscall::{self, Fd};

static PUBLIC_VALUES: OneThread<RefCell<Sha256>> = OneThread(RefCell::new(Sha256::new()));
static STDOUT: OneThread<RefCell<Lines>> = OneThread(RefCell::new(Lines::new(Fd::Stdout)));

/// Appends `bytes` to the public values. Not within an unconstrained block, which
/// would forget that their digest has changed.
pub fn commit(bytes: &[u8]) {
    syscall::write(Fd::PublicValues, bytes);
    PUBLIC_VALUES.0.borrow_mut().update(bytes);
}

/// Hands out the digest of the public values, as the guest's last act. It has
/// verified no proofs, and says so.
pub(crate) fn commit_digest() {
    let digest = PUBLIC_VALUES.0.borrow().clone().finish();
    for (word, index) in digest.as_chunks().0.iter().zip(0..) {
        syscall::commit(index, u32::from_le_bytes(*word));
    }
    for index in 0..8 {
        syscall::commit_deferred_proofs(index, 0);
    }
}

/// Writes whole lines where it can: the host takes the end of what it is given
/// for the end of a line.
struct Lines {
    fd: Fd,
    length: usize,
    bytes: [u8; 1024],
}

impl Lines {
    const fn new(fd: Fd) -> Self {
        Self {
            fd,
            length: 0,
            bytes: [0; 1024],
        }
    }

    fn flush(&mut self) {
        if self.length > 0 {
            syscall::write(self.fd, &self.bytes[..self.length]);
            self.length = 0;
        }
    }

    /// Makes room: lets the whole lines go, or everything if there are none.
    fn flush_lines(&mut self) {
        let filled = &self.bytes[..self.length];
        let newline = filled.iter().rposition(|&byte| byte == b'\n');
        let end = newline.map_or(self.length, |at| at + 1);
        syscall::write(self.fd, &filled[..end]);
        self.bytes.copy_within(end..self.length, 0);
        self.length -= end;
    }

    fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.length == self.bytes.len() {
                self.flush_lines();
            }
            let room = self.bytes.len() - self.length;
            let (now, later) = bytes.split_at(bytes.len().min(room));
            self.bytes[self.length..][..now.len()].copy_from_slice(now);
            self.length += now.len();
            bytes = later;
        }
    }
}

impl Write for Lines {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}

/// Writes out what was printed so far.
pub fn flush() {
    STDOUT.0.borrow_mut().flush();
}

/// As [`flush`], for the panic handler: does nothing where printing itself
/// panicked.
pub(crate) fn flush_if_free() {
    if let Ok(mut stdout) = STDOUT.0.try_borrow_mut() {
        stdout.flush();
    }
}

#[doc(hidden)]
pub fn print(text: fmt::Arguments<'_>) {
    STDOUT
        .0
        .borrow_mut()
        .write_fmt(text)
        .expect("something could not be formatted");
}

#[doc(hidden)]
pub fn eprintln(text: fmt::Arguments<'_>) {
    let mut stderr = Lines::new(Fd::Stderr);
    // A message that cannot be formatted has nowhere else to go.
    let _ = writeln!(stderr, "{text}");
    stderr.flush();
}

/// Prints to the standard output.
#[macro_export]
macro_rules! print {
    ($($text:tt)*) => { $crate::output::print(::core::format_args!($($text)*)) };
}

/// Prints a line to the standard output.
#[macro_export]
macro_rules! println {
    ($($text:tt)*) => {{
        $crate::output::print(::core::format_args!($($text)*));
        $crate::output::print(::core::format_args!("\n"));
    }};
}

/// Prints a line to the standard error output.
#[macro_export]
macro_rules! eprintln {
    ($($text:tt)*) => { $crate::output::eprintln(::core::format_args!($($text)*)) };
}
