//! `rvjet trace`: looks into traces.
//!
//! Enters: a trace, of which nothing is believed that is not checked. Leaves:
//! what was asked for on standard output, and an exit status that tells a whole
//! trace from a truncated one and from a wrong one. Must hold: all that can be
//! done with a truncated trace is done.

mod diff;
mod dump;
mod effect;
mod expand;
mod export;
mod facts;
mod info;
mod opened;
mod place;
mod rvfi;
mod sp1;
mod spike;
mod stats;
#[cfg_attr(not(feature = "parquet"), path = "tables_absent.rs")]
mod tables;
mod text;
mod verify;
mod walk;

use std::process::ExitCode;

use clap::Subcommand;

use super::failure::Failure;

/// Look into traces, which "rvjet record" writes.
///
/// A trace named - is read from standard input.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Info(info::Args),
    Verify(verify::Args),
    Expand(expand::Args),
    Dump(dump::Args),
    Export(export::Args),
    Diff(diff::Args),
    Stats(stats::Args),
}

/// Does what is asked of the trace.
pub fn execute(args: &Args) -> Result<ExitCode, Failure> {
    match &args.command {
        Command::Info(args) => info::execute(args),
        Command::Verify(args) => verify::execute(args),
        Command::Expand(args) => expand::execute(args),
        Command::Dump(args) => dump::execute(args),
        Command::Export(args) => export::execute(args),
        Command::Diff(args) => diff::execute(args),
        Command::Stats(args) => stats::execute(args),
    }
}
