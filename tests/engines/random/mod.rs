//! Instructions at random.
//!
//! A program is a list of pieces, so that it shrinks to the few that matter.

mod floats;
mod hot;
mod insts;
mod program;
mod soup;

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};

use rvjet::EngineKind;

use crate::record::{self, Flaw};
use crate::report::Divergence;
use crate::scenario::{ENGINES, Scenario};
use program::{Program, Shape, program};

/// Programs of each shape, unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 400;
const SEED: u64 = 0x0072_766a_6574;
/// How long to look for a simpler program that fails, in milliseconds.
const SHRINK_MS: u32 = 60_000;

fn config() -> Config {
    let default = Config::default();
    let cases = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => default.cases,
        None => CASES,
    };
    let rng_seed = match default.rng_seed {
        RngSeed::Random => RngSeed::Fixed(SEED),
        fixed => fixed,
    };
    Config {
        cases,
        rng_seed,
        failure_persistence: None,
        max_shrink_time: SHRINK_MS,
        ..default
    }
}

/// What the engines do not agree on.
#[derive(Debug)]
enum Disagreement {
    /// Whether it can be started at all.
    Start(String),
    /// How it runs.
    Run(Divergence),
    /// One engine does something else when it runs in pieces.
    Pieces(EngineKind),
    /// How it is recorded.
    Record(Flaw),
}

impl From<Flaw> for Disagreement {
    fn from(flaw: Flaw) -> Disagreement {
        Disagreement::Record(flaw)
    }
}

impl From<Divergence> for Disagreement {
    fn from(divergence: Divergence) -> Disagreement {
        Disagreement::Run(divergence)
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Disagreement::Start(how) => f.write_str(how),
            Disagreement::Run(divergence) => divergence.fmt(f),
            Disagreement::Record(flaw) => flaw.fmt(f),
            Disagreement::Pieces(engine) => write!(f, "{engine:?} differs when run in pieces"),
        }
    }
}

/// The engines agree on the whole, on a part, on any way to take it in pieces,
/// and on what is recorded of it.
fn agree(program: &Program, part: u64, pieces: &[u64]) -> Result<(), Disagreement> {
    agree_on(&program.scenario(), program.warm_insns(), part, pieces)
}

/// Pieces begin after `warm` instructions.
fn agree_on(scenario: &Scenario, warm: u64, part: u64, pieces: &[u64]) -> Result<(), Disagreement> {
    if let Err(error) = scenario.build(ENGINES[0]) {
        // Its memory limit does not even let it start.
        return match scenario.build(ENGINES[1]) {
            Err(same) if same.to_string() == error.to_string() => Ok(()),
            other => Err(Disagreement::Start(format!(
                "interp {error}, jit {other:?}"
            ))),
        };
    }
    let whole = scenario.compare()?;
    let warm = warm.min(whole.state.insns);
    scenario.compare_for(warm + part % (whole.state.insns - warm + 2))?;
    let pieces = &[&[warm], pieces].concat();
    for engine in ENGINES {
        if scenario.run_pieces(engine, pieces) != whole {
            return Err(Disagreement::Pieces(engine));
        }
    }
    if let Some(hurried) = scenario.hurried(&whole)
        && hurried.run_pieces(hurried.jit, pieces) != whole
    {
        return Err(Disagreement::Pieces(hurried.jit));
    }
    record::compare(scenario, &whole, &record::two_policies(part), false)?;
    Ok(())
}

fn run(shape: Shape) {
    run_cases(shape, config());
}

fn run_cases(shape: Shape, config: Config) {
    let pieces = vec(1..200u64, 1..8);
    let strategy = (program(shape), any::<u64>(), pieces);
    let agree = |(program, part, pieces): &(Program, u64, Vec<u64>)| agree(program, *part, pieces);
    try_all(config, &strategy, agree);
}

/// Tries values of `strategy`, and reports on the simplest that fails.
fn try_all<S: Strategy, E: fmt::Display>(
    config: Config,
    strategy: &S,
    attempt: impl Fn(&S::Value) -> Result<(), E>,
) where
    S::Value: fmt::Debug,
{
    let fail = |_| TestCaseError::fail("it does not hold");
    let tried = TestRunner::new(config).run(strategy, |value| attempt(&value).map_err(fail));
    match tried {
        Ok(()) => {}
        Err(TestError::Fail(_, value)) => match attempt(&value) {
            Err(report) => panic!("{value:#?}\n{report}"),
            Ok(()) => panic!("{value:#?}\nfails in some runs only"),
        },
        Err(abort) => panic!("{abort}"),
    }
}

#[test]
fn straight_lines() {
    run(Shape::Straight);
}

#[test]
fn memory_at_its_edges() {
    run(Shape::Memory);
}

#[test]
fn loops_and_jumps() {
    run(Shape::Jumps);
}

#[test]
fn code_that_changes_itself() {
    run(Shape::Changing);
}

#[test]
fn floating_point() {
    run(Shape::Floats);
}

#[test]
fn everything_at_once() {
    run(Shape::All);
}

#[test]
fn everything_with_other_homes() {
    let config = config();
    let cases = config.cases.div_ceil(10);
    run_cases(Shape::Warm, Config { cases, ..config });
}

#[test]
fn what_is_hot() {
    let pieces = vec(1..200u64, 1..8);
    let pieces = prop_oneof![
        2 => pieces.clone().boxed(),
        // Nothing is hot before there is some time to find that out.
        3 => (3000..9000u64, pieces).prop_map(|(first, pieces)| [vec![first], pieces].concat()).boxed(),
    ];
    let strategy = (hot::program(), any::<u64>(), pieces);
    try_all(config(), &strategy, |(program, part, pieces)| {
        agree_on(&program.scenario(), 0, *part, pieces)
    });
}
