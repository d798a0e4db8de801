//! Why a command did not do what it was asked, and how that is told.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use rvjet::abi::StartError;
use rvjet::elf::ElfError;
use rvjet::program::LoadError;
use rvjet::replay::ReplayError;
use rvjet::trace::{Digest, TraceError};

use super::output;
use super::status::Status;

/// A failure of the command; how a guest ended is an [`Ending`](super::ending::Ending).
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// An argument or a variable that clap does not check.
    #[error("{0}")]
    Usage(String),
    #[error("cannot read {}", path.display())]
    Input { path: PathBuf, source: io::Error },
    #[error("{}", path.display())]
    Elf { path: PathBuf, source: ElfError },
    #[error("{}", path.display())]
    Machine { path: PathBuf, source: rvjet::Error },
    #[error("cannot create {}", path.display())]
    Create { path: PathBuf, source: io::Error },
    #[error("{} is there already; --force replaces it", path.display())]
    Exists { path: PathBuf },
    /// A trace that cannot be read, or written.
    #[error("{}", path.display())]
    Trace { path: PathBuf, source: TraceError },
    /// A trace is not what it says.
    #[error("{}: {what}", path.display())]
    Wrong { path: PathBuf, what: String },
    #[error("{}: the trace does not have the program; give its ELF file by --elf", path.display())]
    NoElf { path: PathBuf },
    #[error("{}: its digest is {found}, and that of the trace's program {recorded}", path.display())]
    OtherElf {
        path: PathBuf,
        recorded: Digest,
        found: Digest,
    },
    /// A trace cannot be replayed.
    #[error("{}", path.display())]
    Replay { path: PathBuf, source: ReplayError },
    #[error("cannot start a thread")]
    Threads {
        source: Box<dyn Error + Send + Sync>,
    },
    #[error("cannot write {what}")]
    Output { what: String, source: io::Error },
}

impl Failure {
    /// Prints the failure with its causes in one line, and gives the exit status.
    ///
    /// A reader that has gone is no failure: it has seen what it wanted.
    pub fn report(self) -> ExitCode {
        if self.is_broken_pipe() {
            return Status::Success.into();
        }
        output::message(format_args!("{}", chain(&self)));
        self.status().into()
    }

    fn is_broken_pipe(&self) -> bool {
        matches!(self, Failure::Output { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }

    fn status(&self) -> Status {
        match self {
            Failure::Usage(_) => Status::Usage,
            Failure::Input { .. } => Status::NoInput,
            Failure::Elf { .. } => Status::Rejected,
            Failure::Machine { source, .. } => machine_status(source),
            Failure::Create { .. } | Failure::Exists { .. } => Status::CannotCreate,
            Failure::Trace { source, .. } => trace_status(source),
            Failure::Wrong { .. } => Status::Wrong,
            Failure::NoElf { .. } => Status::Usage,
            Failure::OtherElf { .. } => Status::Rejected,
            Failure::Replay { source, .. } => replay_status(source),
            Failure::Threads { .. } => Status::Internal,
            Failure::Output { .. } => Status::Io,
        }
    }
}

/// Whose fault it is that a machine could not be built.
fn machine_status(error: &rvjet::Error) -> Status {
    match error {
        rvjet::Error::Load(
            LoadError::Elf(_) | LoadError::OutsideWindow { .. } | LoadError::Sp1(_),
        )
        | rvjet::Error::Start(StartError::NoRoomForStack { .. }) => Status::Rejected,
        rvjet::Error::Load(LoadError::MemoryLimit { .. })
        | rvjet::Error::Start(StartError::MemoryLimit { .. }) => Status::MemoryLimit,
        rvjet::Error::Start(
            StartError::ArgumentsTooLong { .. } | StartError::ReadOnlyInWritable { .. },
        ) => Status::Usage,
        rvjet::Error::Start(StartError::Grant(_)) => Status::NoInput,
        rvjet::Error::PerfMap { .. } => Status::CannotCreate,
        _ => Status::Internal,
    }
}

/// Whether this is no trace, a wrong one, or not what was asked for.
fn trace_status(error: &TraceError) -> Status {
    match error {
        TraceError::Io(_) => Status::NoInput,
        TraceError::NoChunk { .. } => Status::Usage,
        TraceError::Truncated { .. } => Status::Truncated,
        TraceError::Unfit { .. }
        | TraceError::TooLarge { .. }
        | TraceError::TooManyChunks
        | TraceError::Broken => Status::Io,
        TraceError::Magic { .. } | TraceError::Mangled(_) | TraceError::Version { .. } => {
            Status::Rejected
        }
        _ => Status::Wrong,
    }
}

/// Whose fault it is that a trace cannot be replayed.
fn replay_status(error: &ReplayError) -> Status {
    match error {
        ReplayError::Machine(error) => machine_status(error),
        ReplayError::Memory(_) => Status::Internal,
        _ => Status::Rejected,
    }
}

/// An error and what it stems from: `error: cause: cause of the cause`.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
