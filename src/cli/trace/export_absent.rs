//! `rvjet trace export` in a build that cannot.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::cli::failure::Failure;

/// Write a trace as tables, which data analysis tools read.
///
/// Not by this build: what writes them is left out unless rvjet is built by
/// "cargo build --release --features parquet".
#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(hide = true, allow_hyphen_values = true, trailing_var_arg = true)]
    ignored: Vec<OsString>,
}

/// Says what to do.
pub fn execute(args: &Args) -> Result<ExitCode, Failure> {
    let Args { ignored: _ } = args;
    Err(Failure::Usage(
        "trace export: this rvjet was built without Parquet; \
         \"cargo build --release --features parquet\" makes one with it"
            .to_owned(),
    ))
}
