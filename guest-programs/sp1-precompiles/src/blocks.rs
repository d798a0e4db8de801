//! Unconstrained blocks.

use core::hint::black_box;

use alloc::vec;
use alloc::vec::Vec;

use sp1_rt::rng::SplitMix64;
use sp1_rt::{input, println, unconstrained};

use crate::report::Report;

pub fn run(rng: &mut SplitMix64, report: &mut Report) {
    unconstrained::run(|| ());
    stores(rng, report);
    far_stores();
    nested(rng, report);
    items(rng, report);
    recursion(rng, report);
}

/// Stores of every width, on the stack and in the heap, are undone.
fn stores(rng: &mut SplitMix64, report: &mut Report) {
    let mut near = [0; 8];
    near.fill_with(|| rng.next_u64());
    let mut far: Vec<u64> = (0..64).map(|_| rng.next_u64()).collect();
    let (near_before, far_before) = (near, far.clone());
    unconstrained::run(|| {
        scribble(&mut near);
        scribble(&mut far);
        let more = black_box(vec![u64::MAX; 1000]);
        println!("within a block: {:016x}", near[1] ^ far[2] ^ more[0]);
    });
    assert_eq!(black_box(&near), &near_before, "the stack has changed");
    assert_eq!(black_box(&far), &far_before, "the heap has changed");
    // The block's own allocation is gone, and its memory as good as new.
    assert_eq!(black_box(vec![0u64; 1000]), [0; 1000], "the heap is used");
    far.extend(near);
    let all: &[u64; 72] = far.as_slice().try_into().expect("64 and 8 words");
    report.words("stores are undone", all);
}

/// Writes each word: whole, or a half, a quarter or a byte of it.
fn scribble(words: &mut [u64]) {
    for (at, word) in words.iter_mut().enumerate() {
        let start: *mut u64 = black_box(word);
        // SAFETY: the part that is written is one of the word's own.
        unsafe {
            match at % 4 {
                0 => start.write_volatile(!0),
                1 => start.cast::<u32>().add(1).write_volatile(!0),
                2 => start.cast::<u16>().add(3).write_volatile(!0),
                _ => start.cast::<u8>().add(5).write_volatile(!0),
            }
        }
    }
}

/// A block touches many pages, some of them of a block of memory in use.
fn far_stores() {
    const PAGE: usize = 4096;
    let mut pages = vec![0u8; 64 * PAGE];
    pages[17 * PAGE] = 1;
    unconstrained::run(|| {
        let mut fresh = vec![0u8; 64 * PAGE];
        for at in (0..pages.len()).step_by(PAGE) {
            pages[at] += 7;
            fresh[at] = pages[at];
        }
        black_box((&mut pages, fresh));
    });
    let sum: u32 = black_box(&pages).iter().map(|&byte| u32::from(byte)).sum();
    assert_eq!(sum, 1, "a page has changed");
}

/// The trace of a product of matrices, by three loops.
fn nested(rng: &mut SplitMix64, report: &mut Report) {
    const N: usize = 12;
    let mut factors = [[[0u64; N]; N]; 2];
    factors
        .as_flattened_mut()
        .as_flattened_mut()
        .fill_with(|| rng.next_u64());
    let [left, right] = &factors;
    let product = unconstrained::compute(|| {
        let mut product = Vec::new();
        for row in left {
            for column in 0..N {
                let mut sum = 0u64;
                for (x, row) in row.iter().zip(right) {
                    sum = sum.wrapping_add(x.wrapping_mul(row[column]));
                }
                product.extend(sum.to_le_bytes());
            }
        }
        product
    });
    report.bytes("nested loops", &product);
}

/// The item that is handed out last is read first.
fn items(rng: &mut SplitMix64, report: &mut Report) {
    let number = rng.next_u64();
    unconstrained::run(|| {
        unconstrained::hand_out(b"thirteen byte");
        unconstrained::hand_out(&number.to_le_bytes());
        unconstrained::hand_out(b"");
    });
    assert_eq!(input::next_length(), Some(0));
    assert_eq!(input::read_vec(), b"");
    assert_eq!(input::read_u64(), number);
    report.bytes("items", &input::read_vec());
}

/// A block that goes deep into the stack.
fn recursion(rng: &mut SplitMix64, report: &mut Report) {
    fn ackermann(m: u64, n: u64) -> u64 {
        match (m, n) {
            (0, n) => n + 1,
            (m, 0) => ackermann(m - 1, 1),
            (m, n) => ackermann(m - 1, ackermann(m, n - 1)),
        }
    }
    let n = rng.below(5);
    let value = unconstrained::compute(|| ackermann(black_box(2), black_box(n)).to_le_bytes());
    assert_eq!(value, (2 * n + 3).to_le_bytes(), "that is not Ackermann's");
    report.bytes("recursion", &value);
}
