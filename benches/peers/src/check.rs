//! Whether a run came to what it has to, before it counts.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::peer::Peer;
use crate::run::Run;
use crate::samples::Sample;
use crate::sp1::{Account, unmarked};
use crate::subject::{Expected, Subject};

/// What `rvjet` ends with at the limit of instructions.
const INSTRUCTION_LIMIT: i32 = 152;

/// What `rvjet --stats=json` says of a run.
#[derive(Deserialize)]
pub struct Stats {
    /// All that were executed.
    pub instructions: u64,
    sp1: Option<Sp1Stats>,
}

#[derive(Deserialize)]
struct Sp1Stats {
    cycles: u64,
}

impl Peer {
    /// What a run took, if it is right.
    ///
    /// # Errors
    ///
    /// Fails if it is not.
    pub fn sample(self, run: &Run, subject: &Subject) -> Result<Sample> {
        let expected = &subject.expected;
        run.ends_with(match self {
            Peer::AbiStart => INSTRUCTION_LIMIT,
            Peer::Expand | Peer::AbiExport | Peer::Sp1Start => 0,
            _ => expected.exit_code,
        })?;
        let whole = Sample::of(run.times);
        match self {
            Peer::Expand | Peer::Sp1Start | Peer::AbiStart => Ok(whole),
            Peer::AbiExport => exported(run, whole),
            Peer::Sp1Simple | Peer::Sp1Tracing => executed_by_sp1(run, whole, expected),
            Peer::AbiRun | Peer::AbiRecord => executed_as_guest(run, whole, subject),
            _ => printed(&run.output, expected).map(|()| whole),
        }
        .with_context(|| run.name())
    }
}

fn printed(output: &[u8], expected: &Expected) -> Result<()> {
    let known = expected.output.as_deref();
    ensure!(
        known.is_none_or(|known| known == output),
        "prints something else"
    );
    Ok(())
}

fn committed(cycles: u64, public_values: &[u8], expected: &Expected) -> Result<()> {
    let known = expected.instructions;
    ensure!(cycles == known, "{cycles} cycles, not {known}");
    ensure!(
        public_values == expected.public_values,
        "commits something else"
    );
    Ok(())
}

fn executed_as_guest(run: &Run, whole: Sample, subject: &Subject) -> Result<Sample> {
    let stats: Stats = serde_json::from_slice(&run.error)?;
    let cycles = stats.sp1.context("no figures of SP1")?.cycles;
    let public_values = std::fs::read(subject.public_values())?;
    committed(cycles, &public_values, &subject.expected)?;
    printed(&run.output, &subject.expected)?;
    Ok(whole)
}

/// What counts is the run, which the executor's account has.
fn executed_by_sp1(run: &Run, whole: Sample, expected: &Expected) -> Result<Sample> {
    let account: Account = serde_json::from_slice(&run.output)?;
    committed(account.cycles, &account.public_values, expected)?;
    printed(unmarked(&run.error), expected)?;
    Ok(Sample {
        run: account.times,
        start_up: Some(whole.run.cpu - account.times.cpu),
        chunks: account.chunks,
    })
}

/// `FILE: N chunks, entries: N`
fn exported(run: &Run, whole: Sample) -> Result<Sample> {
    let line = std::str::from_utf8(&run.output)?;
    let count = line
        .split_whitespace()
        .nth(1)
        .context("no count of chunks")?;
    let chunks = Some(count.parse()?);
    Ok(Sample { chunks, ..whole })
}
