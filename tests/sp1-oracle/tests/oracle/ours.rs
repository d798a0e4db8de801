//! Runs by rvjet.

use rvjet::abi::Sp1;
use rvjet::machine::Exit;
use rvjet::sp1::{Chunk, Chunks, Options};
use rvjet::trace::{Codec, Policy, Trace, Writer};
use rvjet::{EngineKind, Machine, Recording};
use sp1_oracle::Account;

/// How a program is run.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub engine: EngineKind,
    pub observe_every: Option<u64>,
    pub policy: Policy,
    pub threads: usize,
}

/// What came of a run, but for the chunks.
#[derive(Debug)]
pub struct Run {
    pub exit: Exit,
    /// As SP1's executor accounts for it.
    pub account: Account,
}

const HINT_READ: u32 = 0xf1;

impl Setup {
    fn record(&self, elf: &[u8], sp1: Sp1) -> Recording {
        let mut builder = Machine::builder().elf(elf).abi(sp1).engine(self.engine);
        if let Some(insns) = self.observe_every {
            builder = builder.observe_every(insns);
        }
        builder.record(self.policy).unwrap()
    }

    fn options(&self, size: u64) -> Options {
        Options {
            max_trace_size: size,
            threads: self.threads,
        }
    }

    /// The chunks of a run, made while it runs.
    pub fn chunks(&self, elf: &[u8], inputs: &[Vec<u8>], size: u64) -> Vec<Chunk> {
        let recording = self.record(elf, quiet(inputs));
        let chunks = Chunks::of_run(recording, elf, self.options(size)).unwrap();
        chunks
            .map(|chunk| chunk.unwrap_or_else(|error| panic!("{error} ({self:?})")))
            .collect()
    }

    /// A run's trace, and what came of it; the clock of a run is that of its last chunk.
    pub fn trace(&self, elf: &[u8], inputs: &[Vec<u8>]) -> (Run, Vec<u8>) {
        let sp1 = quiet(inputs);
        let results = sp1.results();
        let mut recording = self.record(elf, sp1);
        let header = recording.header().clone();
        let mut file = Vec::new();
        let mut writer = Writer::create(&mut file, &header, None, Codec::Zstd).unwrap();
        let mut account = Account::default();
        for chunk in recording.by_ref() {
            for call in &chunk.ecalls {
                let write = call.writes.first();
                if let Some(write) = write.filter(|_| call.number as u32 == HINT_READ) {
                    let bytes = &write.bytes[..call.args[1] as usize];
                    account.hints.push((write.addr, bytes.into()));
                }
            }
            account.clk = header.clock.at(chunk.end.state.insns, chunk.end.ecalls);
            let encoded = rvjet::trace::encode_chunk(&chunk, Codec::Zstd).unwrap();
            writer.append(&encoded).unwrap();
        }
        writer.finish(&recording.ending().unwrap()).unwrap();
        let outcome = recording.finish();
        if let Exit::Exited { code } = outcome.exit {
            account.exit_code = code.cast_unsigned();
        }
        account.public_values = results.public_values();
        account.digest = results.public_value_digest();
        account.global_clk = outcome.stats.instructions;
        let exit = outcome.exit;
        (Run { exit, account }, file)
    }

    /// The chunks of a run that its trace tells of.
    pub fn chunks_of_trace(&self, trace: Vec<u8>, elf: &[u8], size: u64) -> Vec<Chunk> {
        let trace = Trace::open(trace).unwrap();
        let chunks = Chunks::of_trace(trace, elf, self.options(size)).unwrap();
        chunks
            .map(|chunk| chunk.unwrap_or_else(|error| panic!("{error} ({self:?})")))
            .collect()
    }
}

/// A personality that nobody hears of.
pub fn quiet(inputs: &[Vec<u8>]) -> Sp1 {
    let sp1 = Sp1::new().inputs(inputs.iter().cloned());
    sp1.stdout(std::io::sink()).stderr(std::io::sink())
}
