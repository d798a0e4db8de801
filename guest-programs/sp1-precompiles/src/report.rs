//! What came out, for people and for the public values.

use sp1_rt::println;
use sp1_rt::sha256::Sha256;

pub struct Report(Sha256);

impl Default for Report {
    fn default() -> Self {
        Self(Sha256::new())
    }
}

impl Report {
    /// Takes in bytes.
    pub fn bytes(&mut self, name: &str, bytes: &[u8]) {
        self.0.update(bytes);
        let [a, b, c, d, ..] = Sha256::of(bytes);
        println!("{name}: {a:02x}{b:02x}{c:02x}{d:02x}");
    }

    /// Takes in little-endian words.
    pub fn words<const N: usize>(&mut self, name: &str, words: &[u64; N]) {
        self.bytes(name, words.map(u64::to_le_bytes).as_flattened());
    }

    /// The hash of everything.
    pub fn finish(self) -> [u8; 32] {
        self.0.finish()
    }
}
