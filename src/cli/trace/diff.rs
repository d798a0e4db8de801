//! `rvjet trace diff`: where two runs of a program part.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use rvjet::isa::{Reg, Register, disassemble};
use rvjet::replay::{AccessKind, Step, WordAccess};
use rvjet::trace::{EcallRecord, TraceError};

use super::effect::Effect;
use super::opened::Opened;
use super::text;
use super::walk::Walk;
use crate::cli::failure::Failure;
use crate::cli::status::Status;
use crate::cli::{ending, output};

/// Instructions that go from a replay to the comparison at once.
const BATCH: usize = 1 << 10;
/// Batches that may wait there.
const WAITING: usize = 4;

/// Find the first instruction in which two traces of a program differ.
///
/// Chunks that are the same in both are not replayed, if both end chunks by the
/// same policy. The exit status is 0 if the runs are equal, and 1 if they differ.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A trace
    #[arg(value_name = "A")]
    a: PathBuf,

    /// Another trace
    #[arg(value_name = "B")]
    b: PathBuf,

    /// The program, if the first trace does not have it
    #[arg(long, value_name = "FILE")]
    elf: Option<PathBuf>,
}

/// Compares.
pub fn execute(args: &Args) -> Result<ExitCode, Failure> {
    let a = Opened::open(&args.a)?;
    let b = Opened::open(&args.b)?;
    let found = match of_programs(&a, &b) {
        Some(difference) => Some(difference),
        None => of_runs(&a, &b, &a.program(args.elf.as_deref())?)?,
    };
    let (path_a, path_b) = (args.a.display(), args.b.display());
    output::print("the difference", |out| match &found {
        Some(text) => writeln!(out, "a: {path_a}\nb: {path_b}\n{text}"),
        None => writeln!(out, "{path_a} and {path_b}: the same run"),
    })?;
    if found.is_some() {
        return Ok(Status::Wrong.into());
    }
    // What was compared may not be all of it.
    let ends = [a.done(), b.done()];
    let status = ends.into_iter().find(|status| *status != Status::Success);
    Ok(status.unwrap_or(Status::Success).into())
}

/// Traces of different programs have nothing else to be compared.
fn of_programs(a: &Opened, b: &Opened) -> Option<String> {
    let (a, b) = (a.header(), b.header());
    let digests = [("ELF", a.elf, b.elf), ("text in memory", a.text, b.text)];
    let (what, a, b) = digests.into_iter().find(|(_, a, b)| a != b)?;
    Some(format!(
        "the programs differ: the digest of the {what} is\n  a: {a}\n  b: {b}"
    ))
}

fn of_runs(a: &Opened, b: &Opened, elf: &[u8]) -> Result<Option<String>, Failure> {
    let same = same_chunks(a, b)?;
    let (a, b) = (Walk::new(a, elf), Walk::new(b, elf));
    if let Some(text) = of_steps(&a, &b, same)? {
        return Ok(Some(starts(&a, &b) + &text));
    }
    Ok(of_ends(&a, &b))
}

/// How many chunks at the start are the same in both.
fn same_chunks(a: &Opened, b: &Opened) -> Result<u64, Failure> {
    if a.header().policy != b.header().policy {
        return Ok(0);
    }
    let digest = |opened: &Opened, number| {
        let about = opened.trace.chunk_info(number);
        about
            .map(|about| about.digest)
            .map_err(|source: TraceError| opened.wrong(source))
    };
    let both = a.trace.len().min(b.trace.len());
    for number in 0..both {
        if digest(a, number)? != digest(b, number)? {
            return Ok(number);
        }
    }
    Ok(both)
}

/// What differs before the first instruction.
fn starts(a: &Walk<'_>, b: &Walk<'_>) -> String {
    let (a, b) = (a.opened.header(), b.opened.header());
    if a.inputs == b.inputs {
        return String::new();
    }
    "the inputs differ: arguments, environment or random seed\n".to_owned()
}

/// An instruction that has retired, and the call that it was.
struct Retired {
    step: Step,
    record: Option<EcallRecord>,
}

impl Retired {
    /// Whether both do the same. Of a word of memory, only the bytes count that an
    /// instruction accesses.
    fn does_as(&self, other: &Retired) -> bool {
        if self.step == other.step && self.record == other.record {
            return true;
        }
        let seen = |one: &Retired| {
            let Step {
                pc,
                word,
                next_pc,
                rs1,
                rs2,
                ..
            } = one.step;
            let writes: Vec<_> = one.step.writes().collect();
            (pc, word, next_pc, rs1, rs2, writes, Effect::of(&one.step))
        };
        seen(self) == seen(other)
            && self.record == other.record
            && call_words(self).eq(call_words(other))
    }
}

/// The words that a call accesses.
fn call_words(one: &Retired) -> impl Iterator<Item = &WordAccess> {
    let calls = one.record.is_some();
    one.step.accesses.iter().filter(move |_| calls)
}

/// Replays both from this chunk on, up to the first difference.
fn of_steps(a: &Walk<'_>, b: &Walk<'_>, from: u64) -> Result<Option<String>, Failure> {
    thread::scope(|scope| {
        let (to_a, from_a) = mpsc::sync_channel(WAITING);
        let (to_b, from_b) = mpsc::sync_channel(WAITING);
        let spawn =
            |walk, to| thread::Builder::new().spawn_scoped(scope, move || send(walk, from, &to));
        let walks = [(a, to_a), (b, to_b)].map(|(walk, to)| spawn(walk, to));
        let found = first_difference(a, from_a, from_b);
        for walk in walks {
            let walk = walk.map_err(|source| Failure::Threads {
                source: Box::new(source),
            })?;
            // A panic goes on in the scope's thread.
            walk.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        Ok(found)
    })
}

/// Sends what a trace does, until nobody listens.
fn send(walk: &Walk<'_>, from: u64, to: &SyncSender<Vec<Retired>>) -> Result<(), Failure> {
    let mut batch = Vec::with_capacity(BATCH);
    walk.steps(from..walk.opened.trace.len(), |chunk, step| {
        // Where it is in its chunk is no part of what it does.
        let record = step.record(chunk).map(|record| EcallRecord {
            at: 0,
            ..record.clone()
        });
        batch.push(Retired { step, record });
        if batch.len() == BATCH {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
            if to.send(full).is_err() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    // If nobody listens, the difference has been found.
    let _found = to.send(batch);
    Ok(())
}

fn first_difference(
    walk: &Walk<'_>,
    a: Receiver<Vec<Retired>>,
    b: Receiver<Vec<Retired>>,
) -> Option<String> {
    let mut a = a.into_iter().flatten();
    let mut b = b.into_iter().flatten();
    loop {
        match (a.next(), b.next()) {
            (Some(a), Some(b)) if a.does_as(&b) => {}
            (Some(a), Some(b)) => return Some(tell(walk, &a, &b)),
            (Some(more), None) => return Some(longer(walk, 'a', &more)),
            (None, Some(more)) => return Some(longer(walk, 'b', &more)),
            (None, None) => return None,
        }
    }
}

/// `instruction N at pc 0x… (symbol+offset)`
fn place(walk: &Walk<'_>, step: &Step) -> String {
    let at = ending::place(&walk.names.symbols, step.pc);
    format!("instruction {} at pc {:#x}{at}", step.insn, step.pc)
}

fn longer(walk: &Walk<'_>, which: char, more: &Retired) -> String {
    let place = place(walk, &more.step);
    format!("only {which} has {place}")
}

fn instruction(step: &Step) -> String {
    let text = disassemble(step.pc, step.word).to_string();
    text.replace('\t', " ")
}

/// Two lines of what each does, then what differs.
fn tell(walk: &Walk<'_>, a: &Retired, b: &Retired) -> String {
    let mut text = if a.step.pc == b.step.pc {
        place(walk, &a.step)
    } else {
        format!("instruction {}", a.step.insn)
    };
    text.push_str(" differs");
    for (which, one) in [('a', a), ('b', b)] {
        let at = ending::place(&walk.names.symbols, one.step.pc);
        let inst = instruction(&one.step);
        text.push_str(&format!("\n  {which}: {:#x}{at}: {inst}", one.step.pc));
    }
    for (what, in_a, in_b) in aspects(walk, a, b) {
        if in_a != in_b {
            text.push_str(&format!("\n  {what}:\n    a: {in_a}\n    b: {in_b}"));
        }
    }
    text
}

/// What can differ, as text.
fn aspects(walk: &Walk<'_>, a: &Retired, b: &Retired) -> [(&'static str, String, String); 8] {
    let pair = |what, of: fn(&Retired) -> String| (what, of(a), of(b));
    let (in_a, in_b) = call_memory(a, b);
    let call = |one: &Retired| {
        let record = one.record.as_ref();
        record.map_or("none".to_owned(), |record| text::call(record, &walk.names))
    };
    [
        pair("bits", |one| format!("{:#x}", one.step.word)),
        pair("first operand", |one| register(one.step.rs1)),
        pair("second operand", |one| register(one.step.rs2)),
        pair("result", |one| registers(one.step.writes())),
        pair("memory", memory),
        ("call", call(a), call(b)),
        ("memory of the call", in_a, in_b),
        pair("goes on at", |one| format!("{:#x}", one.step.next_pc)),
    ]
}

fn register(value: Option<(Reg, u64)>) -> String {
    registers(value.map(|(reg, value)| (reg.into(), value)))
}

/// Registers and their values.
fn registers(values: impl IntoIterator<Item = (Register, u64)>) -> String {
    let text = values.into_iter().map(|(reg, value)| match reg {
        Register::Fcsr => format!("{reg} = {value:#x}"),
        Register::X(_) | Register::F(_) => format!("{reg} ({}) = {value:#x}", reg.abi_name()),
    });
    match text.collect::<Vec<_>>() {
        text if text.is_empty() => "none".to_owned(),
        text => text.join(", "),
    }
}

fn memory(one: &Retired) -> String {
    Effect::of(&one.step).map_or("none".to_owned(), |effect| text::memory(&effect))
}

/// The first words that two calls access in another way.
fn call_memory(a: &Retired, b: &Retired) -> (String, String) {
    let mut a = call_words(a);
    let mut b = call_words(b);
    loop {
        match (a.next(), b.next()) {
            (Some(a), Some(b)) if a == b => {}
            (None, None) => return Default::default(),
            (a, b) => return (word(a), word(b)),
        }
    }
}

/// A word and its bytes as text, of which a call reads and writes most.
fn word(access: Option<&WordAccess>) -> String {
    let Some(access) = access else {
        return "no more".to_owned();
    };
    let (what, bytes) = match access.kind {
        AccessKind::CallWrite => ("written", access.after.to_le_bytes()),
        _ => ("read", access.before.to_le_bytes()),
    };
    format!("[{:#x}] {what}: \"{}\"", access.word, bytes.escape_ascii())
}

/// All instructions are the same: the runs' ends may not be.
fn of_ends(a: &Walk<'_>, b: &Walk<'_>) -> Option<String> {
    let end = |walk: &Walk<'_>| match walk.opened.trace.ending() {
        Some(ending) => ending::text(ending.exit, walk.end_pc()),
        None => "the trace is truncated or damaged there".to_owned(),
    };
    let (in_a, in_b) = (end(a), end(b));
    (in_a != in_b).then(|| {
        format!("all instructions are the same, and the ends differ\n  a: {in_a}\n  b: {in_b}")
    })
}
