//! The figures of a run: as text, and as JSON with a schema that only grows.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rvjet::abi::sp1::{DIGEST_WORDS, Results};
use rvjet::program::Convention;
use rvjet::trace::ClockModel;
use rvjet::{CacheUse, Outcome};
use serde::Serialize;

use super::create::create_empty;
use super::ending::Ending;
use super::failure::Failure;
use super::output;

/// Changes when a field of [`Report`] goes or changes its meaning, not when one comes.
const SCHEMA_VERSION: u32 = 1;

/// How figures are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

/// What `--stats` asks for: how, and to which file; without one to standard error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub format: Format,
    pub path: Option<PathBuf>,
}

/// `FORMAT[:FILE]`
pub fn request(text: &str) -> Result<Request, String> {
    let (format, path) = match text.split_once(':') {
        Some((_, "")) => return Err("the file name after ':' is missing".to_owned()),
        Some((format, path)) => (format, Some(path.into())),
        None => (text, None),
    };
    let format = match format {
        "text" => Format::Text,
        "json" => Format::Json,
        _ => return Err("expected text, json, text:FILE or json:FILE".to_owned()),
    };
    Ok(Request { format, path })
}

/// Where figures go. Made before the run, so that a file that cannot be written
/// is known before the guest has done anything.
#[derive(Debug)]
pub struct Sink {
    format: Format,
    file: Option<(PathBuf, File)>,
}

impl Sink {
    /// Creates the file, empty, if one was asked for.
    pub fn open(request: Request) -> Result<Sink, Failure> {
        let create = |path: PathBuf| create_empty(&path).map(|file| (path, file));
        Ok(Sink {
            format: request.format,
            file: request.path.map(create).transpose()?,
        })
    }

    /// Writes the figures of a run.
    pub fn write(self, outcome: &Outcome, sp1: Option<&Results>) -> Result<(), Failure> {
        let report = Report::of(outcome, sp1);
        let text = match self.format {
            Format::Text => report.to_string(),
            Format::Json => format!("{}\n", json(&report)?),
        };
        match self.file {
            Some((path, mut file)) => file
                .write_all(text.as_bytes())
                .map_err(|source| failed(&path, source)),
            None => {
                output::stderr(&text);
                Ok(())
            }
        }
    }
}

fn json(report: &Report) -> Result<String, Failure> {
    serde_json::to_string(report).map_err(|error| failed(Path::new("JSON"), error.into()))
}

fn failed(path: &Path, source: io::Error) -> Failure {
    let what = path.display().to_string();
    Failure::Output { what, source }
}

/// The figures of a run. Times are in nanoseconds, memory is in bytes.
#[derive(Debug, Serialize)]
struct Report {
    schema_version: u32,
    engine: &'static str,
    exit: Ending,
    instructions: u64,
    unaligned: Unaligned,
    time_ns: TimeNs,
    /// Million guest instructions a second of run and compile time; finite, 0 if
    /// no time passed.
    mips: f64,
    /// Bytes of host code that the JIT emitted.
    code_bytes: u64,
    /// The most memory that this process had resident; null where the host does not tell.
    peak_rss: Option<u64>,
    /// The most memory that the guest used at once.
    peak_guest_memory: u64,
    /// What the code cache did; null if there was none.
    code_cache: Option<CodeCache>,
    /// Of a guest of SP1, what its executor counts; null of others.
    sp1: Option<Sp1>,
}

#[derive(Debug, Serialize)]
struct Sp1 {
    /// `global_clk`: the instructions, but for those of unconstrained blocks.
    cycles: u64,
    /// `clk`: 8 for each instruction and 256 on top for each call, from 1 on.
    clock: u64,
    /// The instructions of unconstrained blocks.
    unconstrained: u64,
    /// Calls by name, those in unconstrained blocks too.
    ecalls: BTreeMap<&'static str, u64>,
    /// Bytes of input that were read.
    input_bytes: u64,
    public_values: PublicValues,
}

#[derive(Debug, Serialize)]
struct PublicValues {
    bytes: usize,
    /// The digest that the guest has committed.
    digest: [u32; DIGEST_WORDS],
}

impl Sp1 {
    fn of(outcome: &Outcome, results: &Results) -> Sp1 {
        let (insns, model) = (outcome.state.insns, ClockModel::of(Convention::Sp1));
        Sp1 {
            cycles: insns,
            clock: model.at(insns, outcome.stats.ecalls),
            unconstrained: outcome.stats.detoured,
            ecalls: results.calls(),
            input_bytes: results.input_read(),
            public_values: PublicValues {
                bytes: results.public_values().len(),
                digest: results.public_value_digest(),
            },
        }
    }
}

#[derive(Debug, Serialize)]
struct CodeCache {
    /// Bytes of host code taken from it.
    restored: u64,
    /// Bytes of the file written to it; 0 if there was nothing new.
    stored: u64,
    /// The first thing that went wrong, null if nothing did.
    trouble: Option<String>,
}

impl From<CacheUse> for CodeCache {
    fn from(cache: CacheUse) -> CodeCache {
        CodeCache {
            restored: cache.restored,
            stored: cache.stored,
            trouble: cache.trouble.map(|trouble| trouble.to_string()),
        }
    }
}

#[derive(Debug, Serialize)]
struct Unaligned {
    loads: u64,
    stores: u64,
}

/// Wall time by phase; no two overlap.
#[derive(Debug, Serialize)]
struct TimeNs {
    /// Checking the ELF file, laying out memory and taking code from a cache, before
    /// the first instruction.
    load: u64,
    /// Emitting host code, during the run.
    compile: u64,
    /// The rest of the run: guest code, system calls and the waiting in them.
    run: u64,
}

impl Report {
    fn of(outcome: &Outcome, sp1: Option<&Results>) -> Report {
        let stats = &outcome.stats;
        Report {
            schema_version: SCHEMA_VERSION,
            engine: stats.engine,
            exit: Ending::of(outcome),
            instructions: stats.instructions,
            unaligned: Unaligned {
                loads: stats.unaligned.loads,
                stores: stats.unaligned.stores,
            },
            time_ns: TimeNs {
                load: nanoseconds(stats.time.load),
                compile: nanoseconds(stats.time.compile),
                run: nanoseconds(stats.time.run),
            },
            mips: stats.mips(),
            code_bytes: stats.code_bytes,
            peak_rss: peak_rss(),
            peak_guest_memory: stats.peak_memory,
            code_cache: stats.code_cache.map(CodeCache::from),
            sp1: sp1.map(|results| Sp1::of(outcome, results)),
        }
    }
}

/// 64 bits of nanoseconds are five centuries.
fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// `VmHWM`, and not `ru_maxrss` of `getrusage(2)`: that one survives `exec`, so
/// that a large shell or test runner would be counted as the guest's.
fn peak_rss() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes << 10)
}

/// One figure a line, `name: value`.
impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = &self.time_ns;
        writeln!(f, "engine:            {}", self.engine)?;
        writeln!(f, "exit status:       {}", self.exit.code)?;
        writeln!(f, "instructions:      {}", self.instructions)?;
        writeln!(f, "unaligned loads:   {}", self.unaligned.loads)?;
        writeln!(f, "unaligned stores:  {}", self.unaligned.stores)?;
        writeln!(f, "load time:         {}", Milliseconds(time.load))?;
        writeln!(f, "compile time:      {}", Milliseconds(time.compile))?;
        writeln!(f, "run time:          {}", Milliseconds(time.run))?;
        writeln!(f, "speed:             {:.1} MIPS", self.mips)?;
        writeln!(f, "host code:         {} bytes", self.code_bytes)?;
        if let Some(peak) = self.peak_rss {
            writeln!(f, "peak RSS:          {peak} bytes")?;
        }
        writeln!(f, "peak guest memory: {} bytes", self.peak_guest_memory)?;
        if let Some(sp1) = &self.sp1 {
            sp1.fmt(f)?;
        }
        if let Some(cache) = &self.code_cache {
            let (restored, stored) = (cache.restored, cache.stored);
            writeln!(
                f,
                "code cache:        {restored} bytes restored, {stored} stored"
            )?;
            if let Some(trouble) = &cache.trouble {
                writeln!(f, "code cache:        {trouble}")?;
            }
        }
        Ok(())
    }
}

impl Display for Sp1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "cycles:            {}", self.cycles)?;
        writeln!(f, "clock:             {}", self.clock)?;
        writeln!(f, "unconstrained:     {} instructions", self.unconstrained)?;
        writeln!(f, "input:             {} bytes read", self.input_bytes)?;
        writeln!(f, "public values:     {} bytes", self.public_values.bytes)?;
        write!(f, "digest:            ")?;
        let bytes = self.public_values.digest.map(u32::to_le_bytes);
        for byte in bytes.as_flattened() {
            write!(f, "{byte:02x}")?;
        }
        writeln!(f)?;
        for (name, count) in &self.ecalls {
            writeln!(f, "  {name:<24} {count:>12}")?;
        }
        Ok(())
    }
}

/// Nanoseconds, shown as milliseconds.
struct Milliseconds(u64);

impl Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} ms", self.0 as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests() {
        let to = |format, path: Option<&str>| {
            let path = path.map(PathBuf::from);
            Ok(Request { format, path })
        };
        assert_eq!(request("text"), to(Format::Text, None));
        assert_eq!(request("json:a:b"), to(Format::Json, Some("a:b")));
        for wrong in ["", "xml", "json:", ":file"] {
            assert!(request(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn resident_memory_is_known_here() {
        assert!(peak_rss().is_some_and(|bytes| bytes > 4096));
    }
}
