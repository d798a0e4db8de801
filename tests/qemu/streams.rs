//! Random instruction streams.

use crate::generator::Generator;
use crate::opinion::{agreed, is_installed};

/// Instructions in a program, about.
const INSNS: usize = 4000;
/// How often some programs do everything: long enough for the JIT to learn
/// which registers they use.
const MANY: u64 = 160;
/// Instructions altogether, unless `RVJET_TEST_CASES` says otherwise.
const CASES: u64 = 600_000;
const SEED: u64 = 0x5eed;

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn random_programs_compute_the_same() {
    if !is_installed() {
        return;
    }
    let programs = variable("RVJET_TEST_CASES")
        .unwrap_or(CASES)
        .div_ceil(INSNS as u64);
    let first = variable("RVJET_TEST_SEED").unwrap_or(SEED);
    for seed in first..first.saturating_add(programs) {
        let turns = if seed % 8 == 0 { MANY } else { 1 };
        let elf = Generator::program(seed, INSNS, turns).elf();
        let run = agreed(&format!("random-{seed}"), &elf);
        assert_eq!(run.code, 0, "seed {seed}");
    }
}
