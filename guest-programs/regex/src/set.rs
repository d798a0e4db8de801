//! Sets of bytes.

use core::fmt;

/// A set of bytes, as 256 bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSet([u64; 4]);

impl ByteSet {
    /// No byte.
    pub const EMPTY: Self = Self([0; 4]);
    /// Every byte.
    pub const ALL: Self = Self([u64::MAX; 4]);

    /// The bytes from `first` to `last`, both included.
    pub fn range(first: u8, last: u8) -> Self {
        (first..=last).collect()
    }

    /// Whether `byte` is in it.
    #[inline]
    pub fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
    }

    /// Puts `byte` into it.
    pub fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    /// How many bytes are in it.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no byte is in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }

    /// The bytes of either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(core::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    /// The bytes of both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(core::array::from_fn(|i| self.0[i] & other.0[i]))
    }

    /// All bytes that are not in it.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self(self.0.map(|word| !word))
    }

    /// Its bytes, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=u8::MAX).filter(|&byte| self.contains(byte))
    }

    /// Its one byte, if there is just one.
    pub fn single(&self) -> Option<u8> {
        (self.len() == 1).then(|| self.iter().next()).flatten()
    }
}

impl FromIterator<u8> for ByteSet {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Self {
        let mut set = Self::EMPTY;
        bytes.into_iter().for_each(|byte| set.insert(byte));
        set
    }
}

impl fmt::Debug for ByteSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        let mut next = 0;
        while next <= 255u16 {
            let first = next as u8;
            next += 1;
            if !self.contains(first) {
                continue;
            }
            while next <= 255 && self.contains(next as u8) {
                next += 1;
            }
            write!(f, "{}", first.escape_ascii())?;
            if next as u8 != first.wrapping_add(1) {
                write!(f, "-{}", (next as u8).wrapping_sub(1).escape_ascii())?;
            }
        }
        f.write_str("]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        let set: ByteSet = [0, 63, 64, 255].into_iter().collect();
        assert_eq!(set.iter().collect::<std::vec::Vec<_>>(), [0, 63, 64, 255]);
        assert_eq!((set.len(), set.complement().len()), (4, 252));
        assert_eq!(
            ByteSet::range(b'a', b'c')
                .intersection(&ByteSet::range(b'c', b'z'))
                .single(),
            Some(b'c')
        );
        assert_eq!(ByteSet::ALL.complement(), ByteSet::EMPTY);
    }

    #[test]
    fn a_set_is_printed_as_ranges() {
        let set = ByteSet::range(b'a', b'c').union(&ByteSet::range(b'x', b'x'));
        assert_eq!(format!("{set:?}"), "[a-cx]");
        assert_eq!(format!("{:?}", ByteSet::range(0xfe, 0xff)), r"[\xfe-\xff]");
    }
}
