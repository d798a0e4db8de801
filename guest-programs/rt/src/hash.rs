//! FNV-1a, for checksums of results and as a hash map's hasher. Fixed, so that a
//! guest runs the same instructions every time.

use core::hash::Hasher;

/// The running 64-bit FNV-1a hash.
#[derive(Clone, Copy, Debug)]
pub struct Fnv1a(u64);

impl Default for Fnv1a {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv1a {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }

    /// One step for a whole word: eight would cost more than what is checked.
    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0 ^ word)
            .wrapping_mul(0x100_0000_01b3)
            .rotate_left(23);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
