//! The command line of `rvjet`.
//!
//! Enters: arguments and `RVJET_*` variables. Leaves: a process exit status
//! ([`Status`]), and on standard error one line for whatever went wrong. Must
//! hold: parse, then a checked configuration, then one call of the library;
//! standard output belongs to the guest, or to the listing that was asked for.

mod create;
mod disasm;
mod dump;
mod ending;
mod failure;
mod grants;
mod input;
mod launch;
mod listing;
mod output;
mod progress;
mod record;
mod run;
mod sp1;
mod stats;
mod status;
mod strace;
mod trace;
mod values;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;
use status::Status;

/// Runs RV64 ELF programs under an x86-64 JIT, deterministic and sandboxed.
#[derive(Debug, Parser)]
#[command(name = "rvjet", version, after_help = status::table())]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(Box<run::Args>),
    Record(Box<record::Args>),
    Trace(trace::Args),
    Disasm(disasm::Args),
}

/// Does what the command line says.
pub fn main() -> ExitCode {
    let done = match Cli::try_parse() {
        Ok(cli) => execute(cli.command),
        Err(refusal) => return refuse(&refusal),
    };
    done.unwrap_or_else(|failure| failure.report())
}

fn execute(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Run(args) => run::execute(*args),
        Command::Record(args) => record::execute(*args),
        Command::Trace(args) => trace::execute(&args),
        Command::Disasm(args) => disasm::execute(&args),
    }
}

/// Prints what clap has to say: help and version on standard output, errors on standard error.
fn refuse(refusal: &clap::Error) -> ExitCode {
    let status = if refusal.use_stderr() {
        Status::Usage
    } else {
        Status::Success
    };
    // Nobody is left to be told that help could not be printed.
    let _unread = refusal.print();
    status.into()
}
