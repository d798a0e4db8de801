//! rvjet against its peers: native code, `qemu-riscv64` and SP1's executor, on
//! kernels of one source. BENCHMARKS.md says what the figures mean.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that prints figures, and what it is at"
)]

mod kernel;
mod peer;
mod report;
mod samples;
mod sp1;
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

use kernel::{KERNELS, Kernel, Size};
use peer::Peer;
use report::{Report, Row};
use samples::Sample;
use tools::Tools;

/// Runs the same kernels natively and under each emulator, by turns, and prints what they take.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    /// The kernels to run, instead of all
    kernels: Vec<String>,
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
    /// SP1's executor, without a trace
    #[command(hide = true)]
    Sp1Simple { elf: PathBuf },
    /// SP1's executor, with a trace
    #[command(hide = true)]
    Sp1Tracing { elf: PathBuf },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match &arguments.child {
        Some(Child::Sp1Simple { elf }) => sp1::run(elf, None),
        Some(Child::Sp1Tracing { elf }) => sp1::run(elf, Some(sp1::ENTRIES)),
        None => compare(arguments),
    }
}

fn compare(arguments: Arguments) -> Result<()> {
    let (size, rounds) = match arguments.quick {
        true => (Size::Short, 1),
        false => (Size::Long, arguments.rounds),
    };
    ensure!(rounds > 0, "no rounds");
    let kernels = chosen(&arguments.kernels)?;
    let peers = Peer::all(sp1::BUILT && !arguments.no_sp1);
    let tools = Tools::find(arguments.rvjet)?;
    println!("{}", tools.versions(&peers)?);
    println!("Size: {size:?}. Rounds: {rounds}.\n");
    let mut rows = Vec::new();
    for kernel in kernels {
        eprintln!("{}", kernel.name);
        rows.push(measure(kernel, size, rounds, &peers, &tools)?);
    }
    print!("{}", Report { peers, rows });
    Ok(())
}

/// The kernels of these names; all if there are none.
fn chosen(names: &[String]) -> Result<Vec<&'static Kernel>> {
    for name in names {
        let known = KERNELS.iter().any(|kernel| kernel.name == name);
        ensure!(known, "there is no kernel {name}");
    }
    let wanted =
        |kernel: &&Kernel| names.is_empty() || names.iter().any(|name| name == kernel.name);
    Ok(KERNELS.iter().filter(wanted).collect())
}

/// The peers by turns, so that what disturbs a machine disturbs all of them.
fn measure(
    kernel: &'static Kernel,
    size: Size,
    rounds: usize,
    peers: &[Peer],
    tools: &Tools,
) -> Result<Row> {
    let subject = kernel.build(size, tools)?;
    let mut samples: Vec<(Peer, Vec<Sample>)> =
        peers.iter().map(|peer| (*peer, Vec::new())).collect();
    for round in 0..rounds {
        for (peer, samples) in &mut samples {
            samples.push(peer.run(&subject, tools, round)?);
        }
    }
    subject.forget_trace()?;
    Ok(Row {
        kernel,
        instructions: subject.instructions,
        samples,
    })
}
