//! `rvjet run`: runs a program and ends as it does.

use std::ffi::OsString;
use std::process::ExitCode;

use super::failure::Failure;
use super::{launch, status};

/// Run a program.
///
/// Options come before ELF; everything after it is passed to the program.
/// A variable RVJET_* stands for an option that is not given.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "rvjet run [OPTIONS] ELF [ARGS]...",
    after_help = status::table()
)]
pub struct Args {
    #[command(flatten)]
    options: launch::Options,

    /// A statically linked RV64 program, and its arguments
    #[arg(
        value_names = ["ELF", "ARGS"],
        num_args = 1..,
        required = true,
        trailing_var_arg = true,
        help_heading = "Arguments"
    )]
    command: Vec<OsString>,
}

/// Runs the program; the exit status is the guest's, or tells what stopped it.
pub fn execute(args: Args) -> Result<ExitCode, Failure> {
    let (launch, environment) = args.options.prepare(args.command)?;
    let built = launch.builder(environment).build();
    let mut machine = built.map_err(|source| launch.refused(source))?;
    let reports = launch.reports(&machine)?;
    let outcome = machine.run();
    reports.list(&machine)?;
    reports.tell(&outcome)
}
