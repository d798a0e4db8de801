//! `rvjet trace stats`: what the instructions of a run were, and where.

use std::io::Write;
use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use hashbrown::HashMap;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rvjet::isa::disassemble;
use rvjet::machine::PAGE_SIZE;
use rvjet::replay::{AccessKind, Step};
use rvjet::trace::Chunk;
use serde::Serialize;

use super::opened::Opened;
use super::place::Names;
use super::walk::Walk;
use crate::cli::failure::Failure;
use crate::cli::progress::Progress;
use crate::cli::{output, values};

/// Parts of the work for each thread: enough that none is without for long.
const PARTS: u64 = 4;

/// Count the instructions of a trace, by opcode or function, or its accesses by page.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace; - is standard input
    #[arg(value_name = "TRACE")]
    trace: PathBuf,

    /// What is counted
    #[arg(long, value_enum)]
    by: By,

    /// As one JSON object
    #[arg(long)]
    json: bool,

    /// The N first lines alone
    #[arg(long, value_name = "N", value_parser = values::count)]
    top: Option<u64>,

    /// The program, if the trace does not have it
    #[arg(long, value_name = "FILE")]
    elf: Option<PathBuf>,

    /// Threads that replay [default: all of this host]
    #[arg(long, env = "RVJET_THREADS", value_name = "N", value_parser = values::threads)]
    threads: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// Instructions of each opcode
    Opcode,
    /// Instructions and accesses of each function itself, without those that it calls
    Function,
    /// Loads, stores and touched words of each page of 4 KiB
    Page,
}

/// Counts, and prints what most is of first.
pub fn execute(args: &Args) -> Result<ExitCode, Failure> {
    let opened = Opened::open(&args.trace)?;
    let elf = opened.program(args.elf.as_deref())?;
    let walk = Walk::new(&opened, &elf);
    let threads = args.threads.unwrap_or_else(values::all_threads);
    let progress = Progress::chunks(opened.trace.len());
    let counts = count(&walk, args.by, threads, &progress)?;
    drop(progress);
    let mut rows = args.by.rows(counts, &walk.names);
    rows.sort_by(|a, b| b.order().cmp(&a.order()).then_with(|| a.name.cmp(&b.name)));
    let table = Table {
        instructions: walk.insns()?,
        rows: shortened(rows, args.top),
        by: args.by,
    };
    if args.json {
        let text =
            serde_json::to_string(&table).map_err(|error| output::lost("JSON")(error.into()))?;
        output::print("the figures", |out| writeln!(out, "{text}"))?;
    } else {
        output::print("the figures", |out| table.write(out))?;
    }
    Ok(opened.done())
}

fn shortened(mut rows: Vec<Row>, top: Option<u64>) -> Vec<Row> {
    let top = top.and_then(|top| usize::try_from(top).ok());
    rows.truncate(top.unwrap_or(usize::MAX));
    rows
}

const fn page_down(addr: u64) -> u64 {
    addr - addr % PAGE_SIZE
}

/// What was counted of something.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    instructions: u64,
    accesses: u64,
    loads: u64,
    stores: u64,
    touches: u64,
}

impl Count {
    fn add(&mut self, other: Count) {
        self.instructions += other.instructions;
        self.accesses += other.accesses;
        self.loads += other.loads;
        self.stores += other.stores;
        self.touches += other.touches;
    }
}

/// Counts by instruction word, pc or page.
type Counts = HashMap<u64, Count>;

/// Counts all chunks; sums do not depend on the order.
fn count(walk: &Walk<'_>, by: By, threads: usize, progress: &Progress) -> Result<Counts, Failure> {
    let chunks = walk.opened.trace.len();
    let parts = (threads as u64 * PARTS).min(chunks);
    let part = |index: u64| chunks * index / parts..chunks * (index + 1) / parts;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Failure::Threads {
        source: Box::new(error),
    })?;
    pool.install(|| {
        (0..parts)
            .into_par_iter()
            .map(|index| count_part(walk, by, part(index), progress))
            .try_reduce(Counts::new, |a, b| Ok(sum(a, b)))
    })
}

fn count_part(
    walk: &Walk<'_>,
    by: By,
    chunks: Range<u64>,
    progress: &Progress,
) -> Result<Counts, Failure> {
    let mut replayer = walk.replayer()?;
    let mut counts = Counts::new();
    for number in chunks {
        let chunk = walk.chunk(number)?;
        let wrong = |mismatch| walk.wrong(&mismatch, &chunk);
        for step in replayer.steps(&chunk).map_err(wrong)? {
            by.count(&mut counts, &step.map_err(wrong)?);
        }
        by.count_touches(&mut counts, &chunk);
        progress.step();
    }
    Ok(counts)
}

fn sum(a: Counts, b: Counts) -> Counts {
    let (mut large, small) = if a.len() < b.len() { (b, a) } else { (a, b) };
    for (key, count) in small {
        large.entry(key).or_default().add(count);
    }
    large
}

impl By {
    fn count(self, counts: &mut Counts, step: &Step) {
        let of_step = Count {
            instructions: 1,
            accesses: step.accesses.len() as u64,
            ..Count::default()
        };
        match self {
            By::Opcode => counts.entry(step.word.into()).or_default().add(of_step),
            By::Function => counts.entry(step.pc).or_default().add(of_step),
            By::Page => {
                for access in &step.accesses {
                    let (loads, stores) = match access.kind {
                        AccessKind::Load | AccessKind::CallRead => (1, 0),
                        AccessKind::Store | AccessKind::CallWrite => (0, 1),
                        AccessKind::Modify => (1, 1),
                    };
                    counts
                        .entry(page_down(access.word))
                        .or_default()
                        .add(Count {
                            accesses: 1,
                            loads,
                            stores,
                            ..Count::default()
                        });
                }
            }
        }
    }

    fn count_touches(self, counts: &mut Counts, chunk: &Chunk) {
        if self == By::Page {
            for touch in &chunk.touches {
                counts.entry(page_down(touch.addr)).or_default().touches += 1;
            }
        }
    }

    fn rows(self, counts: Counts, names: &Names<'_>) -> Vec<Row> {
        let mut named: HashMap<String, Count> = HashMap::new();
        for (key, count) in counts {
            named.entry(self.name(key, names)).or_default().add(count);
        }
        let row = |(name, count)| Row::new(self, name, count);
        named.into_iter().map(row).collect()
    }

    fn name(self, key: u64, names: &Names<'_>) -> String {
        match self {
            By::Opcode => {
                let text = disassemble(0, key as u32).to_string();
                text.split('\t').next().unwrap_or_default().to_owned()
            }
            By::Function => match names.symbols.lookup(key) {
                Some(symbol) => symbol.name.into_owned(),
                None => format!("page {:#x}", page_down(key)),
            },
            By::Page => format!("{key:#x}"),
        }
    }

    const fn title(self) -> &'static str {
        match self {
            By::Opcode => "opcode",
            By::Function => "function",
            By::Page => "page",
        }
    }
}

/// Figures of one opcode, function or page.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    instructions: Option<u64>,
    accesses: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    loads: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stores: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    touches: Option<u64>,
}

impl Row {
    fn new(by: By, name: String, count: Count) -> Row {
        let pages = by == By::Page;
        Row {
            name,
            instructions: (!pages).then_some(count.instructions),
            accesses: count.accesses,
            loads: pages.then_some(count.loads),
            stores: pages.then_some(count.stores),
            touches: pages.then_some(count.touches),
        }
    }

    /// The larger, the earlier.
    fn order(&self) -> u64 {
        self.instructions.unwrap_or(self.accesses)
    }
}

#[derive(Debug, Serialize)]
struct Table {
    #[serde(serialize_with = "title")]
    by: By,
    /// All instructions of the trace.
    instructions: u64,
    rows: Vec<Row>,
}

fn title<S: serde::Serializer>(by: &By, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(by.title())
}

impl Table {
    fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        if self.by == By::Page {
            writeln!(
                out,
                "{:>14} {:>14} {:>14} {:>14}  page ({PAGE_SIZE} bytes)",
                "accesses", "loads", "stores", "touches"
            )?;
            return self.rows.iter().try_for_each(|row| {
                let [loads, stores, touches] =
                    [row.loads, row.stores, row.touches].map(Option::unwrap_or_default);
                writeln!(
                    out,
                    "{:>14} {loads:>14} {stores:>14} {touches:>14}  {}",
                    row.accesses, row.name
                )
            });
        }
        writeln!(
            out,
            "{:>14} {:>7} {:>14}  {}",
            "instructions",
            "share",
            "accesses",
            self.by.title()
        )?;
        self.rows.iter().try_for_each(|row| {
            let count = row.instructions.unwrap_or_default();
            let share = 100.0 * count as f64 / self.instructions.max(1) as f64;
            writeln!(
                out,
                "{count:>14} {share:>6.2}% {:>14}  {}",
                row.accesses, row.name
            )
        })
    }
}
