//! `rvjet trace export --format parquet` of an rvjet that was built without it.

use std::process::ExitCode;

use super::export::Args;
use crate::cli::failure::Failure;

/// Says what to do.
pub fn execute(_args: &Args) -> Result<ExitCode, Failure> {
    Err(Failure::Usage(
        "trace export: this rvjet was built without Parquet; \
         \"cargo build --release --features parquet\" makes one with it"
            .to_owned(),
    ))
}
