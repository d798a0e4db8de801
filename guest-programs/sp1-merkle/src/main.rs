//! Merkle trees by Keccak-256: the work of a guest that checks the state of a chain.
//!
//! Input: the number of rounds, then the bytes under the tree. A round's leaves are
//! the hashes of the last round's root (of zeros at first) and 64 bytes of the item
//! each, the last filled up with zeros; a node is the hash of its children; a node
//! without a neighbour moves up as it is. Public values: the last root, then how
//! many leaves a tree has.
#![no_std]
#![no_main]

extern crate alloc;

mod keccak;

use alloc::vec::Vec;

use keccak::{Hash, keccak256};
use sp1_rt::{input, output, precompile, println};

sp1_rt::entry!(main);

const LEAF: usize = 64;

fn main() {
    let rounds = input::read_u64();
    let item = input::read_vec();
    let mut root = Hash::default();
    for round in 0..rounds {
        let above = root;
        root = tree(precompile::keccak_permute, &above, &item);
        if round == 0 {
            let plain = tree(keccak::permute, &above, &item);
            assert_eq!(root, plain, "the precompile hashes in another way");
        }
    }
    let leaves = item.len().div_ceil(LEAF) as u64;
    output::commit(&root);
    output::commit(&leaves.to_le_bytes());
    println!("{rounds} rounds over {leaves} leaves");
}

/// The root over `item`; of nothing, zeros.
fn tree(permute: fn(&mut [u64; 25]), above: &Hash, item: &[u8]) -> Hash {
    let leaf = |bytes: &[u8]| {
        let mut preimage = [0; 32 + LEAF];
        preimage[..32].copy_from_slice(above);
        preimage[32..][..bytes.len()].copy_from_slice(bytes);
        keccak256(permute, &preimage)
    };
    let mut level: Vec<Hash> = item.chunks(LEAF).map(leaf).collect();
    while level.len() > 1 {
        // In place: a parent goes where nothing is read any more.
        let parents = level.len().div_ceil(2);
        for parent in 0..parents {
            level[parent] = match level[2 * parent..] {
                [left, right, ..] => keccak256(permute, [left, right].as_flattened()),
                [last] => last,
                [] => unreachable!("a parent has a child"),
            };
        }
        level.truncate(parents);
    }
    level.first().copied().unwrap_or_default()
}
