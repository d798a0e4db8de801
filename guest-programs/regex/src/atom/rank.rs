//! Which bytes are common in texts and in programs.

/// Bytes from common to rare. What is not here is rarer.
const ORDER: &[u8] = b" etaoinsrhldcu\nmpfgy.w,b_v()k\"-';=:x0/1TISACEMNRPL2{}<>DOBFHW*[]345689q7UGz&#j!?+VK$|YXQJZ@%\\^~`\t\r";

/// How common each byte is: none is as common as it.
const COMMON: [u8; 256] = {
    // Parts of characters that are not ASCII come behind letters and before controls.
    let mut common = [0; 256];
    let mut byte = 0x80;
    while byte < 0x100 {
        common[byte] = 1;
        byte += 1;
    }
    let mut i = 0;
    while i < ORDER.len() {
        common[ORDER[i] as usize] = u8::MAX - i as u8;
        i += 1;
    }
    common
};

/// A number that is greater the more common `byte` is.
#[inline]
pub(super) fn common(byte: u8) -> u8 {
    COMMON[usize::from(byte)]
}

/// Whether `byte` is so common that some bytes further there is another.
pub(super) fn is_frequent(byte: u8) -> bool {
    /// How many bytes from the front of [`ORDER`] are.
    const FREQUENT: u8 = 14;
    common(byte) > u8::MAX - FREQUENT
}

/// Where the rarest byte is that `needle` has; the last of such, the first byte of an empty one.
pub(super) fn rarest(needle: &[u8]) -> usize {
    let places = needle.iter().enumerate();
    let rarest = places.min_by_key(|&(i, &byte)| (common(byte), usize::MAX - i));
    rarest.map_or(0, |(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_is_ranked_twice() {
        for (i, byte) in ORDER.iter().enumerate() {
            assert!(!ORDER[..i].contains(byte), "{}", byte.escape_ascii());
        }
    }

    #[test]
    fn the_rarest_byte_of_a_needle_is_its_least_common() {
        assert_eq!(rarest(b"the quick"), 4);
        assert_eq!(rarest(b"eel"), 2);
        assert_eq!(rarest(b"xx"), 1);
        assert_eq!(rarest(b"a\xc3\x01"), 2);
    }

    #[test]
    fn the_most_common_bytes_are_frequent_and_others_are_not() {
        assert!(is_frequent(b' ') && is_frequent(b'u'));
        assert!(!is_frequent(b'\n') && !is_frequent(b'z') && !is_frequent(0));
    }
}
