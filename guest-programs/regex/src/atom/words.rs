//! Bytes as words. All of the search's unsafe code.
#![expect(
    unsafe_code,
    reason = "RV64 traps on or emulates loads that are not aligned, so eight bytes are loaded at \
              once only where the compiler knows that they are"
)]

/// How many bytes a word has.
pub(super) const WORD: usize = size_of::<u64>();

/// `bytes` in three parts, in this order, the middle one as aligned words in the
/// machine's byte order. Nothing is promised of how long the others are.
#[inline]
pub(super) fn split(bytes: &[u8]) -> (&[u8], &[u64], &[u8]) {
    // SAFETY: every pattern of bits is a `u64`, and the words are lent for as long, and
    // as immutably, as the bytes that they are made of.
    unsafe { bytes.align_to::<u64>() }
}
