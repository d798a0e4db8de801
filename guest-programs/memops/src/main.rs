//! `memcpy`, `memmove`, `memset` and `memcmp` of many sizes at many alignments,
//! and 64-bit loads and stores that are not aligned.
//!
//! `memops [rounds]` prints a checksum of what the operations left in memory.
#![feature(riscv_target_feature)]
#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec;
use core::cmp::Ordering;
use core::hash::Hasher;
use rt::hash::Fnv1a;
use rt::rng::SplitMix64;

rt::entry!(main);

const DEFAULT: u64 = 10;
const SIZES: [usize; 16] = [
    0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 64, 127, 256, 1000, 4099,
];
const ALIGNMENTS: usize = 8;
/// Room for the largest size at the largest offset, twice over.
const ARENA: usize = 2 * (4099 + 2 * ALIGNMENTS);

fn main() -> i32 {
    let rounds = rt::args::scale(DEFAULT);
    let mut rng = SplitMix64::new(0);
    let mut arena = vec![0; ARENA];
    for word in arena.as_chunks_mut::<8>().0 {
        *word = rng.next_u64().to_le_bytes();
    }
    let mut hash = Fnv1a::default();
    for round in 0..rounds {
        for size in SIZES {
            for to in 0..ALIGNMENTS {
                let from = (to * 5 + round as usize) % ALIGNMENTS;
                hash.write_u64(exercise(&mut arena, to, from, size));
            }
        }
    }
    hash.write_u64(sum_words(&arena));
    rt::println!("{rounds} rounds, checksum {:016x}", hash.finish());
    0
}

/// Every operation once, on `size` bytes at these offsets of the two halves of
/// the arena.
#[inline(never)]
fn exercise(arena: &mut [u8], to: usize, from: usize, size: usize) -> u64 {
    let (low, high) = arena.split_at_mut(ARENA / 2);
    low[to..][..size].copy_from_slice(&high[from..][..size]);
    let equal = low[to..][..size] == high[from..][..size];

    // Overlapping, forwards and backwards.
    high.copy_within(from..from + size, to);
    high.copy_within(to..to + size, from + ALIGNMENTS);

    let order = low[to..][..size].cmp(&high[to..][..size]);
    high[from..][..size / 2].fill(order as u8 ^ to as u8);
    add_word(&mut high[to..][..8], size as u64 + 1);
    sum_words(&low[to..][..size + ALIGNMENTS])
        .wrapping_add(sum_words(&high[from..][..size + ALIGNMENTS]))
        .rotate_left(u32::from(equal) + u32::from(order == Ordering::Less))
}

/// The sum of the whole 64-bit words, wherever they start.
fn sum_words(bytes: &[u8]) -> u64 {
    /// With this feature a load that may be misaligned is one instruction.
    #[inline(never)]
    #[target_feature(enable = "unaligned-scalar-mem")]
    fn sum(words: &[[u8; 8]]) -> u64 {
        words
            .iter()
            .fold(0, |sum, word| sum.wrapping_add(u64::from_le_bytes(*word)))
    }
    // SAFETY: the ABI the guests run under lets ordinary loads be misaligned.
    unsafe { sum(bytes.as_chunks().0) }
}

/// Adds to a word of memory that need not be aligned.
fn add_word(bytes: &mut [u8], number: u64) {
    #[inline(never)]
    #[target_feature(enable = "unaligned-scalar-mem")]
    fn add(word: &mut [u8; 8], number: u64) {
        *word = u64::from_le_bytes(*word).wrapping_add(number).to_le_bytes();
    }
    for word in bytes.as_chunks_mut().0 {
        // SAFETY: the ABI the guests run under lets ordinary loads and stores be
        // misaligned.
        unsafe { add(word, number) }
    }
}
