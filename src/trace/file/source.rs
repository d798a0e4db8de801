//! Bytes that can be read at any place, by many threads at once.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

/// A file, or the bytes of one.
pub trait Source {
    /// Its length in bytes.
    ///
    /// # Errors
    /// What the host says.
    fn length(&self) -> io::Result<u64>;

    /// Reads bytes from `offset` on; returns how many: fewer than asked for
    /// only if it wants to, none only at the end.
    ///
    /// # Errors
    /// What the host says.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize>;
}

impl Source for File {
    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        FileExt::read_at(self, bytes, offset)
    }
}

impl Source for [u8] {
    fn length(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let start = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(self.len());
        (&self[start..]).read(bytes)
    }
}

impl Source for Vec<u8> {
    fn length(&self) -> io::Result<u64> {
        self.as_slice().length()
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        self.as_slice().read_at(bytes, offset)
    }
}

impl<S: Source + ?Sized> Source for &S {
    fn length(&self) -> io::Result<u64> {
        (**self).length()
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        (**self).read_at(bytes, offset)
    }
}

/// A source, read from a place on.
#[derive(Debug)]
pub(super) struct Cursor<'a, S> {
    source: &'a S,
    offset: u64,
}

impl<'a, S: Source> Cursor<'a, S> {
    pub fn new(source: &'a S, offset: u64) -> Cursor<'a, S> {
        Cursor { source, offset }
    }
}

impl<S: Source> Read for Cursor<'_, S> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read_at(bytes, self.offset)?;
        self.offset += count as u64;
        Ok(count)
    }
}
