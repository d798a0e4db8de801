//! What emitted code reads: tables with a byte for each byte, and words.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::hir::Class;
use crate::set::ByteSet;

/// More bytes than this are too large.
pub const MOST_BYTES: usize = 1 << 20;

/// How far the base register is behind the first byte, so that offsets of both signs serve.
pub const BIAS: usize = 0x800;

/// What a table of a class says about a byte that an encoding may begin with.
const WIDE: u8 = 0xff;

/// The table of what word characters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// In ASCII alone.
    Ascii,
    /// In Unicode: bytes beyond ASCII are negative.
    Unicode,
}

/// An offset from the base register, in bytes.
pub type Offset = i64;

/// The contents, under way.
#[derive(Debug, Default)]
pub struct Pool {
    words: Vec<u64>,
    tables: BTreeMap<[u64; 32], Offset>,
    constants: BTreeMap<u64, Offset>,
}

impl Pool {
    /// How many bytes there are.
    pub fn len(&self) -> usize {
        8 * self.words.len()
    }

    /// What is at [`BIAS`] before the base.
    pub fn finish(self) -> Vec<u64> {
        self.words
    }

    /// A word of this value.
    pub fn constant(&mut self, value: u64) -> Offset {
        if let Some(&offset) = self.constants.get(&value) {
            return offset;
        }
        let offset = self.append(&[value]);
        self.constants.insert(value, offset);
        offset
    }

    /// A table that is not 0 for the bytes of `set`.
    pub fn set(&mut self, set: &ByteSet) -> Offset {
        self.table(|byte| u8::from(set.contains(byte)))
    }

    /// A table of what encodings begin with: 1 for ASCII, negative for other bytes, 0 for
    /// what is not in `first_bytes`.
    pub fn first_bytes(&mut self, first_bytes: &ByteSet) -> Offset {
        self.table(|byte| match byte {
            _ if !first_bytes.contains(byte) => 0,
            0x80.. => WIDE,
            _ => 1,
        })
    }

    /// A table that is 1 for word characters.
    pub fn word_characters(&mut self, words: Words) -> Offset {
        self.table(|byte| match byte {
            0x80.. if words == Words::Unicode => WIDE,
            0x80.. => 0,
            _ => u8::from(crate::look::is_word_byte(byte)),
        })
    }

    /// A table of the lower case of each byte; negative beyond ASCII if `unicode`.
    pub fn lower_case(&mut self, unicode: bool) -> Offset {
        self.table(|byte| match byte {
            0x80.. if unicode => WIDE,
            _ => byte.to_ascii_lowercase(),
        })
    }

    /// For each byte that an encoding of two bytes can begin with, from 0xc0 up, a word
    /// whose bits say with which last six bits that is a member of `class`.
    pub fn two_byte_members(&mut self, class: &Class) -> Offset {
        let mut rows = [0; 0x20];
        let ranges = class.ranges().iter();
        for &(first, last) in ranges.take_while(|range| range.0 < '\u{800}') {
            for scalar in first.max('\u{80}')..=last.min('\u{7ff}') {
                rows[scalar as usize >> 6] |= 1 << (scalar as u32 & 0x3f);
            }
        }
        self.append(&rows)
    }

    fn table(&mut self, value: impl Fn(u8) -> u8) -> Offset {
        let row =
            |at: usize| u64::from_le_bytes(core::array::from_fn(|i| value((8 * at + i) as u8)));
        let rows: [u64; 32] = core::array::from_fn(row);
        if let Some(&offset) = self.tables.get(&rows) {
            return offset;
        }
        let offset = self.append(&rows);
        self.tables.insert(rows, offset);
        offset
    }

    fn append(&mut self, words: &[u64]) -> Offset {
        let offset = self.len() as Offset - BIAS as Offset;
        self.words.extend_from_slice(words);
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The byte at an offset from the base.
    fn byte(words: &[u64], offset: Offset) -> u8 {
        let at = (offset + BIAS as Offset) as usize;
        words[at / 8].to_le_bytes()[at % 8]
    }

    #[test]
    fn tables_say_what_they_are_for_and_are_shared() {
        let mut pool = Pool::default();
        let class = Class::new([('b', 'd'), ('\u{e0}', '\u{e9}'), ('\u{400}', '\u{4ff}')]);
        let set = pool.set(&ByteSet::range(b'a', b'z'));
        let leads = pool.first_bytes(&class.first_bytes());
        let lower = pool.lower_case(true);
        let words = pool.word_characters(Words::Ascii);
        let length = pool.len();
        assert_eq!(pool.set(&ByteSet::range(b'a', b'z')), set);
        assert_eq!(pool.constant(7), pool.constant(7));
        assert_eq!(pool.len(), length + 8);
        let all = pool.finish();
        for (table, at, expected) in [
            (set, b'a', 1),
            (set, b'A', 0),
            (leads, b'c', 1),
            (leads, b'a', 0),
            (leads, 0xc3, WIDE),
            (leads, 0xc4, 0),
            (lower, b'Q', b'q'),
            (lower, 0x80, WIDE),
            (words, b'_', 1),
            (words, 0xff, 0),
        ] {
            assert_eq!(
                byte(&all, table + Offset::from(at)),
                expected,
                "{table} {at:#x}"
            );
        }
    }

    #[test]
    fn members_of_two_bytes_are_bits() {
        let mut pool = Pool::default();
        let class = Class::new([
            ('b', '\u{81}'),
            ('\u{3bf}', '\u{3c0}'),
            ('\u{7ff}', '\u{900}'),
        ]);
        let rows = pool.two_byte_members(&class);
        let all = pool.finish();
        let row = |lead: u8| all[(rows + BIAS as Offset) as usize / 8 + usize::from(lead - 0xc0)];
        assert_eq!(row(0xc2), 0b11);
        assert_eq!((row(0xce), row(0xcf)), (1 << 63, 1));
        assert_eq!((row(0xc0), row(0xc1), row(0xdf)), (0, 0, 1 << 63));
    }
}
