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
        write_chunks(&mut writer, codec, threads, |spent| {
            self.next_chunk_in(spent)
        })?;
        let Some(ending) = self.ending() else {
            unreachable!("chunks come until the guest has ended, or there is an error")
        };
        writer.finish(&ending)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::Machine;
    use crate::trace::{Condition, Policy, Trace};

    /// Takes so many bytes and no more.
    #[derive(Default)]
    struct Disk {
        bytes: Vec<u8>,
        room: usize,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(self.room - self.bytes.len());
            self.bytes.extend_from_slice(&bytes[..taken]);
            match taken {
                0 => Err(io::ErrorKind::StorageFull.into()),
                taken => Ok(taken),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn recording(elf: &[u8]) -> Recording {
        let linux = crate::abi::Linux::new().args(["fib", "12"]);
        let machine = Machine::builder().elf(elf).abi(linux.stdout(io::sink()));
        machine.record(Policy::Insns(1000)).unwrap()
    }

    #[test]
    fn a_full_disk_has_all_chunks_that_fit() {
        let elf = std::fs::read("guest-programs/elf/fib.elf").unwrap();
        let mut whole = Vec::new();
        recording(&elf)
            .write_to(&mut whole, &TraceOptions::default())
            .unwrap();
        let trace = Trace::open(whole.clone()).unwrap();
        for threads in [1, 2, 4] {
            for number in 0..trace.len() {
                let room = trace.chunk_info(number).unwrap().offset as usize + 100;
                let mut disk = Disk {
                    room,
                    ..Disk::default()
                };
                let options = TraceOptions {
                    threads,
                    ..TraceOptions::default()
                };
                let error = recording(&elf).write_to(&mut disk, &options).unwrap_err();
                assert!(matches!(error, TraceError::Io(_)), "{error}");
                assert!(whole.starts_with(&disk.bytes));
                let cut = Trace::open(disk.bytes).unwrap();
                assert!(matches!(cut.condition(), Condition::Truncated { .. }));
                assert_eq!(cut.len(), number);
            }
        }
    }

    #[test]
    fn what_starts_in_the_middle_is_no_trace() {
        let elf = std::fs::read("guest-programs/elf/fib.elf").unwrap();
        for threads in [1, 3] {
            let mut recording = recording(&elf);
            recording.next_chunk().unwrap();
            let options = TraceOptions {
                threads,
                ..TraceOptions::default()
            };
            let error = recording.write_to(io::sink(), &options).unwrap_err();
            assert!(matches!(error, TraceError::Mismatch { .. }), "{error}");
        }
    }
}
