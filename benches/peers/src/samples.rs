//! What runs take.

use serde::{Deserialize, Serialize};

use crate::process::median;

/// CPU and wall time, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// User and system time of all threads.
    pub cpu: f64,
    /// What a clock says.
    pub wall: f64,
}

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// User and system time.
    Cpu,
    /// Wall time.
    Wall,
}

/// One run.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// What counts: of the process, or of the run alone if start-up is told apart.
    pub run: Times,
    /// CPU time of start-up and end, if that is told apart.
    pub start_up: Option<f64>,
    /// Chunks of SP1's trace, if it was made.
    pub chunks: Option<u64>,
}

impl Sample {
    /// A run in which nothing is told apart.
    pub fn of(run: Times) -> Self {
        Self {
            run,
            start_up: None,
            chunks: None,
        }
    }

    /// What a clock says of it.
    pub fn time(&self, clock: Clock) -> f64 {
        match clock {
            Clock::Cpu => self.run.cpu,
            Clock::Wall => self.run.wall,
        }
    }
}

/// Below which one digit more is shown.
const MILLISECONDS: f64 = 0.1;

/// The middle of some values, and how far they reach.
pub struct Spread {
    /// Their median.
    pub median: f64,
    min: f64,
    max: f64,
}

impl Spread {
    /// Of at least one value.
    pub fn of(values: Vec<f64>) -> Self {
        Self {
            min: values.iter().copied().fold(f64::INFINITY, f64::min),
            max: values.iter().copied().fold(0.0, f64::max),
            median: median(values),
        }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { median, min, max } = self;
        let digits = if *max < MILLISECONDS { 4 } else { 3 };
        write!(f, "{median:.digits$} ({min:.digits$}–{max:.digits$})")
    }
}

/// The geometric mean of the values that are there; none if there are none.
pub fn geometric_mean(values: &[Option<f64>]) -> Option<f64> {
    let logarithms: Vec<f64> = values.iter().flatten().map(|value| value.ln()).collect();
    let mean = logarithms.iter().sum::<f64>() / logarithms.len() as f64;
    (!logarithms.is_empty()).then(|| mean.exp())
}
