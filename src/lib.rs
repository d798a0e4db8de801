//! rvjet runs RV64 ELF binaries at close to native speed, deterministically and in a sandbox.
//!
//! The way of the data, each stage a module:
//!
//! - [`elf`]: bytes → a checked image, symbols;
//! - [`isa`]: instruction bits → instructions, their text, the values they compute;
//! - [`program`]: image → initial memory;
//! - [`machine`]: registers and memory, which both engines share;
//! - `interp`: the reference engine; `jit`: the fast one, on x86-64 Linux;
//! - [`abi`]: what `ecall` means;
//! - [`trace`]: chunks of an execution that stand alone, and the file they are kept in;
//! - [`replay`]: chunks run again, verified, looked at step by step;
//! - [`sp1`]: chunks as SP1's executor makes them;
//! - `export`, with the feature `parquet`: chunks as tables for data analysis;
//! - [`Machine`]: all of it, run within limits, to an [`Outcome`].

pub mod abi;
pub mod elf;
mod emulator;
mod error;
#[cfg(feature = "parquet")]
pub mod export;
mod interp;
pub mod isa;
#[cfg_attr(
    not(all(target_arch = "x86_64", target_os = "linux")),
    path = "jit_absent.rs"
)]
mod jit;
pub mod machine;
pub mod program;
pub mod replay;
pub mod sp1;
pub mod trace;

pub use emulator::{
    AccessTrace, Builder, CacheTrouble, CacheUse, EngineKind, Limits, Machine, Outcome, Recording,
    Replayer, Stats, Times, TraceOptions, Unaligned,
};
pub use error::Error;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(all(doctest, feature = "precompiles"))]
#[doc = include_str!("../docs/sp1.md")]
struct Sp1Page;
