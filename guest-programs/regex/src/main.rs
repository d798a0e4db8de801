//! Counts the matches of regular expressions in the standard input with
//! `regex-automata`: a compiler, a lazily built automaton, and tables.
//!
//! `regex [-n rounds] pattern..` searches that many times for each pattern and
//! prints, a line a pattern, the pattern and how often it matched without overlap.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use regex_automata::meta::{BuildError, Regex};

rt::entry!(main);

fn main() -> i32 {
    let Some((rounds, patterns)) = arguments() else {
        rt::eprintln!("usage: regex [-n rounds] pattern..");
        return rt::USAGE;
    };
    let mut expressions = Vec::new();
    for &pattern in &patterns {
        match Regex::new(pattern) {
            Ok(expression) => expressions.push(expression),
            Err(error) => {
                complain(pattern, &error);
                return rt::USAGE;
            }
        }
    }
    let text = match rt::stdin::read_to_end() {
        Ok(text) => text,
        Err(error) => {
            rt::eprintln!("standard input: {error}");
            return 1;
        }
    };
    for (pattern, expression) in patterns.iter().zip(&expressions) {
        let mut count = 0;
        for _ in 0..rounds {
            count = matches(expression, &text);
        }
        rt::println!("{pattern}: {count}");
    }
    0
}

/// The rounds and the patterns; nothing if there is no pattern, or one that is
/// not UTF-8.
fn arguments() -> Option<(u64, Vec<&'static str>)> {
    let mut rest = rt::args::rest().peekable();
    let mut rounds = 1;
    if rest.next_if_eq(&&b"-n"[..]).is_some() {
        rounds = rt::args::number(rest.next()?);
    }
    let patterns: Vec<&str> = rest
        .map(core::str::from_utf8)
        .collect::<Result<_, _>>()
        .ok()?;
    (!patterns.is_empty()).then_some((rounds, patterns))
}

/// Prints the error, and where in the pattern it is if the syntax is wrong.
fn complain(pattern: &str, error: &BuildError) {
    match error.syntax_error() {
        Some(syntax) => rt::eprintln!("bad pattern {pattern}\n{syntax}"),
        None => rt::eprintln!("bad pattern {pattern}: {error}"),
    }
}

#[inline(never)]
fn matches(expression: &Regex, text: &[u8]) -> usize {
    expression.find_iter(text).count()
}
