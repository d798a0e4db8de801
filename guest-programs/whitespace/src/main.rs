//! An interpreter of the Whitespace language, whose programs consist of spaces,
//! tabs and line feeds: a parser that works by the character, then a dispatch
//! loop over compact instructions with calls and a heap.
//!
//! `whitespace [n]` translates `program.wsa` into Whitespace, parses that and runs
//! it: primes below n by a sieve, then the longest Collatz run from below n.
#![no_std]
#![no_main]

extern crate alloc;

mod assemble;
mod machine;
mod parse;

use alloc::format;
use core::fmt::Display;

rt::entry!(main);

const DEFAULT: u64 = 500;
const PROGRAM: &str = include_str!("program.wsa");

fn main() -> i32 {
    let n = rt::args::scale(DEFAULT);
    let assembly = format!("push {n}\n{PROGRAM}");
    let source = match assemble::assemble(&assembly) {
        Ok(source) => source,
        Err(error) => return fail(error),
    };
    let program = match parse::parse(&source) {
        Ok(program) => program,
        Err(error) => return fail(error),
    };
    match machine::run(&program) {
        Ok(()) => 0,
        Err(fault) => fail(fault),
    }
}

fn fail(error: impl Display) -> i32 {
    rt::eprintln!("{error}");
    1
}
