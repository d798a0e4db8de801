//! SHA-256, by the precompiles.

use crate::precompile;

const BLOCK: usize = 64;

/// The fractional parts of the square roots of the first primes.
const START: [u64; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// A hash that is being made.
#[derive(Clone, Debug)]
pub struct Sha256 {
    /// A word of the state in each.
    state: [u64; 8],
    /// The bytes of the block that is not full yet.
    block: [u8; BLOCK],
    length: u64,
}

impl Sha256 {
    /// The hash of nothing.
    #[expect(clippy::new_without_default, reason = "a static needs it to be const")]
    pub const fn new() -> Self {
        Self {
            state: START,
            block: [0; BLOCK],
            length: 0,
        }
    }

    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> [u8; 32] {
        let mut hash = Self::new();
        hash.update(bytes);
        hash.finish()
    }

    /// Takes in `bytes`.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let filled = self.length as usize % BLOCK;
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - filled));
            self.block[filled..][..now.len()].copy_from_slice(now);
            self.length += now.len() as u64;
            if filled + now.len() == BLOCK {
                self.compress();
            }
            bytes = later;
        }
    }

    /// The hash of all that was taken in.
    pub fn finish(mut self) -> [u8; 32] {
        let bits = self.length * 8;
        self.update(&[0x80]);
        while self.length as usize % BLOCK != BLOCK - 8 {
            self.update(&[0]);
        }
        self.update(&bits.to_be_bytes());
        let mut digest = [0; 32];
        for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(self.state) {
            *bytes = (word as u32).to_be_bytes();
        }
        digest
    }

    fn compress(&mut self) {
        let mut schedule = [0; 64];
        for (word, bytes) in schedule.iter_mut().zip(self.block.as_chunks().0) {
            *word = u64::from(u32::from_be_bytes(*bytes));
        }
        precompile::sha_extend(&mut schedule);
        precompile::sha_compress(&schedule, &mut self.state);
    }
}
