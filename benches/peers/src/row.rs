//! What is found of one program.

use crate::peer::Peer;
use crate::ratio::Ratio;
use crate::samples::{Clock, Sample, Spread};

/// A program, and what every peer took for it.
pub struct Row {
    /// What it is called.
    pub name: String,
    /// A word on it.
    pub about: String,
    /// RISC-V instructions of a run.
    pub instructions: u64,
    /// All rounds.
    pub samples: Vec<(Peer, Vec<Sample>)>,
}

impl Row {
    fn samples(&self, peer: Peer) -> Option<&[Sample]> {
        let found = self.samples.iter().find(|(other, _)| *other == peer);
        found.map(|(_, samples)| &samples[..])
    }

    /// What a clock says of all rounds, if the peer ran.
    pub fn spread(&self, peer: Peer, clock: Clock) -> Option<Spread> {
        let samples = self.samples(peer)?.iter();
        Some(Spread::of(
            samples.map(|sample| sample.time(clock)).collect(),
        ))
    }

    /// The middle of that.
    pub fn median(&self, peer: Peer, clock: Clock) -> Option<f64> {
        Some(self.spread(peer, clock)?.median)
    }

    /// A ratio, if all that it takes was run.
    pub fn ratio(&self, ratio: &Ratio) -> Option<f64> {
        let below = ratio.below.iter();
        let below: Option<f64> = below.map(|peer| self.median(*peer, ratio.clock)).sum();
        Some(self.median(ratio.above, ratio.clock)? / below?)
    }

    /// What comes before and after the run, if that is told apart.
    pub fn start_up(&self, peer: Peer) -> Option<Spread> {
        let samples = self.samples(peer)?.iter();
        let values: Vec<f64> = samples.filter_map(|sample| sample.start_up).collect();
        (!values.is_empty()).then(|| Spread::of(values))
    }

    /// Their number.
    pub fn million_instructions(&self) -> f64 {
        self.instructions as f64 / 1e6
    }
}
