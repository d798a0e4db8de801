//! A walk along a list whose nodes lie in memory in no order: loads that wait for
//! the load before.
//!
//! `chase [steps]` prints where the walk ended and the sum of what it saw.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use core::cell::Cell;
use rt::rng::SplitMix64;

rt::entry!(main);

const DEFAULT: u64 = 2_000_000;
const NODES: usize = 1 << 15;

/// One cache line, so that every step needs another.
#[repr(align(64))]
struct Node<'a> {
    next: Cell<Option<&'a Node<'a>>>,
    key: u64,
}

fn main() -> i32 {
    let steps = rt::args::scale(DEFAULT);
    let nodes: Vec<Node> = (0..NODES as u64)
        .map(|key| Node {
            next: Cell::new(None),
            key,
        })
        .collect();
    for (node, next) in nodes.iter().zip(one_cycle(NODES)) {
        node.next.set(Some(&nodes[next]));
    }
    let (last, sum) = walk(&nodes[0], steps);
    rt::println!("{steps} steps, at node {last}, sum {sum}");
    0
}

/// For each place the one after it, in a single cycle through all (Sattolo's
/// shuffle).
fn one_cycle(length: usize) -> Vec<usize> {
    let mut rng = SplitMix64::new(length as u64);
    let mut next: Vec<usize> = (0..length).collect();
    for i in (1..length).rev() {
        next.swap(i, rng.below(i as u64) as usize);
    }
    next
}

#[inline(never)]
fn walk<'a>(mut node: &'a Node<'a>, steps: u64) -> (u64, u64) {
    let mut sum = 0u64;
    for _ in 0..steps {
        let Some(next) = node.next.get() else { break };
        node = next;
        sum = sum.wrapping_add(node.key);
    }
    (node.key, sum)
}
