//! Quicksort with the median of three and insertion sort for short runs:
//! branches that nobody predicts.
//!
//! `qsort [n]` sorts n pseudo-random numbers and prints a checksum of the result.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use core::hash::Hasher;
use rt::hash::Fnv1a;
use rt::rng::SplitMix64;

rt::entry!(main);

const DEFAULT: u64 = 100_000;
/// Runs up to this length are left to insertion sort.
const SHORT: usize = 16;

fn main() -> i32 {
    let n = rt::args::scale(DEFAULT);
    let mut rng = SplitMix64::new(n);
    let mut numbers: Vec<u64> = (0..n).map(|_| rng.next_u64()).collect();
    let sum = wrapping_sum(&numbers);
    quicksort(&mut numbers);
    let sorted = numbers.is_sorted() && wrapping_sum(&numbers) == sum;
    let mut hash = Fnv1a::default();
    numbers.iter().for_each(|&number| hash.write_u64(number));
    rt::println!(
        "{n} numbers, checksum {:016x}, {}",
        hash.finish(),
        if sorted { "sorted" } else { "NOT SORTED" }
    );
    i32::from(!sorted)
}

/// Sorting must not change it, nor may it lose a number.
fn wrapping_sum(numbers: &[u64]) -> u64 {
    numbers
        .iter()
        .fold(0, |sum, &number| sum.wrapping_add(number))
}

/// Recurses into the shorter part and loops over the longer one, so the depth is
/// at most the logarithm of the length.
#[inline(never)]
fn quicksort(mut run: &mut [u64]) {
    while run.len() > SHORT {
        let split = partition(run);
        let (low, high) = run.split_at_mut(split);
        let (short, long) = if low.len() < high.len() {
            (low, high)
        } else {
            (high, low)
        };
        quicksort(short);
        run = long;
    }
    insertion_sort(run);
}

/// Hoare's partition: afterwards nothing before the returned place is greater
/// than anything behind it, and neither part is empty.
fn partition(run: &mut [u64]) -> usize {
    let pivot = median(run[0], run[run.len() / 2], run[run.len() - 1]);
    let (mut low, mut high) = (0, run.len() - 1);
    loop {
        while run[low] < pivot {
            low += 1;
        }
        while run[high] > pivot {
            high -= 1;
        }
        if low >= high {
            return low.max(1);
        }
        run.swap(low, high);
        low += 1;
        high -= 1;
    }
}

fn median(a: u64, b: u64, c: u64) -> u64 {
    a.min(b).max(a.max(b).min(c))
}

fn insertion_sort(run: &mut [u64]) {
    for end in 1..run.len() {
        let number = run[end];
        let mut place = end;
        while place > 0 && run[place - 1] > number {
            run[place] = run[place - 1];
            place -= 1;
        }
        run[place] = number;
    }
}
