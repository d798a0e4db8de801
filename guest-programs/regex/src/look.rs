//! Assertions about a position.

use crate::utf8;

/// An assertion that looks at the bytes on either side of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Look {
    /// `\A`, and `^` unless lines are told apart: the beginning of the haystack.
    StartText,
    /// `\z`, and `$` unless lines are told apart: the end of the haystack.
    EndText,
    /// `\Z`: the end of the haystack, or before a newline that ends it.
    EndTextOrNewline,
    /// `^` with flag `m`: the beginning of the haystack, or behind a newline.
    StartLine,
    /// `$` with flag `m`: the end of the haystack, or before a newline.
    EndLine,
    /// `\b`: a word character on just one side, by Unicode's definition of `\w`.
    Word,
    /// `\B`: both or neither; not within or beside bytes that are not UTF-8.
    NotWord,
    /// `\b` of a pattern of bytes: only ASCII has word characters.
    WordAscii,
    /// `\B` of a pattern of bytes.
    NotWordAscii,
}

impl Look {
    /// Whether it holds at `at`, which is at most the haystack's length.
    #[inline]
    pub fn holds(self, haystack: &[u8], at: usize) -> bool {
        match (self, between_ascii(haystack, at)) {
            (Self::Word, Some(word)) => word,
            (Self::NotWord, Some(word)) => !word,
            _ => self.holds_anywhere(haystack, at),
        }
    }

    #[inline(never)]
    fn holds_anywhere(self, haystack: &[u8], at: usize) -> bool {
        match self {
            Self::StartText => at == 0,
            Self::EndText => at == haystack.len(),
            Self::EndTextOrNewline => matches!(haystack[at..], [] | [b'\n']),
            Self::StartLine => at == 0 || haystack[at - 1] == b'\n',
            Self::EndLine => haystack.get(at).is_none_or(|&byte| byte == b'\n'),
            Self::Word => word_before(haystack, at) != word_after(haystack, at),
            Self::NotWord => not_word(haystack, at),
            Self::WordAscii => ascii_words(haystack, at).0 != ascii_words(haystack, at).1,
            Self::NotWordAscii => ascii_words(haystack, at).0 == ascii_words(haystack, at).1,
        }
    }
}

/// Whether an ASCII byte is a word character.
#[inline]
pub fn is_word_byte(byte: u8) -> bool {
    static WORD: [bool; 256] = {
        let mut word = [false; 256];
        let mut byte = 0;
        while byte < word.len() {
            word[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
            byte += 1;
        }
        word
    };
    WORD[usize::from(byte)]
}

/// Whether there is a word character on just one side, where there is ASCII on both.
#[inline]
fn between_ascii(haystack: &[u8], at: usize) -> Option<bool> {
    let (&before, &after) = (haystack.get(at.wrapping_sub(1))?, haystack.get(at)?);
    (before | after < 0x80).then(|| is_word_byte(before) != is_word_byte(after))
}

fn word_before(haystack: &[u8], at: usize) -> bool {
    match haystack[..at].last() {
        Some(&byte) if byte < 0x80 => is_word_byte(byte),
        _ => utf8::decode_last(&haystack[..at]).is_some_and(|(scalar, _)| utf8::is_word(scalar)),
    }
}

fn word_after(haystack: &[u8], at: usize) -> bool {
    match haystack.get(at) {
        Some(&byte) if byte < 0x80 => is_word_byte(byte),
        _ => utf8::decode(&haystack[at..]).is_some_and(|(scalar, _)| utf8::is_word(scalar)),
    }
}

fn not_word(haystack: &[u8], at: usize) -> bool {
    let whole_before = at == 0 || utf8::decode_last(&haystack[..at]).is_some();
    let whole_after = at == haystack.len() || utf8::decode(&haystack[at..]).is_some();
    whole_before && whole_after && word_before(haystack, at) == word_after(haystack, at)
}

fn ascii_words(haystack: &[u8], at: usize) -> (bool, bool) {
    let before = haystack[..at].last().copied().is_some_and(is_word_byte);
    (before, haystack.get(at).copied().is_some_and(is_word_byte))
}
