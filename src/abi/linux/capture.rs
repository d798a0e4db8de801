//! A stream's end that keeps what the guest writes.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Collects what is written to it; clones share the bytes.
///
/// ```
/// # use std::io::Write;
/// let capture = rvjet::abi::linux::Capture::new();
/// capture.clone().write_all(b"hello")?;
/// assert_eq!(capture.text(), "hello");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Capture {
    bytes: Arc<Mutex<Vec<u8>>>,
    limit: usize,
}

impl Default for Capture {
    fn default() -> Capture {
        Capture::limited(usize::MAX)
    }
}

impl Capture {
    /// Keeps everything: for guests that are trusted not to fill the host's memory.
    pub fn new() -> Capture {
        Capture::default()
    }

    /// Keeps `limit` bytes; the guest that writes more gets `ENOSPC`.
    pub fn limited(limit: usize) -> Capture {
        Capture {
            bytes: Arc::default(),
            limit,
        }
    }

    /// What was written so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.lock().clone()
    }

    /// What was written so far, with anything that is not UTF-8 replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.lock()).into_owned()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.lock();
        let count = bytes.len().min(self.limit.saturating_sub(kept.len()));
        if count == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        kept.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limited_capture_takes_no_more() {
        let mut capture = Capture::limited(3);
        assert_eq!(capture.write(b"abcd").unwrap(), 3);
        let error = capture.write(b"d").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(capture.bytes(), b"abc");
    }
}
