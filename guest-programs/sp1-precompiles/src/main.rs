//! Every precompile and every hook of SP1 once or more, and unconstrained blocks
//! that leave nothing behind.
//!
//! Input: a seed. For each thing it tries the guest prints a line with the first
//! bytes of the SHA-256 of what has come out. Public values: the SHA-256 of all
//! that has come out.
#![no_std]
#![no_main]

extern crate alloc;

mod blocks;
mod curves;
mod fields;
mod hashes;
mod hooks;
mod numbers;
mod points;
mod report;

use report::Report;
use sp1_rt::rng::SplitMix64;
use sp1_rt::{eprintln, input, output, syscall};

sp1_rt::entry!(main);

fn main() {
    let mut rng = SplitMix64::new(input::read_u64());
    let mut report = Report::default();
    hashes::run(&mut rng, &mut report);
    let points = points::run(&mut rng, &mut report);
    numbers::run(&mut rng, &mut report);
    fields::run(&mut rng, &mut report);
    blocks::run(&mut rng, &mut report);
    hooks::run(&points, &mut rng, &mut report);
    syscall::verify_sp1_proof(&numbers::random(&mut rng), &numbers::random(&mut rng));
    assert_eq!(input::next_length(), None, "more input than was asked for");
    eprintln!("all is well");
    // From an odd address, for once.
    let digest = report.finish();
    output::commit(&digest[..1]);
    output::commit(&digest[1..]);
}
