//! What can go wrong before the guest runs. What the guest does wrong is an [`Exit`](crate::machine::Exit).
#![forbid(unsafe_code)]

use std::path::PathBuf;

use crate::abi::StartError;
use crate::machine::MapError;
use crate::program::LoadError;

/// Why a [`Machine`](crate::Machine) could not be built. Each variant is a phase.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No program was given to the builder.
    #[error("no ELF was given")]
    NoProgram,
    /// A trace's chunks were to hold nothing.
    #[error("a chunk cannot end after 0 of anything")]
    EmptyChunks,
    /// Guest memory could not be reserved.
    #[error("cannot reserve {window:#x} bytes of address space for the guest")]
    Reserve {
        /// Bytes wanted.
        window: u64,
        /// What the host said.
        source: MapError,
    },
    /// The program could not be loaded.
    #[error("cannot load the program")]
    Load(#[from] LoadError),
    /// The personality could not lay out stack and arguments.
    #[error("cannot start the program")]
    Start(#[from] StartError),
    /// The JIT was asked for, and the host has none, or refused it its code
    /// memory or its fault handler.
    #[error("cannot set up the JIT")]
    Jit(#[source] std::io::Error),
    /// The file that Linux perf reads could not be created.
    #[error("cannot create {}", path.display())]
    PerfMap {
        /// The file.
        path: PathBuf,
        /// What the host said.
        source: std::io::Error,
    },
}
