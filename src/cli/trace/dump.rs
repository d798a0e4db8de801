//! `rvjet trace dump`: a trace, instruction by instruction.

use std::io::{self, Write};
use std::ops::{ControlFlow, Range};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use rvjet::machine::{Exit, Trap};
use rvjet::replay::Step;
use rvjet::trace::Chunk;

use super::opened::Opened;
use super::text::Text;
use super::walk::Walk;
use super::{rvfi, spike};
use crate::cli::failure::Failure;
use crate::cli::{output, values};

const WHAT: &str = "the instructions";

/// Print a trace, instruction by instruction.
///
/// Chunks are replayed from the nearest one on, so that the end of a long trace
/// is there at once.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace; - is standard input
    #[arg(value_name = "TRACE")]
    trace: PathBuf,

    #[command(flatten)]
    part: Part,

    /// How an instruction is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// The program, if the trace does not have it
    #[arg(long, value_name = "FILE")]
    elf: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct Part {
    /// One chunk alone
    #[arg(long, value_name = "K", value_parser = values::count)]
    chunk: Option<u64>,

    /// The instructions I up to J, without J, as counted from the start of the run
    #[arg(long, value_name = "I..J", value_parser = values::range)]
    range: Option<Range<u64>>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// A JSON object a line, with the names of the RISC-V Formal Interface
    Jsonl,
    /// As spike's --log-commits
    Spike,
}

/// Prints the instructions.
pub fn execute(args: &Args) -> Result<ExitCode, Failure> {
    let opened = Opened::open(&args.trace)?;
    let elf = opened.program(args.elf.as_deref())?;
    let walk = Walk::new(&opened, &elf);
    let (chunks, insns) = args.part.of(&walk)?;
    let ending = opened.trace.ending().map(|ending| ending.exit);
    let all = walk.insns()?;
    let lost = output::lost(WHAT);
    let mut dump = Dump {
        format: args.format,
        text: Text::new(&walk.names),
        last: opened.trace.is_complete().then_some(all.wrapping_sub(1)),
        out: output::stdout(),
    };
    walk.steps(chunks, |chunk, step| {
        if step.insn >= insns.end {
            return Ok(ControlFlow::Break(()));
        }
        if step.insn >= insns.start {
            dump.step(chunk, &step).map_err(lost)?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if let Some(Exit::Trap(trap)) = ending
        && insns.end == all
    {
        dump.trap(&walk, all, trap)?;
    }
    dump.out.flush().map_err(lost)?;
    Ok(opened.done())
}

impl Part {
    /// The chunks and the instructions that were asked for.
    fn of(&self, walk: &Walk<'_>) -> Result<(Range<u64>, Range<u64>), Failure> {
        if let Some(insns) = &self.range {
            return Ok((walk.chunks_of(insns)?, insns.clone()));
        }
        let asked = self.chunk.map(|chunk| chunk..chunk.saturating_add(1));
        let chunks = walk.opened.chunks(asked.as_ref())?;
        let insns = match self.chunk {
            Some(chunk) => walk.span(chunk)?,
            None => 0..walk.insns()?,
        };
        Ok((chunks, insns))
    }
}

/// What is being printed.
struct Dump<'a, W> {
    format: Format,
    text: Text<'a>,
    /// The last instruction of the run, if the trace has it.
    last: Option<u64>,
    out: W,
}

impl<W: Write> Dump<'_, W> {
    fn step(&mut self, chunk: &Chunk, step: &Step) -> io::Result<()> {
        let record = step.record(chunk);
        match self.format {
            Format::Text => self.text.step(&mut self.out, step, record),
            Format::Spike => spike::step(&mut self.out, step, record),
            Format::Jsonl => {
                let halts = self.last == Some(step.insn);
                rvfi::step(&mut self.out, step, record, halts)
            }
        }
    }

    /// The instruction that ended the run by a trap; it did not retire.
    fn trap(&mut self, walk: &Walk<'_>, insn: u64, trap: Trap) -> Result<(), Failure> {
        let chunks = walk.opened.trace.len();
        let last = chunks.checked_sub(1).map(|last| walk.chunk(last));
        let last = last.transpose()?;
        let at = last.as_ref().map_or(0, Chunk::insns);
        let word = walk.names.word(last.as_ref(), at, trap.pc);
        let written = match self.format {
            Format::Text => self.text.trap(&mut self.out, insn, trap),
            // What does not retire is not in a commit log.
            Format::Spike => Ok(()),
            Format::Jsonl => rvfi::trap(&mut self.out, insn, trap.pc, word.unwrap_or(0)),
        };
        written.map_err(output::lost(WHAT))
    }
}
