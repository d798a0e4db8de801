//! The sieve of Eratosthenes over a bit map of the odd numbers: short loops that
//! read, change and write words at a growing stride.
//!
//! `sieve [n]` prints how many primes are below n.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec;

rt::entry!(main);

const DEFAULT: u64 = 1_000_000;

fn main() -> i32 {
    let n = rt::args::scale(DEFAULT);
    rt::println!("primes below {n}: {}", primes_below(n));
    0
}

/// Bit `i` of the map stands for the number `2 * i + 1`.
fn primes_below(n: u64) -> u64 {
    if n <= 2 {
        return 0;
    }
    let odds = (n / 2) as usize;
    let mut composite = vec![0u64; odds.div_ceil(64)];
    composite[0] = 1; // 1 is no prime
    let mut i = 1;
    while 2 * i * (i + 1) < odds {
        if composite[i / 64] & 1 << (i % 64) == 0 {
            // From the square of 2i + 1, in steps of it, over odd numbers.
            for j in (2 * i * (i + 1)..odds).step_by(2 * i + 1) {
                composite[j / 64] |= 1 << (j % 64);
            }
        }
        i += 1;
    }
    let struck: u64 = composite
        .iter()
        .map(|word| u64::from(word.count_ones()))
        .sum();
    1 + odds as u64 - struck // the 1 is the prime 2
}
