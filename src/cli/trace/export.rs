//! `rvjet trace export`: a trace in the forms that others take.

use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use super::{sp1, tables};
use crate::cli::failure::Failure;
use crate::cli::values;

/// Write a trace in another form: tables for data analysis, or the chunks of SP1.
///
/// Parquet makes DIR/chunks.parquet, DIR/insns.parquet, DIR/accesses.parquet and
/// DIR/ecalls.parquet; docs/parquet.md tells their columns. insns has a row for
/// each instruction and accesses one for each word accessed: think of --tables
/// and --chunks. Files get their names when all of them are whole.
///
/// sp1 takes the trace of a run with --abi sp1. It writes the chunks that SP1's
/// executor makes of that run, byte for byte and one after the other: docs/sp1.md.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace; - is standard input
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,

    /// Where the tables go; made if it is not there
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,

    /// What is written
    #[arg(long, value_enum, default_value_t = Format::Parquet)]
    format: Format,

    #[command(flatten)]
    pub tables: Tables,

    #[command(flatten)]
    pub sp1: Sp1,

    /// Replace what is there
    #[arg(long)]
    pub force: bool,

    /// The program, if the trace does not have it
    #[arg(long, value_name = "FILE")]
    pub elf: Option<PathBuf>,

    /// Threads; what is written does not depend on it [default: all of this host]
    #[arg(long, env = "RVJET_THREADS", value_name = "N", value_parser = values::threads)]
    pub threads: Option<usize>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Apache Parquet, a file a table
    Parquet,
    /// Chunks for provers of SP1, in one file
    Sp1,
}

/// Which tables are written.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Tables")]
pub struct Tables {
    /// The tables
    #[arg(
        long,
        value_enum,
        value_name = "TABLE,..",
        value_delimiter = ',',
        default_values_t = Table::ALL
    )]
    pub tables: Vec<Table>,

    /// Of the chunks I up to J, without J [default: all]
    ///
    /// What the accesses before were is found out all the same, so for the table
    /// accesses the chunks before I are replayed, too.
    #[arg(long, value_name = "I..J", value_parser = values::range)]
    pub chunks: Option<Range<u64>>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Table {
    /// What the trace says of each chunk
    Chunks,
    /// Each instruction, and what it wrote to its register
    Insns,
    /// Each access to a word of memory, and the one before it
    Accesses,
    /// Each call, with what it read and wrote
    Ecalls,
}

impl Table {
    const ALL: [Table; 4] = [Table::Chunks, Table::Insns, Table::Accesses, Table::Ecalls];
}

/// How SP1's chunks are written.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Chunks of SP1")]
pub struct Sp1 {
    /// Where they go: a file that is not there yet, a FIFO, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// A chunk ends behind the instruction that has its Nth entry; 4Mi and 2^22 are
    /// numbers, too
    #[arg(long, value_name = "N", value_parser = values::quantity)]
    pub max_trace_size: Option<u64>,
}

/// Writes what is asked for; tells on standard output what there is then.
pub fn execute(args: &Args) -> Result<ExitCode, Failure> {
    match args.format {
        Format::Parquet => {
            let stray = args.sp1.output.is_some() || args.sp1.max_trace_size.is_some();
            let why = "--output and --max-trace-size go with --format sp1";
            refuse(stray, why)?;
            tables::execute(args)
        }
        Format::Sp1 => {
            let stray = args.dir.is_some() || args.tables.chunks.is_some();
            let why = "--format sp1 writes all chunks to the file that --output names";
            refuse(stray, why)?;
            sp1::execute(args)
        }
    }
}

fn refuse(stray: bool, why: &str) -> Result<(), Failure> {
    match stray {
        true => Err(Failure::Usage(format!("trace export: {why}"))),
        false => Ok(()),
    }
}
