//! What rvjet is judged by.

use crate::peer::Peer;
use crate::question::Question;
use crate::samples::Clock;

/// A ratio of two medians, or of one to the sum of some.
pub struct Ratio {
    /// What stands above its column.
    pub title: &'static str,
    /// What is divided.
    pub above: Peer,
    /// What it is divided by the sum of.
    pub below: &'static [Peer],
    /// Of which times.
    pub clock: Clock,
}

/// A table of them, and what stands above it.
pub type Table = (&'static str, &'static [Ratio]);

impl Question {
    /// What there is to say of it.
    pub fn ratios(self) -> &'static [Table] {
        match self {
            Question::Kernels => &[LINUX, SP1],
            Question::Guests => &[SP1],
            Question::Starts => &[("Ratios", &OF_STARTS)],
        }
    }
}

const LINUX: Table = ("Ratios", &TO_ALL);
const SP1: Table = ("Ratios to rvjet under `--abi sp1`", &TO_SP1);

impl Ratio {
    /// Whether all that it takes was run.
    pub fn is_among(&self, peers: &[Peer]) -> bool {
        peers.contains(&self.above) && self.below.iter().all(|peer| peers.contains(peer))
    }

    const fn cpu(title: &'static str, above: Peer, below: &'static [Peer]) -> Self {
        let clock = Clock::Cpu;
        Self {
            title,
            above,
            below,
            clock,
        }
    }

    const fn wall(title: &'static str, above: Peer, below: &'static [Peer]) -> Self {
        let clock = Clock::Wall;
        Self {
            title,
            above,
            below,
            clock,
        }
    }
}

/// As a process of Linux.
const TO_ALL: [Ratio; 9] = [
    Ratio::cpu("jit / native", Peer::Jit, &[Peer::Native]),
    Ratio::cpu("qemu / jit", Peer::Qemu, &[Peer::Jit]),
    Ratio::cpu("sp1 simple / jit", Peer::Sp1Simple, &[Peer::Jit]),
    Ratio::cpu("jit / interp speed", Peer::Interp, &[Peer::Jit]),
    Ratio::cpu("record speed, CPU", Peer::Jit, &[Peer::Record]),
    Ratio::wall("record speed, wall", Peer::Jit, &[Peer::Record]),
    Ratio::cpu(
        "sp1 tracing / record, CPU",
        Peer::Sp1Tracing,
        &[Peer::Record],
    ),
    Ratio::wall(
        "sp1 tracing / record, wall",
        Peer::Sp1Tracing,
        &[Peer::Record],
    ),
    Ratio::wall(
        "expand / sp1 tracing, wall",
        Peer::Expand,
        &[Peer::Sp1Tracing],
    ),
];

const BOTH: &[Peer] = &[Peer::AbiRecord, Peer::AbiExport];

/// As a guest of SP1.
const TO_SP1: [Ratio; 8] = [
    Ratio::cpu("simple / run, CPU", Peer::Sp1Simple, &[Peer::AbiRun]),
    Ratio::wall("simple / run, wall", Peer::Sp1Simple, &[Peer::AbiRun]),
    Ratio::cpu(
        "tracing / record, CPU",
        Peer::Sp1Tracing,
        &[Peer::AbiRecord],
    ),
    Ratio::wall(
        "tracing / record, wall",
        Peer::Sp1Tracing,
        &[Peer::AbiRecord],
    ),
    Ratio::cpu(
        "tracing / export, CPU",
        Peer::Sp1Tracing,
        &[Peer::AbiExport],
    ),
    Ratio::wall(
        "tracing / export, wall",
        Peer::Sp1Tracing,
        &[Peer::AbiExport],
    ),
    Ratio::cpu("tracing / (record + export), CPU", Peer::Sp1Tracing, BOTH),
    Ratio::wall("tracing / (record + export), wall", Peer::Sp1Tracing, BOTH),
];

/// Up to the first instruction.
const OF_STARTS: [Ratio; 2] = [
    Ratio::cpu("sp1 / rvjet, CPU", Peer::Sp1Start, &[Peer::AbiStart]),
    Ratio::wall("sp1 / rvjet, wall", Peer::Sp1Start, &[Peer::AbiStart]),
];
