//! Scalar values in bytes, and what Unicode says of them.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// The scalar value whose encoding `bytes` begin with, and the encoding's length;
/// nothing if they begin with none.
#[inline]
pub fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    let &first = bytes.first()?;
    if first < 0x80 {
        return Some((char::from(first), 1));
    }
    let length = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let text = core::str::from_utf8(bytes.get(..length)?).ok()?;
    text.chars().next().map(|scalar| (scalar, length))
}

/// The scalar value whose encoding `bytes` end with, and the encoding's length.
pub fn decode_last(bytes: &[u8]) -> Option<(char, usize)> {
    let tail = &bytes[bytes.len().saturating_sub(4)..];
    let start = tail.iter().rposition(|&byte| !is_continuation(byte))?;
    let whole = |&(_, length): &(char, usize)| start + length == tail.len();
    decode(&tail[start..]).filter(whole)
}

/// Whether `byte` is inside of an encoding and not its first.
#[inline]
pub fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Whether no encoding is cut at `at`: what is there is not a continuation byte.
#[inline]
pub fn is_boundary(haystack: &[u8], at: usize) -> bool {
    haystack.get(at).is_none_or(|&byte| !is_continuation(byte))
}

/// Whether `\w` matches `scalar`.
pub fn is_word(scalar: char) -> bool {
    regex_syntax::is_word_character(scalar)
}

/// Whether two scalar values are the same but for their case, by Unicode's simple folding.
pub fn folds_to(a: char, b: char) -> bool {
    if a == b || a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(&b);
    }
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(a, a)]);
    class.case_fold_simple();
    class
        .iter()
        .any(|range| (range.start()..=range.end()).contains(&b))
}
