//! Counts and sorts words: hashing, allocating, comparing, recursion and wide
//! arithmetic, without a precompile but for the public values' digest.
//!
//! Input: the number of rounds, then a text. A round starts at another word than
//! the last one, counts the words in a hash map, orders them in a search tree, and
//! folds what it finds into a checksum modulo 2^127 - 1. Public values: how many
//! words there are and how many different ones, the checksum, and the most
//! frequent words with their counts, which are printed too.
#![no_std]
#![no_main]

extern crate alloc;

mod checksum;
mod tree;

use core::hash::BuildHasherDefault;

use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;
use sp1_rt::hash::Fnv1a;
use sp1_rt::{input, output, println};

use checksum::Checksum;
use tree::Tree;

sp1_rt::entry!(main);

type Counts = HashMap<String, u64, BuildHasherDefault<Fnv1a>>;

/// How many of the most frequent words are told.
const TOP: usize = 10;

fn main() {
    let rounds = input::read_u64();
    let text = input::read_vec();
    let text = text.to_ascii_lowercase();
    let words: Vec<&[u8]> = text
        .split(|byte| !byte.is_ascii_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    let mut checksum = Checksum::default();
    let mut counts = Counts::default();
    for round in 0..rounds {
        let (before, from) = words.split_at(round as usize % words.len().max(1));
        counts = count(from.iter().chain(before), &mut checksum);
        for (word, count) in in_order(&counts) {
            checksum.add(word.as_bytes());
            checksum.add(&count.to_le_bytes());
        }
    }
    output::commit(&(words.len() as u64).to_le_bytes());
    output::commit(&(counts.len() as u64).to_le_bytes());
    output::commit(&checksum.value().to_le_bytes());
    tell(&counts);
    println!("{} words, {} different", words.len(), counts.len());
    println!("checksum {:032x}", checksum.value());
}

fn count<'a>(words: impl Iterator<Item = &'a &'a [u8]>, checksum: &mut Checksum) -> Counts {
    let mut counts = Counts::default();
    for &word in words {
        let word = core::str::from_utf8(word).expect("ASCII letters");
        *counts.entry_ref(word).or_insert(0) += 1;
        checksum.add(word.as_bytes());
    }
    counts
}

/// The words in alphabetical order, with their counts.
fn in_order(counts: &Counts) -> Vec<(&str, u64)> {
    let mut tree = Tree::default();
    for (word, &count) in counts {
        tree.insert(word, count);
    }
    let mut order = Vec::with_capacity(counts.len());
    tree.visit(&mut |word, count| order.push((word, count)));
    order
}

/// Prints and commits the most frequent words.
fn tell(counts: &Counts) {
    let mut order = in_order(counts);
    order.sort_by_key(|&(_, count)| core::cmp::Reverse(count));
    for (word, count) in order.into_iter().take(TOP) {
        println!("{count:6} {word}");
        output::commit(&count.to_le_bytes());
        output::commit(word.as_bytes());
    }
}
