//! POSEIDON2: SP1's permutation of 16 KoalaBear elements, two a word.
//!
//! Eight full rounds, with 20 partial ones in their middle (the Poseidon2
//! paper, eprint 2023/323). Elements are kept in Montgomery form, with
//! `R = 2^32`, in 64 bits each, and are bounded but not reduced: the layers add
//! without a carry, and a reduction compares nothing. SP1's internal layer is
//! the published one divided by `R`: it is defined by what one reduction of the
//! sums gives.

mod constants;

use constants::{FIRST, LAST, PARTIAL};

/// The KoalaBear prime, `2^31 - 2^24 + 1`.
const P: u64 = 0x7f00_0001;
/// `-1 / P` modulo 2^32.
const NEGATIVE_INVERSE: u32 = 0x7eff_ffff;
/// `R^2` modulo the prime.
const R2: u64 = ((1u128 << 64) % P as u128) as u64;

/// Sixteen elements, `4 r + k` at `4 k + r`, so that the matrix combines neighbours alike.
type State = [u64; 16];

/// Where an element is.
const fn place(element: usize) -> usize {
    element % 4 * 4 + element / 4
}

const FIRST_FORMS: [State; 4] = forms(&FIRST);
const LAST_FORMS: [State; 4] = forms(&LAST);
const PARTIAL_FORMS: [u64; 20] = {
    let (mut forms, mut i) = ([0; 20], 0);
    while i < 20 {
        forms[i] = form(PARTIAL[i]);
        i += 1;
    }
    forms
};

/// By which power of two the internal layer multiplies every element but the first.
const DIAGONAL: [u32; 16] = {
    let (mut powers, mut i) = ([0; 16], 1);
    while i < 15 {
        powers[place(i)] = i as u32 - 1;
        i += 1;
    }
    powers[15] = 15;
    powers
};

/// Permutes 16 elements, the lower one of a word first. They need not be below the prime.
pub(in crate::abi::sp1) fn permute(words: &mut [u64; 8]) {
    let mut state = [0; 16];
    for i in 0..16 {
        state[place(i)] = form((words[i / 2] >> (32 * (i % 2))) as u32);
    }
    rounds(&mut state);
    for (i, word) in words.iter_mut().enumerate() {
        *word = plain(state[place(2 * i)]) | plain(state[place(2 * i + 1)]) << 32;
    }
}

fn rounds(state: &mut State) {
    mix(state);
    for constants in &FIRST_FORMS {
        full_round(state, constants);
    }
    partial_rounds(state);
    for constants in &LAST_FORMS {
        full_round(state, constants);
    }
}

/// A number congruent to `x / R`, at most `x / R + P`, of one below `2^64 - P R`.
#[inline]
const fn reduce(x: u64) -> u64 {
    let quotient = (x as u32).wrapping_mul(NEGATIVE_INVERSE);
    (x + quotient as u64 * P) >> 32
}

/// A number congruent to `x`: for every 2^31 that there are in `x`, 2^24 - 1 stays.
#[inline]
const fn fold(x: u64) -> u64 {
    let high = x >> 31;
    (x & 0x7fff_ffff) + (high << 24) - high
}

/// `x^3`, below 1.76 * 2^31, of a number below 1.02 * 2^31.
#[inline]
const fn cube(x: u64) -> u64 {
    reduce(reduce(x * x) * x)
}

/// A full round. The elements of a mixed state are below 63 * 2^31: two folds make them fit for a
/// cube.
#[inline]
fn full_round(state: &mut State, constants: &State) {
    for (element, constant) in state.iter_mut().zip(constants) {
        *element = cube(fold(fold(*element + constant)));
    }
    mix(state);
}

/// The external layer: a 4 by 4 matrix on each four elements, then to each element the sum of its
/// column. The factors in each sum come to 35 at most.
#[inline]
fn mix(state: &mut State) {
    for r in 0..4 {
        let [a, b, c, d] = [state[r], state[4 + r], state[8 + r], state[12 + r]];
        let sum = a + b + c + d;
        state[r] = sum + a + 2 * b;
        state[4 + r] = sum + b + 2 * c;
        state[8 + r] = sum + c + 2 * d;
        state[12 + r] = sum + d + 2 * a;
    }
    for column in state.as_chunks_mut::<4>().0 {
        let sum: u64 = column.iter().sum();
        for element in column {
            *element += sum;
        }
    }
}

/// The partial rounds: one cube, and the internal layer, whose diagonal is -2 and powers of two.
///
/// PERF: the sum of all elements but the first is carried along. It is computed
/// from the state before, so that no round waits for more of the last one than
/// its first element.
fn partial_rounds(state: &mut State) {
    for element in &mut *state {
        *element = fold(fold(*element));
    }
    let mut others: u64 = state[1..].iter().sum();
    for constant in PARTIAL_FORMS {
        let first = cube(fold(state[0] + constant));
        let all = others + first;
        let mut scaled = 0;
        for (element, shift) in state.iter_mut().zip(DIAGONAL).skip(1) {
            let product = *element << shift;
            scaled += product;
            *element = reduce(all + product);
        }
        // Twice the prime exceeds a cube.
        state[0] = reduce(others + 2 * P - first);
        others = reduce(15 * all + scaled);
    }
}

/// The Montgomery form of a number below 2^32.
#[inline]
const fn form(plain: u32) -> u64 {
    reduce(plain as u64 * R2)
}

/// The number below the prime of which this is the form.
#[inline]
const fn plain(element: u64) -> u64 {
    let element = reduce(fold(element));
    if element < P { element } else { element - P }
}

const fn forms(plain: &[[u32; 16]; 4]) -> [State; 4] {
    let (mut all, mut i) = ([[0; 16]; 4], 0);
    while i < 64 {
        all[i / 16][place(i % 16)] = form(plain[i / 16][i % 16]);
        i += 1;
    }
    all
}

#[cfg(test)]
mod tests;
