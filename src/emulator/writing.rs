//! A recording, written to a trace as it runs.

use std::io::Write;
use std::num::NonZeroUsize;

use super::Recording;
use crate::trace::{Codec, Summary, TraceError, Writer, write_chunks};

/// Threads beyond which more do not help: two encoders keep up with any guest.
const MOST_THREADS: usize = 3;

/// How a recording becomes a trace.
#[derive(Clone, Copy, Debug)]
pub struct TraceOptions<'elf> {
    /// The ELF file that runs, if the trace is to have it. Without it, whoever
    /// replays the trace needs the file.
    pub elf: Option<&'elf [u8]>,
    /// How blocks are stored.
    pub codec: Codec,
    /// Threads: one in which the guest runs, and the others encode what it has
    /// run. With one, it does both. The trace is the same.
    pub threads: usize,
}

impl Default for TraceOptions<'_> {
    fn default() -> Self {
        let threads = std::thread::available_parallelism();
        TraceOptions {
            elf: None,
            codec: Codec::default(),
            threads: threads.map_or(1, NonZeroUsize::get).min(MOST_THREADS),
        }
    }
}

impl Recording {
    /// Runs the program to its end, and writes a trace of it.
    ///
    /// Each chunk is written as soon as it has ended, by one call of
    /// [`Write::write_all`]: of a process that is killed there remains a truncated
    /// trace, whose chunks can be read.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use rvjet::abi::Linux;
    /// use rvjet::trace::{Policy, Trace};
    /// use rvjet::{Machine, TraceOptions};
    ///
    /// let elf = std::fs::read("guest-programs/elf/fib.elf")?;
    /// let linux = Linux::new().args(["fib", "10"]).stdout(std::io::sink());
    /// let mut recording = Machine::builder()
    ///     .elf(&elf)
    ///     .abi(linux)
    ///     .record(Policy::Insns(1000))?;
    ///
    /// let mut file = Vec::new();
    /// let options = TraceOptions { elf: Some(&elf), ..TraceOptions::default() };
    /// let summary = recording.write_to(&mut file, &options)?;
    /// let outcome = recording.finish();
    /// assert_eq!(summary.totals.insns, outcome.stats.instructions);
    ///
    /// let trace = Trace::open(file)?;
    /// assert!(trace.is_complete());
    /// assert_eq!(trace.len(), summary.totals.chunks);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If writing fails, if a chunk is larger than one may be, if the ELF file is
    /// not the one that runs, or if chunks were taken before. The guest is stopped
    /// then, where it happens to be.
    pub fn write_to<W: Write + Send>(
        &mut self,
        out: W,
        options: &TraceOptions<'_>,
    ) -> Result<Summary, TraceError> {
        let TraceOptions {
            elf,
            codec,
            threads,
        } = *options;
        let mut writer = Writer::create(out, self.header(), elf, codec)?;
        write_chunks(&mut writer, codec, threads, || self.next_chunk())?;
        let Some(ending) = self.ending() else {
            unreachable!("chunks come until the guest has ended, or there is an error")
        };
        writer.finish(&ending)
    }
}
