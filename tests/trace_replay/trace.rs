//! Recorded runs, in memory.

use rvjet::abi::{Abi, Linux};
use rvjet::trace::{Chunk, Ending, Header, Policy};
use rvjet::{Builder, EngineKind, Limits, Machine, Replayer};

use crate::manifest::{Guest, guests};

/// A run, its program, and all that was recorded of it.
#[derive(Clone, Debug)]
pub struct Trace {
    pub elf: Vec<u8>,
    pub header: Header,
    pub chunks: Vec<Chunk>,
    pub ending: Ending,
}

/// What one run is recorded with.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub policy: Policy,
    pub max_insns: u64,
}

impl Plan {
    pub const fn new(policy: Policy, max_insns: u64) -> Plan {
        Plan { policy, max_insns }
    }
}

impl Trace {
    pub fn record(elf: &[u8], abi: impl Abi + 'static, plan: Plan) -> Trace {
        let mut recording = builder(elf, abi, plan).record(plan.policy).unwrap();
        let chunks = recording.by_ref().collect();
        Trace {
            elf: elf.into(),
            header: recording.header().clone(),
            chunks,
            ending: recording.ending().unwrap(),
        }
    }

    /// A guest of the manifest, with its arguments and input.
    pub fn of(guest: &Guest, plan: Plan) -> Trace {
        Trace::record(&elf(guest), linux(guest), plan)
    }

    /// The guest of this name.
    pub fn named(name: &str, plan: Plan) -> Trace {
        let guest = guests().into_iter().find(|guest| guest.name == name);
        Trace::of(&guest.unwrap(), plan)
    }

    pub fn replayer(&self, engine: EngineKind) -> Replayer {
        Replayer::new(&self.header, &self.elf, engine).unwrap()
    }
}

pub fn elf(guest: &Guest) -> Vec<u8> {
    std::fs::read(Guest::dir().join(guest.program())).unwrap()
}

pub fn linux(guest: &Guest) -> Linux {
    let stdin = guest.stdin().map(|path| std::fs::read(path).unwrap());
    let linux = Linux::new()
        .args([guest.program()])
        .args(guest.args.iter().map(String::as_str))
        .stdin(std::io::Cursor::new(stdin.unwrap_or_default()))
        .stdout(std::io::sink());
    guest
        .env()
        .fold(linux, |linux, (name, value)| linux.env(name, value))
}

/// The machine that a plan is for.
pub fn builder<'elf>(elf: &'elf [u8], abi: impl Abi + 'static, plan: Plan) -> Builder<'elf> {
    let limits = Limits {
        max_insns: Some(plan.max_insns),
        ..Limits::default()
    };
    Machine::builder()
        .elf(elf)
        .abi(abi)
        .engine(EngineKind::Interp)
        .limits(limits)
}
