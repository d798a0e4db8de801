//! SHA-256 (FIPS 180-4) in a chain: every digest hashes the one before it and a
//! buffer. Rotates, 32-bit arithmetic and long straight blocks.
//!
//! `sha256 [rounds]` prints the last digest of the chain.
#![no_std]
#![no_main]

extern crate alloc;

mod digest;

use alloc::vec::Vec;
use digest::Sha256;

rt::entry!(main);

const DEFAULT: u64 = 3;
const BUFFER: usize = 64 << 10;

fn main() -> i32 {
    let rounds = rt::args::scale(DEFAULT);
    let buffer: Vec<u8> = (0..BUFFER).map(|i| (i ^ (i >> 8)) as u8).collect();
    let mut digest = [0; 32];
    for _ in 0..rounds {
        let mut hash = Sha256::new();
        hash.update(&digest);
        hash.update(&buffer);
        digest = hash.finish();
    }
    rt::print!("sha256 x {rounds}: ");
    for byte in digest {
        rt::print!("{byte:02x}");
    }
    rt::println!("");
    0
}
