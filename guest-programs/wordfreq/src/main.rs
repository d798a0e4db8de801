//! Counts the words of the standard input in a hash map that owns its keys:
//! hashing, probing and many small allocations.
//!
//! `wordfreq [rounds]` counts anew that many times, and prints the most frequent
//! words and the totals of the last time. A word is a run of ASCII letters; case
//! does not matter.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use core::cmp::Reverse;
use core::hash::BuildHasherDefault;
use hashbrown::HashMap;
use rt::hash::Fnv1a;

rt::entry!(main);

const DEFAULT: u64 = 1;
/// How many words are printed.
const TOP: usize = 20;

type Counts = HashMap<Vec<u8>, u64, BuildHasherDefault<Fnv1a>>;

fn main() -> i32 {
    let rounds = rt::args::scale(DEFAULT);
    let text = match rt::stdin::read_to_end() {
        Ok(text) => text,
        Err(error) => {
            rt::eprintln!("standard input: {error}");
            return 1;
        }
    };
    let mut counts = Counts::default();
    for _ in 0..rounds {
        counts = count(&text);
    }
    print(&counts);
    0
}

#[inline(never)]
fn count(text: &[u8]) -> Counts {
    let mut counts = Counts::default();
    let mut word = Vec::new();
    for run in text.split(|byte| !byte.is_ascii_alphabetic()) {
        if run.is_empty() {
            continue;
        }
        word.clear();
        word.extend(run.iter().map(u8::to_ascii_lowercase));
        *counts.entry_ref(&word[..]).or_default() += 1;
    }
    counts
}

/// The most frequent first; among equals, in the order of the alphabet.
fn print(counts: &Counts) {
    let mut words: Vec<(&[u8], u64)> = counts
        .iter()
        .map(|(word, &count)| (&word[..], count))
        .collect();
    words.sort_unstable_by_key(|&(word, count)| (Reverse(count), word));
    for &(word, count) in words.iter().take(TOP) {
        rt::println!("{count:6} {}", word.escape_ascii());
    }
    let total: u64 = counts.values().sum();
    rt::println!("{total} words, {} different", counts.len());
}
