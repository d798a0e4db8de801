//! Instructions at random.
//!
//! A program is a list of pieces, so that it shrinks to the few that matter.

mod insts;
mod program;
mod soup;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

use crate::scenario::{ENGINES, Scenario};
use program::{Program, Shape, program};

/// Programs of each shape, unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 400;
const SEED: u64 = 0x0072_766a_6574;

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
        ..default
    }
}

/// The engines agree on the whole, on a part, and on any way to take it in pieces.
fn agree(program: &Program, part: u64, pieces: &[u64]) -> Result<(), String> {
    let scenario = program.scenario();
    if let Err(error) = scenario.build(ENGINES[0]) {
        // Its memory limit does not even let it start.
        return match scenario.build(ENGINES[1]) {
            Err(same) if same.to_string() == error.to_string() => Ok(()),
            other => Err(format!("interp {error}, jit {other:?}")),
        };
    }
    let whole = scenario.compare()?;
    let warm = program.warm_insns().min(whole.state.insns);
    scenario.compare_for(warm + part % (whole.state.insns - warm + 2))?;
    let pieces = &[&[warm], pieces].concat();
    for engine in ENGINES {
        let in_pieces = scenario.run_pieces(engine, pieces);
        if in_pieces != whole {
            return Err(split_differs(&scenario, engine, pieces));
        }
    }
    Ok(())
}

fn split_differs(scenario: &Scenario, engine: rvjet::EngineKind, pieces: &[u64]) -> String {
    let [whole, split] = [scenario.run(engine), scenario.run_pieces(engine, pieces)];
    format!("{engine:?} in pieces of {pieces:?}: {split:#x?}\nat once: {whole:#x?}")
}

fn run(shape: Shape) {
    run_cases(shape, config());
}

fn run_cases(shape: Shape, config: Config) {
    let pieces = proptest::collection::vec(1..200u64, 1..8);
    let strategy = (program(shape), any::<u64>(), pieces);
    let tried = TestRunner::new(config).run(&strategy, |(program, part, pieces)| {
        agree(&program, part, &pieces).map_err(TestCaseError::fail)
    });
    if let Err(failure) = tried {
        panic!("{failure}");
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
fn everything_at_once() {
    run(Shape::All);
}

#[test]
fn everything_with_other_homes() {
    let config = config();
    let cases = config.cases.div_ceil(10);
    run_cases(Shape::Warm, Config { cases, ..config });
}
