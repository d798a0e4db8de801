//! A runner of rebar's benchmarks.

use core::fmt;

use crate::expression::{BadPattern, Expression, Failure, Settings};
use crate::host::{self, eprintln, println};
use crate::klv::{self, Benchmark};
use crate::model::Model;
use crate::plain::verdict_of;
use crate::{Verdict, one_line};

/// Runs the benchmark in `input` and prints, for each timed iteration, a line of the time in
/// nanoseconds and what was counted.
pub fn run(settings: Settings, input: &[u8]) -> Verdict {
    let benchmark = match klv::read(input) {
        Ok(benchmark) => benchmark,
        Err(error) => {
            eprintln!("benchmark: {error}");
            return Verdict::Usage;
        }
    };
    let settings = Settings {
        engine: benchmark.engine.unwrap_or(settings.engine),
        ignore_case: benchmark.ignore_case,
        unicode: benchmark.unicode,
        ..settings
    };
    match measure(&benchmark, &settings) {
        Ok(()) => Verdict::Done,
        Err(stop) => {
            eprintln!("benchmark {}: {stop}", one_line(benchmark.name));
            stop.verdict()
        }
    }
}

/// Why a benchmark ends early.
#[derive(Debug)]
enum Stop {
    NotOnePattern(usize),
    Bad(BadPattern),
    Failed(Failure),
}

impl Stop {
    fn verdict(&self) -> Verdict {
        match self {
            Self::NotOnePattern(_) | Self::Bad(_) => Verdict::Usage,
            Self::Failed(failure) => verdict_of(failure),
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOnePattern(patterns) => {
                write!(f, "an engine searches for one pattern, not for {patterns}")
            }
            Self::Bad(bad) => bad.fmt(f),
            Self::Failed(failure) => failure.fmt(f),
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

fn measure(benchmark: &Benchmark<'_>, settings: &Settings) -> Result<(), Stop> {
    let &[pattern] = benchmark.patterns.as_slice() else {
        return Err(Stop::NotOnePattern(benchmark.patterns.len()));
    };
    let compile = || Expression::new(pattern, settings).map_err(Stop::Bad);
    let haystack = benchmark.haystack;
    match benchmark.model {
        Model::Compile => {
            let count = |mut expression| Ok(Model::Count.count(&mut expression, haystack)?);
            repeat(benchmark, compile, count)
        }
        model => {
            let mut expression = compile()?;
            let search = || Ok(model.count(&mut expression, haystack)?);
            repeat(benchmark, search, Ok)
        }
    }
}

/// Times `work`, but not the `count` of what it made, until the benchmark says to stop.
fn repeat<T>(
    benchmark: &Benchmark<'_>,
    mut work: impl FnMut() -> Result<T, Stop>,
    count: impl Fn(T) -> Result<u64, Stop>,
) -> Result<(), Stop> {
    let start = host::nanoseconds();
    for _ in 0..benchmark.warmup.iterations {
        count(work()?)?;
        if host::nanoseconds() - start >= benchmark.warmup.nanoseconds {
            break;
        }
    }
    let start = host::nanoseconds();
    for _ in 0..benchmark.timed.iterations {
        let before = host::nanoseconds();
        let made = work()?;
        let duration = host::nanoseconds() - before;
        println!("{duration},{}", count(made)?);
        if host::nanoseconds() - start >= benchmark.timed.nanoseconds {
            break;
        }
    }
    Ok(())
}
