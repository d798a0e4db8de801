//! Fibonacci numbers by naive recursion: calls, returns and little else.
//!
//! `fib [n]` prints the n-th number.
#![no_std]
#![no_main]

rt::entry!(main);

const DEFAULT: u64 = 27;

fn main() -> i32 {
    let n = rt::args::scale(DEFAULT);
    rt::println!("fib({n}) = {}", fib(n));
    0
}

#[inline(never)]
fn fib(n: u64) -> u64 {
    if n < 2 {
        n
    } else {
        fib(n - 1).wrapping_add(fib(n - 2))
    }
}
