//! A small stack machine in its dispatch loop: one indirect jump for a handful of
//! other instructions.
//!
//! `bytecode [n]` has the machine count the pairs `1 <= b <= a <= n` without a
//! common divisor.
#![no_std]
#![no_main]

extern crate alloc;

mod machine;
mod program;

rt::entry!(main);

const DEFAULT: u64 = 120;

fn main() -> i32 {
    let n = rt::args::scale(DEFAULT);
    let program = program::coprime_pairs();
    match machine::run(&program, n as i64) {
        Ok(pairs) => {
            rt::println!("coprime pairs up to {n}: {pairs}");
            0
        }
        Err(fault) => {
            rt::eprintln!("the program failed: {fault:?}");
            1
        }
    }
}
