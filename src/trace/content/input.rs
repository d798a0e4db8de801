//! Content being read, by whomever it was written.

use super::varint::{self, unzigzag};
use super::{Column, Flaw};
use crate::trace::{Digest, Part, TraceError};

/// Bytes that shrink at their start.
#[derive(Debug)]
pub(in crate::trace) struct Input<'a> {
    left: &'a [u8],
}

impl<'a> Input<'a> {
    /// Reads all of `content`, which is that of `part`, with `read`.
    pub fn all<T>(
        part: Part,
        content: &'a [u8],
        read: impl FnOnce(&mut Input<'a>) -> Result<T, Flaw>,
    ) -> Result<T, TraceError> {
        let mut input = Input { left: content };
        let value = read(&mut input).and_then(|value| input.end().map(|()| value));
        let at = (content.len() - input.left.len()) as u64;
        value.map_err(|flaw| TraceError::Malformed { part, at, flaw })
    }

    fn end(&self) -> Result<(), Flaw> {
        match self.left.len() as u64 {
            0 => Ok(()),
            bytes => Err(Flaw::LeftOver { bytes }),
        }
    }

    /// Bytes that are left.
    pub fn left(&self) -> u64 {
        self.left.len() as u64
    }

    /// The next so many bytes.
    pub fn take(&mut self, count: u64) -> Result<&'a [u8], Flaw> {
        let split = usize::try_from(count)
            .ok()
            .and_then(|count| self.left.split_at_checked(count));
        let (taken, left) = split.ok_or(Flaw::Short {
            needed: count,
            left: self.left(),
        })?;
        self.left = left;
        Ok(taken)
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Flaw> {
        let (taken, left) = self.left.split_first_chunk().ok_or(Flaw::Short {
            needed: N as u64,
            left: self.left(),
        })?;
        self.left = left;
        Ok(*taken)
    }

    pub fn byte(&mut self) -> Result<u8, Flaw> {
        self.array().map(|[byte]| byte)
    }

    pub fn word32(&mut self) -> Result<u32, Flaw> {
        self.array().map(u32::from_le_bytes)
    }

    pub fn word(&mut self) -> Result<u64, Flaw> {
        self.array().map(u64::from_le_bytes)
    }

    pub fn digest(&mut self) -> Result<Digest, Flaw> {
        self.array().map(Digest)
    }

    #[inline]
    pub fn varint(&mut self) -> Result<u64, Flaw> {
        match *self.left {
            [byte @ 0..0x80, ref left @ ..] => {
                self.left = left;
                Ok(u64::from(byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, Flaw> {
        let found = self
            .left
            .first_chunk()
            .and_then(|bytes| varint::get(*bytes));
        let Some((value, length)) = found else {
            return self.last_varint();
        };
        if length > 1 && self.left[length - 1] == 0 {
            return Err(Flaw::Overlong);
        }
        self.left = &self.left[length..];
        Ok(value)
    }

    /// A number of any length, even if the content ends in it.
    fn last_varint(&mut self) -> Result<u64, Flaw> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && byte > 1 {
                return Err(Flaw::TooBig);
            }
            value |= bits << shift;
            if byte < 0x80 {
                return if byte == 0 && shift > 0 {
                    Err(Flaw::Overlong)
                } else {
                    Ok(value)
                };
            }
        }
        Err(Flaw::TooBig)
    }

    /// `from`, changed by what comes next.
    #[inline]
    pub fn change(&mut self, from: u64) -> Result<u64, Flaw> {
        let change = unzigzag(self.varint()?);
        Ok(from.wrapping_add_signed(change))
    }

    /// A number of so many bytes, at most eight.
    #[inline]
    pub fn low_bytes(&mut self, length: u8) -> Result<u64, Flaw> {
        let Some(word) = self.left.first_chunk() else {
            return self.last_bytes(length);
        };
        self.left = &self.left[usize::from(length)..];
        let unused = 64 - 8 * u32::from(length);
        let word = u64::from_le_bytes(*word);
        Ok(word & u64::MAX.checked_shr(unused).unwrap_or(0))
    }

    /// [`low_bytes`](Input::low_bytes) where fewer than eight are left.
    #[cold]
    fn last_bytes(&mut self, length: u8) -> Result<u64, Flaw> {
        let taken = self.take(u64::from(length))?;
        let mut word = [0; 8];
        word[..taken.len()].copy_from_slice(taken);
        Ok(u64::from_le_bytes(word))
    }

    pub fn signed(&mut self) -> Result<u64, Flaw> {
        self.change(0)
    }

    /// A count of things that take at least `least` bytes each, all of them in what is left.
    pub fn count(&mut self, column: Column, least: u64) -> Result<u64, Flaw> {
        let count = self.varint()?;
        self.fits(column, count, least)?;
        Ok(count)
    }

    /// Whether so many things of at least `least` bytes each can be in what is left.
    pub fn fits(&self, column: Column, count: u64, least: u64) -> Result<(), Flaw> {
        let left = self.left();
        match count.checked_mul(least) {
            Some(bytes) if bytes <= left => Ok(()),
            _ => Err(Flaw::Count {
                column,
                count,
                left,
            }),
        }
    }

    /// A length, and so many bytes.
    pub fn bytes(&mut self) -> Result<&'a [u8], Flaw> {
        let length = self.count(Column::Bytes, 1)?;
        self.take(length)
    }
}
