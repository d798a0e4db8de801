//! rvjet against its peers: native code, `qemu-riscv64` and SP1's executor, on
//! kernels of one source. BENCHMARKS.md says what the figures mean.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that prints figures, and what it is at"
)]

mod check;
mod command;
mod contest;
mod guest;
mod input;
mod kernel;
mod peer;
mod program;
mod question;
mod ratio;
mod report;
mod row;
mod run;
mod samples;
mod sp1;
mod subject;
mod tools;

#[path = "../../common/process.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    reason = "the other benches take their arguments by it"
)]
mod process;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand};

use contest::Contest;
use input::Input;
use program::Program;
use question::Question;
use subject::Size;
use tools::Tools;

/// Runs the same programs natively and under each emulator, by turns, and prints what they take.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    /// The kernels and guests to run, instead of all
    programs: Vec<String>,
    /// How often each runs
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,
    /// One round of short runs, as a test that everything works
    #[arg(long)]
    quick: bool,
    /// Leave out SP1's executor
    #[arg(long)]
    no_sp1: bool,
    /// An rvjet to measure, instead of this checkout's
    #[arg(long, value_name = "FILE")]
    rvjet: Option<PathBuf>,
    #[command(subcommand)]
    child: Option<Child>,
}

/// What this program runs itself for.
#[derive(Subcommand)]
enum Child {
    /// Run a program by SP1's executor
    #[command(hide = true)]
    Sp1Run {
        elf: PathBuf,
        #[arg(long)]
        tracing: bool,
        /// A list of items, in JSON
        #[arg(long)]
        input: String,
    },
    /// Start SP1's executor, and do not run it
    #[command(hide = true)]
    Sp1Start { elf: PathBuf },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match &arguments.child {
        Some(Child::Sp1Run {
            elf,
            tracing,
            input,
        }) => {
            let input: Vec<Input> = serde_json::from_str(input)?;
            sp1::run(elf, *tracing, &input)
        }
        Some(Child::Sp1Start { elf }) => sp1::start(elf),
        None => compare(arguments),
    }
}

fn compare(arguments: Arguments) -> Result<()> {
    let (size, rounds) = match arguments.quick {
        true => (Size::Short, 1),
        false => (Size::Long, arguments.rounds),
    };
    ensure!(rounds > 0, "no rounds");
    let programs = Program::chosen(&arguments.programs)?;
    let sp1 = sp1::BUILT && !arguments.no_sp1;
    let tools = Tools::find(arguments.rvjet)?;
    println!("{}", tools.versions(sp1)?);
    println!("Size: {size:?}. Rounds: {rounds}.\n");
    let contest = Contest {
        size,
        rounds,
        sp1,
        tools,
    };
    for question in [Question::Kernels, Question::Guests, Question::Starts] {
        let report = contest.report(question, &programs)?;
        if !report.rows.is_empty() {
            print!("{report}");
        }
    }
    Ok(())
}
