//! What the benches that compare with qemu share.

use std::process::Command;

use serde::Deserialize;

use crate::process::median;

pub const QEMU: &str = "qemu-riscv64";

/// Whether a program can be started.
pub fn is_installed(tool: &str) -> bool {
    Command::new(tool).arg("--version").output().is_ok()
}

/// The guest instructions of a run, from what `--stats=json` says of it.
pub fn instructions(stats: &[u8]) -> u64 {
    #[derive(Deserialize)]
    struct Stats {
        instructions: u64,
    }
    let stats: Stats = serde_json::from_slice(stats).unwrap();
    stats.instructions
}

/// Medians of `rounds` rounds, in each of which every runner has its turn.
pub fn interleaved<R: Copy>(
    runners: &[R],
    rounds: usize,
    seconds_of: impl Fn(R) -> f64,
) -> Vec<f64> {
    let mut seconds = vec![Vec::new(); runners.len()];
    for _ in 0..rounds {
        for (&runner, seconds) in runners.iter().zip(&mut seconds) {
            seconds.push(seconds_of(runner));
        }
    }
    seconds.into_iter().map(median).collect()
}

pub fn geometric_mean(ratios: &[f64]) -> f64 {
    let product: f64 = ratios.iter().product();
    product.powf(1.0 / ratios.len() as f64)
}
