//! The hash function itself.

/// Fractional bits of the cube roots of the first 64 primes.
const ROUND: [u32; 64] = fractions::<64>(3);
/// Fractional bits of the square roots of the first 8 primes.
const INITIAL: [u32; 8] = fractions::<8>(2);
const BLOCK: usize = 64;
/// Where the message length stands in the last block.
const LENGTH_AT: usize = BLOCK - 8;

/// The first 32 bits behind the point of the `degree`-th roots of the first `N`
/// primes.
const fn fractions<const N: usize>(degree: u32) -> [u32; N] {
    let mut table = [0; N];
    let mut prime = 2;
    let mut count = 0;
    while count < N {
        if is_prime(prime) {
            table[count] = scaled_root(prime, degree) as u32;
            count += 1;
        }
        prime += 1;
    }
    table
}

const fn is_prime(n: u128) -> bool {
    let mut divisor = 2;
    while divisor * divisor <= n {
        if n.is_multiple_of(divisor) {
            return false;
        }
        divisor += 1;
    }
    true
}

/// The integer part of `2^32` times the root of `n`, bit by bit from above. The
/// roots are below 2^5, so the power stays below 2^111.
const fn scaled_root(n: u128, degree: u32) -> u128 {
    let scaled = n << (32 * degree);
    let mut root = 0;
    let mut bit = 36;
    while bit > 0 {
        bit -= 1;
        let candidate = root | (1u128 << bit);
        if candidate.pow(degree) <= scaled {
            root = candidate;
        }
    }
    root
}

/// A running hash.
pub struct Sha256 {
    state: [u32; 8],
    block: [u8; BLOCK],
    /// Bytes hashed so far; the remainder by [`BLOCK`] waits in `block`.
    length: u64,
}

impl Sha256 {
    /// The hash of the empty message so far.
    pub const fn new() -> Self {
        Self {
            state: INITIAL,
            block: [0; BLOCK],
            length: 0,
        }
    }

    fn waiting(&self) -> usize {
        self.length as usize % BLOCK
    }

    /// Appends `bytes` to the message.
    pub fn update(&mut self, mut bytes: &[u8]) {
        let waiting = self.waiting();
        self.length += bytes.len() as u64;
        if waiting + bytes.len() < BLOCK {
            self.block[waiting..][..bytes.len()].copy_from_slice(bytes);
            return;
        }
        if waiting > 0 {
            let (fill, rest) = bytes.split_at(BLOCK - waiting);
            self.block[waiting..].copy_from_slice(fill);
            compress(&mut self.state, &self.block);
            bytes = rest;
        }
        let (blocks, tail) = bytes.as_chunks::<BLOCK>();
        for block in blocks {
            compress(&mut self.state, block);
        }
        self.block[..tail.len()].copy_from_slice(tail);
    }

    /// Pads the message and gives its digest.
    pub fn finish(mut self) -> [u8; 32] {
        let bits = self.length * 8;
        self.update(&[0x80]);
        let waiting = self.waiting();
        self.block[waiting..].fill(0);
        if waiting > LENGTH_AT {
            compress(&mut self.state, &self.block);
            self.block.fill(0);
        }
        self.block[LENGTH_AT..].copy_from_slice(&bits.to_be_bytes());
        compress(&mut self.state, &self.block);
        let mut digest = [0; 32];
        for (bytes, word) in digest.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        digest
    }
}

fn schedule(block: &[u8; BLOCK]) -> [u32; 64] {
    let mut w = [0; 64];
    for (word, bytes) in w.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    for t in 16..64 {
        let s0 = w[t - 15].rotate_right(7) ^ w[t - 15].rotate_right(18) ^ (w[t - 15] >> 3);
        let s1 = w[t - 2].rotate_right(17) ^ w[t - 2].rotate_right(19) ^ (w[t - 2] >> 10);
        w[t] = w[t - 16]
            .wrapping_add(s0)
            .wrapping_add(w[t - 7])
            .wrapping_add(s1);
    }
    w
}

#[inline(never)]
fn compress(state: &mut [u32; 8], block: &[u8; BLOCK]) {
    let w = schedule(block);
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for (round, word) in ROUND.iter().zip(w) {
        let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let choice = (e & f) ^ (!e & g);
        let t1 = h
            .wrapping_add(s1)
            .wrapping_add(choice)
            .wrapping_add(*round)
            .wrapping_add(word);
        let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let majority = (a & b) ^ (a & c) ^ (b & c);
        (h, g, f, e) = (g, f, e, d.wrapping_add(t1));
        (d, c, b, a) = (c, b, a, t1.wrapping_add(s0).wrapping_add(majority));
    }
    for (sum, value) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *sum = sum.wrapping_add(value);
    }
}
