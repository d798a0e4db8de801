//! Traces as tables: what is in the files is what the library says of the chunks.

#![forbid(unsafe_code)]
#![cfg_attr(
    feature = "parquet",
    expect(
        clippy::unwrap_used,
        reason = "the lints spare test functions, not what they call"
    )
)]

#[cfg(not(feature = "parquet"))]
mod absent;
#[cfg(feature = "parquet")]
mod command;
#[cfg(feature = "parquet")]
mod expected;
#[cfg(feature = "parquet")]
mod files;
#[cfg(feature = "parquet")]
#[path = "../common/manifest.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod manifest;
#[cfg(feature = "parquet")]
mod sample;
#[cfg(feature = "parquet")]
mod tables;
#[cfg(feature = "parquet")]
#[path = "../trace_replay/trace.rs"]
mod trace;
