//! The product of two square integer matrices, row by column: nested counted
//! loops with two streams of loads.
//!
//! `matmul [n]` multiplies n by n matrices and prints a checksum of the product.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec;
use alloc::vec::Vec;
use core::hash::Hasher;
use rt::hash::Fnv1a;
use rt::rng::SplitMix64;

rt::entry!(main);

const DEFAULT: u64 = 128;

fn main() -> i32 {
    let n = rt::args::scale(DEFAULT).max(1) as usize;
    let mut rng = SplitMix64::new(n as u64);
    let mut random = || -> Vec<u64> { (0..n * n).map(|_| rng.next_u64()).collect() };
    let (a, b) = (random(), random());
    let mut product = vec![0; n * n];
    multiply(n, &a, &b, &mut product);
    let mut hash = Fnv1a::default();
    product.iter().for_each(|&entry| hash.write_u64(entry));
    rt::println!("{n} x {n} product, checksum {:016x}", hash.finish());
    0
}

#[inline(never)]
fn multiply(n: usize, a: &[u64], b: &[u64], product: &mut [u64]) {
    for (row, out) in a.chunks_exact(n).zip(product.chunks_exact_mut(n)) {
        for (column, entry) in out.iter_mut().enumerate() {
            *entry = row
                .iter()
                .zip(b[column..].iter().step_by(n))
                .fold(0, |sum: u64, (&x, &y)| sum.wrapping_add(x.wrapping_mul(y)));
        }
    }
}
