//! A trace that the command line names, and the program that it is of.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rvjet::trace::{Condition, Digest, Header, Source, StreamReader, Trace, TraceError};

use crate::cli::failure::{self, Failure};
use crate::cli::status::Status;
use crate::cli::{input, output};

/// Bytes that are read at once from a pipe.
const BUFFER: usize = 1 << 20;

/// Where the bytes of a trace are.
#[derive(Debug)]
pub enum Bytes {
    File(File),
    /// What was read from a pipe, in which nothing can be read twice.
    Memory(Vec<u8>),
}

impl Source for Bytes {
    fn length(&self) -> io::Result<u64> {
        match self {
            Bytes::File(file) => file.length(),
            Bytes::Memory(bytes) => bytes.length(),
        }
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Bytes::File(file) => Source::read_at(file, bytes, offset),
            Bytes::Memory(all) => all.read_at(bytes, offset),
        }
    }
}

/// Opens what a path names: `-` is standard input.
pub fn open(path: &Path) -> Result<File, Failure> {
    let opened = if path.as_os_str() == "-" {
        input::stdin_file()
    } else {
        input::open_waiting(path)
    };
    opened.map_err(|source| unreadable(path, source))
}

/// Reads a trace from its start to its end, whatever it is in.
pub fn stream(path: &Path, file: File) -> Result<StreamReader<BufReader<File>>, Failure> {
    let buffered = BufReader::with_capacity(BUFFER, file);
    StreamReader::new(buffered).map_err(|source| wrong(path, source))
}

/// Whether this can be read at any place.
pub fn is_file(file: &File) -> bool {
    file.metadata().is_ok_and(|about| about.is_file())
}

fn unreadable(path: &Path, source: io::Error) -> Failure {
    Failure::Input {
        path: path.to_owned(),
        source,
    }
}

/// What is wrong with the trace at `path`.
pub fn wrong(path: &Path, source: TraceError) -> Failure {
    match source {
        TraceError::Io(source) => unreadable(path, source),
        source => Failure::Trace {
            path: path.to_owned(),
            source,
        },
    }
}

/// A trace whose chunks can be read.
#[derive(Debug)]
pub struct Opened {
    pub path: PathBuf,
    pub trace: Trace<Bytes>,
}

impl Opened {
    pub fn open(path: &Path) -> Result<Opened, Failure> {
        let mut file = open(path)?;
        let bytes = if is_file(&file) {
            Bytes::File(file)
        } else {
            let mut bytes = Vec::new();
            let read = file.read_to_end(&mut bytes);
            read.map_err(|source| unreadable(path, source))?;
            Bytes::Memory(bytes)
        };
        let trace = Trace::open(bytes).map_err(|source| wrong(path, source))?;
        Ok(Opened {
            path: path.to_owned(),
            trace,
        })
    }

    pub fn header(&self) -> &Header {
        self.trace.header()
    }

    /// The ELF file of the program: that at `elf`, else that in the trace.
    pub fn program(&self, elf: Option<&Path>) -> Result<Vec<u8>, Failure> {
        match elf {
            Some(elf) => self.program_at(elf),
            None => {
                let embedded = self.trace.elf().map_err(|source| self.wrong(source))?;
                embedded.ok_or_else(|| Failure::NoElf {
                    path: self.path.clone(),
                })
            }
        }
    }

    fn program_at(&self, path: &Path) -> Result<Vec<u8>, Failure> {
        let elf = input::read_elf(path)?;
        let (recorded, found) = (self.header().elf, Digest::of(&elf));
        if recorded == found {
            return Ok(elf);
        }
        Err(Failure::OtherElf {
            path: path.to_owned(),
            recorded,
            found,
        })
    }

    /// What is wrong with the trace.
    pub fn wrong(&self, source: TraceError) -> Failure {
        wrong(&self.path, source)
    }

    /// The chunks that were asked for, all if none were.
    pub fn chunks(&self, asked: Option<&Range<u64>>) -> Result<Range<u64>, Failure> {
        let chunks = self.trace.len();
        match asked {
            None => Ok(0..chunks),
            Some(range) if range.end <= chunks => Ok(range.clone()),
            Some(range) => {
                let number = range.end - 1;
                Err(self.wrong(TraceError::NoChunk { number, chunks }))
            }
        }
    }

    /// The exit status when all that there is has been done; tells if that is not all.
    pub fn done(&self) -> ExitCode {
        match self.trace.condition() {
            Condition::Truncated { offset } => truncated(&self.path, *offset, self.trace.len()),
            Condition::Damaged(damage) => {
                let (path, what) = (self.path.display(), failure::chain(damage));
                output::message(format_args!("{path}: {what}"));
                Status::Wrong.into()
            }
            Condition::Complete => Status::Success.into(),
        }
    }
}

/// Tells that a trace is truncated; the exit status.
pub fn truncated(path: &Path, offset: u64, chunks: u64) -> ExitCode {
    let (path, chunks) = (path.display(), Counted(chunks, "chunk"));
    output::message(format_args!(
        "{path}: truncated at byte {offset}, after {chunks}"
    ));
    Status::Truncated.into()
}

/// So many of something.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a>(pub u64, pub &'a str);

impl std::fmt::Display for Counted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Counted(count, what) = self;
        let plural = if *count == 1 { "" } else { "s" };
        write!(f, "{count} {what}{plural}")
    }
}
