//! Keccak-256, and the permutation Keccak-f\[1600\] in plain code.

pub type Hash = [u8; 32];
type State = [u64; 25];

/// The bytes that a permutation takes in.
const RATE: usize = 136;

/// The hash of `bytes`, with the padding that was Keccak's before it was SHA-3.
pub fn keccak256(permute: impl Fn(&mut State), bytes: &[u8]) -> Hash {
    let mut state = State::default();
    let mut blocks = bytes.chunks_exact(RATE);
    for block in blocks.by_ref() {
        absorb(&mut state, block);
        permute(&mut state);
    }
    let rest = blocks.remainder();
    let mut last = [0; RATE];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] |= 0x01;
    last[RATE - 1] |= 0x80;
    absorb(&mut state, &last);
    permute(&mut state);
    let mut hash = Hash::default();
    for (bytes, lane) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = lane.to_le_bytes();
    }
    hash
}

fn absorb(state: &mut State, block: &[u8]) {
    for (lane, bytes) in state.iter_mut().zip(block.as_chunks().0) {
        *lane ^= u64::from_le_bytes(*bytes);
    }
}

/// Keccak-f\[1600\]: 24 rounds of theta, rho, pi, chi and iota (FIPS 202, 3.2).
pub fn permute(state: &mut State) {
    static CONSTANTS: [u64; 24] = constants();
    for constant in &CONSTANTS {
        theta(state);
        chi(&rho_pi(state), state);
        state[0] ^= constant;
    }
}

fn theta(state: &mut State) {
    let mut columns = [0; 5];
    for row in state.as_chunks::<5>().0 {
        for x in 0..5 {
            columns[x] ^= row[x];
        }
    }
    for row in state.as_chunks_mut::<5>().0 {
        for x in 0..5 {
            row[x] ^= columns[(x + 4) % 5] ^ columns[(x + 1) % 5].rotate_left(1);
        }
    }
}

/// Turns each lane and moves it, along the one path through all but the first.
fn rho_pi(state: &State) -> State {
    static PATH: [(usize, usize, u32); 24] = path();
    let mut moved = *state;
    for &(from, to, turn) in &PATH {
        moved[to] = state[from].rotate_left(turn);
    }
    moved
}

const fn path() -> [(usize, usize, u32); 24] {
    let mut path = [(0, 0, 0); 24];
    let (mut x, mut y, mut turn) = (1, 0, 0);
    let mut step = 0;
    while step < path.len() {
        let from = x + 5 * y;
        (x, y) = (y, (2 * x + 3 * y) % 5);
        turn = (turn + step as u32 + 1) % 64;
        path[step] = (from, x + 5 * y, turn);
        step += 1;
    }
    path
}

fn chi(from: &State, to: &mut State) {
    for (from, to) in from
        .as_chunks::<5>()
        .0
        .iter()
        .zip(to.as_chunks_mut::<5>().0)
    {
        for x in 0..5 {
            to[x] = from[x] ^ (!from[(x + 1) % 5] & from[(x + 2) % 5]);
        }
    }
}

/// What iota adds: bits of a linear feedback shift register at 2^j - 1.
const fn constants() -> [u64; 24] {
    let mut constants = [0; 24];
    let (mut register, mut bit) = (1u8, 0);
    while bit < 24 * 7 {
        constants[bit / 7] |= ((register & 1) as u64) << ((1 << (bit % 7)) - 1);
        register = (register << 1) ^ ((register >> 7) * 0x71);
        bit += 1;
    }
    constants
}
