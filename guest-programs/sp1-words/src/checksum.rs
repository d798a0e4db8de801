//! A polynomial over the bytes, modulo the Mersenne prime 2^127 - 1.

const PRIME: u128 = (1 << 127) - 1;
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

#[derive(Default)]
pub struct Checksum(u128);

impl Checksum {
    /// Multiplies by the factor and adds 1 and the byte, for each of `bytes`.
    pub fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = reduce(times_factor(self.0) + u128::from(byte) + 1);
        }
    }

    pub fn value(&self) -> u128 {
        self.0
    }
}

/// A value below 2^127 times the factor, not quite reduced: 2^127 counts as 1.
fn times_factor(value: u128) -> u128 {
    let factor = u128::from(FACTOR);
    let low = (value & u128::from(u64::MAX)) * factor;
    let high = (value >> 64) * factor + (low >> 64);
    // The product is high * 2^64 + the low half of `low`, and 2^127 = 2^63 * 2^64.
    let kept = high & ((1 << 63) - 1);
    ((kept << 64) | (low & u128::from(u64::MAX))) + (high >> 63)
}

fn reduce(value: u128) -> u128 {
    let value = (value & PRIME) + (value >> 127);
    if value >= PRIME { value - PRIME } else { value }
}
