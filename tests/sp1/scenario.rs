//! The one way in which these tests run guests: under every engine, cold and hot, untraced
//! and recorded; recordings verified, and their chunks for provers compared with the model's.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use rvjet::abi::Sp1;
use rvjet::abi::sp1::{CallEvent, Results};
use rvjet::isa::{Inst, Reg};
use rvjet::machine::{Cause, Exit, MachineState, Memory, Reason, Trap};
use rvjet::replay::Verify;
use rvjet::sp1::{self, Chunks, Options};
use rvjet::trace::{self, Chunk, Codec, Header, Policy, Trace, Writer, encode_chunk};
use rvjet::{Builder, EngineKind, Limits, Machine, Recording};

use crate::asm::{Asm, x};
use crate::builder::{Elf, Program, R, W, X};
use crate::model::{Flat, Model};

/// Where the text starts, in the middle of a page.
pub const CODE: u64 = 0x7800_0100;
/// A page that the program's file fills, in part.
pub const DATA: u64 = 0x7900_0000;

pub const T0: Reg = x(5);
pub const T1: Reg = x(6);
pub const T2: Reg = x(7);
pub const S0: Reg = x(8);
pub const S1: Reg = x(9);
pub const A0: Reg = Reg::A0;
pub const A1: Reg = Reg::A1;
pub const A2: Reg = Reg::A2;

/// Numbers of calls.
pub mod nr {
    pub const HALT: u64 = 0;
    pub const WRITE: u64 = 2;
    pub const ENTER: u64 = 3;
    pub const EXIT: u64 = 4;
    pub const COMMIT: u64 = 0x10;
    pub const HINT_LEN: u64 = 0xf0;
    pub const HINT_READ: u64 = 0xf1;
    pub const SHA_EXTEND: u64 = 0x30_0105;
    pub const KECCAK: u64 = 0x1_0109;
    pub const ADD_CARRY: u64 = 0x1_0130;
    pub const BN254_FP_ADD: u64 = 0x1_0126;
}

/// An engine, and how soon a JIT looks at what is hot.
pub type Engine = (EngineKind, Option<u64>);

/// The first is right.
pub const ENGINES: [Engine; 5] = [
    (EngineKind::Interp, None),
    (EngineKind::Jit, None),
    (EngineKind::Jit, Some(3)),
    (EngineKind::Jit, Some(70)),
    (EngineKind::Auto, Some(20)),
];

/// A guest, what it is given, and its limits.
#[derive(Clone)]
pub struct Scenario {
    pub elf: Elf,
    pub inputs: Vec<Vec<u8>>,
    pub limits: Limits,
    pub most_kept: Option<u64>,
    /// Entries in the chunks that are made for provers.
    pub sizes: Vec<u64>,
}

/// All that can be seen of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub exit: Exit,
    pub state: MachineState,
    pub detoured: u64,
    pub ecalls: u64,
    pub public: Vec<u8>,
    pub digest: [u32; 8],
    pub calls: BTreeMap<&'static str, u64>,
    pub input_read: u64,
    pub output: Vec<u8>,
    pub events: Vec<CallEvent>,
}

/// What is kept of output and calls.
#[derive(Clone, Default)]
struct Kept {
    output: Arc<Mutex<Vec<u8>>>,
    events: Arc<Mutex<Vec<CallEvent>>>,
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.output.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Text, from [`CODE`] on.
pub fn text(write: impl FnOnce(&mut Asm)) -> Vec<u8> {
    let mut asm = Asm::at(CODE);
    write(&mut asm);
    asm.finish()
}

/// A call with these arguments.
pub fn call(asm: &mut Asm, number: u64, args: &[u64]) {
    for (index, arg) in (10..).zip(args) {
        asm.li(x(index), *arg);
    }
    asm.li(T0, number);
    asm.inst(Inst::Ecall);
}

pub fn halt(asm: &mut Asm, code: u64) {
    call(asm, nr::HALT, &[code]);
}

/// `body`, `count` times, by a counter in `s1`.
pub fn repeat(asm: &mut Asm, count: u64, body: impl FnOnce(&mut Asm)) {
    asm.li(S1, count);
    let again = asm.here_label();
    body(asm);
    asm.inst(crate::asm::addi(S1, S1, -1));
    let out = asm.label();
    asm.branch(rvjet::isa::Cond::Eq, S1, Reg::ZERO, out);
    asm.jump(again);
    asm.bind(out);
}

impl Scenario {
    /// Code at [`CODE`], entered there, and a page at [`DATA`] with 64 bytes that are not zero.
    pub fn new(write: impl FnOnce(&mut Asm)) -> Scenario {
        Scenario::of(&text(write))
    }

    pub fn of(text: &[u8]) -> Scenario {
        let data: Vec<u8> = (1..=64).collect();
        Scenario {
            elf: Elf {
                e_type: 2,
                entry: CODE,
                programs: vec![
                    Program::load(CODE, R | X, text),
                    Program::load(DATA, R | W, &data).size(0x1000),
                ],
                sections: Vec::new(),
            },
            inputs: Vec::new(),
            limits: Limits {
                max_insns: Some(50_000_000),
                ..Limits::default()
            },
            most_kept: None,
            sizes: vec![1, 3, 100],
        }
    }

    pub fn input(mut self, item: impl Into<Vec<u8>>) -> Scenario {
        self.inputs.push(item.into());
        self
    }

    pub fn max_insns(mut self, insns: u64) -> Scenario {
        self.limits.max_insns = Some(insns);
        self
    }

    pub fn max_memory(mut self, bytes: u64) -> Scenario {
        self.limits.max_memory = Some(bytes);
        self
    }

    pub fn most_kept(mut self, bytes: u64) -> Scenario {
        self.most_kept = Some(bytes);
        self
    }

    pub fn sizes(mut self, sizes: &[u64]) -> Scenario {
        self.sizes = sizes.to_vec();
        self
    }

    fn abi(&self, kept: &Kept) -> (Sp1, Results) {
        let events = Arc::clone(&kept.events);
        let mut sp1 = Sp1::new()
            .inputs(self.inputs.clone())
            .stdout(kept.clone())
            .stderr(kept.clone())
            .on_call(move |event| events.lock().unwrap().push(*event));
        if let Some(bytes) = self.most_kept {
            sp1 = sp1.most_kept(bytes);
        }
        let results = sp1.results();
        (sp1, results)
    }

    /// A builder with all but a personality.
    pub fn builder<'elf>(&self, elf: &'elf [u8], (engine, every): Engine) -> Builder<'elf> {
        let builder = Machine::builder()
            .elf(elf)
            .engine(engine)
            .limits(self.limits);
        match every {
            Some(insns) => builder.observe_every(insns),
            None => builder,
        }
    }

    /// A machine of this engine.
    pub fn machine(&self, engine: Engine) -> Machine {
        let (sp1, _) = self.abi(&Kept::default());
        let elf = self.elf.bytes();
        self.builder(&elf, engine).abi(sp1).build().unwrap()
    }

    pub fn recording(&self, engine: Engine, policy: Policy) -> Recording {
        let (sp1, _) = self.abi(&Kept::default());
        let elf = self.elf.bytes();
        self.builder(&elf, engine).abi(sp1).record(policy).unwrap()
    }

    /// Runs it to its end.
    pub fn run(&self, engine: Engine) -> (Seen, Machine) {
        let kept = Kept::default();
        let (sp1, results) = self.abi(&kept);
        let elf = self.elf.bytes();
        let mut machine = self.builder(&elf, engine).abi(sp1).build().unwrap();
        let outcome = machine.run();
        assert_eq!(outcome.state, *machine.state());
        assert_eq!(outcome.stats.instructions, outcome.state.insns);
        (Seen::new(&outcome, &results, &kept), machine)
    }

    /// Records it to its end, by a policy.
    pub fn record(&self, engine: Engine, policy: Policy) -> Recorded {
        let kept = Kept::default();
        let (sp1, results) = self.abi(&kept);
        let elf = self.elf.bytes();
        let mut recording = self.builder(&elf, engine).abi(sp1).record(policy).unwrap();
        let chunks: Vec<Chunk> = recording.by_ref().collect();
        let header = recording.header().clone();
        let ending = recording.ending().unwrap();
        let image = image(recording.machine().memory(), &chunks);
        let outcome = recording.finish();
        Recorded {
            elf,
            header,
            chunks,
            ending,
            image,
            seen: Seen::new(&outcome, &results, &kept),
        }
    }

    /// Runs it in all ways, which have to agree.
    pub fn check(&self) -> Seen {
        self.check_by(policies)
    }

    /// As [`Scenario::check`], recorded in one way.
    pub fn check_once(&self) -> Seen {
        let text = &self.elf.programs[0].bytes;
        let number: usize = text.iter().map(|byte| usize::from(*byte)).sum();
        self.check_by(|insns| {
            let all = policies(insns);
            vec![all[number % all.len()]]
        })
    }

    fn check_by(&self, policies: impl Fn(u64) -> Vec<Policy>) -> Seen {
        let (seen, machine) = self.run(ENGINES[0]);
        let models: Vec<Model> = self
            .sizes
            .iter()
            .map(|size| Model::run(self, seen.state.insns, *size))
            .collect();
        let model = &models[0];
        assert_eq!(
            (model.x, model.pc),
            (seen.state.x, seen.state.pc),
            "{seen:x?}"
        );
        if let Exit::Exited { .. } = seen.exit {
            assert_eq!(model.public, seen.public);
        }
        let peak = machine.memory().peak();
        compare(model, machine.memory(), "interp");
        drop(machine);
        for engine in &ENGINES[1..] {
            let (other, machine) = self.run(*engine);
            assert_eq!(other, seen, "{engine:?}");
            assert_eq!(machine.memory().peak(), peak, "{engine:?}");
            compare(model, machine.memory(), &format!("{engine:?}"));
        }
        for engine in [ENGINES[0], ENGINES[2], ENGINES[4]] {
            self.check_pieces(engine, &seen);
        }
        for (index, policy) in policies(seen.state.insns).into_iter().enumerate() {
            let recorded = self.record(ENGINES[0], policy);
            let last = ENGINES[1 + index % (ENGINES.len() - 1)];
            for engine in [ENGINES[2], last] {
                let other = self.record(engine, policy);
                assert!(other.chunks == recorded.chunks, "{engine:?} {policy}");
                assert!(other.ending == recorded.ending, "{engine:?} {policy}");
                assert_eq!(other.seen, seen, "{engine:?} {policy}");
                assert!(other.image == recorded.image, "{engine:?} {policy}");
            }
            recorded.check(&seen, model, policy);
            for (at, (size, model)) in self.sizes.iter().zip(&models).enumerate() {
                let options = options(*size, 1 + index % 3);
                let made = match (index + at) % 2 {
                    0 => Chunks::of_run(self.recording(last, policy), &recorded.elf, options),
                    _ => Chunks::of_trace(recorded.trace(), &recorded.elf, options),
                };
                let what = format!("{policy}, {size}");
                assert_same(&flat(made.unwrap()), &model.chunks, &what);
            }
        }
        seen
    }

    /// In pieces of a few instructions it is the same.
    fn check_pieces(&self, engine: Engine, seen: &Seen) {
        let mut machine = self.machine(engine);
        let piece = 1 + seen.state.insns / 17;
        let exit = loop {
            if let Some(exit) = machine.run_for(piece) {
                break exit;
            }
        };
        assert_eq!(exit, seen.exit, "{engine:?} in pieces");
        assert_eq!(*machine.state(), seen.state, "{engine:?} in pieces");
    }
}

/// Words that chunks have touched, as they are.
fn image(memory: &Memory, chunks: &[Chunk]) -> Vec<(u64, Vec<u8>)> {
    let touched = chunks.iter().flat_map(|chunk| &chunk.touches);
    touched
        .map(|touch| (touch.addr, memory.peek(touch.addr, 8).unwrap()))
        .collect()
}

fn compare(model: &Model, memory: &Memory, what: &str) {
    for (addr, (_, word)) in &model.memory {
        let bytes = memory.peek(*addr, 8).unwrap();
        let found = u64::from_le_bytes(bytes.try_into().unwrap());
        assert_eq!(found, *word, "{what}: the word at {addr:#x}");
    }
}

/// Ways to cut a run of so many instructions.
pub fn policies(insns: u64) -> Vec<Policy> {
    if insns < 300 {
        return vec![
            Policy::Insns(1),
            Policy::Accesses(1),
            Policy::Touches(1),
            Policy::Insns(7),
            Policy::Touches(5),
            Policy::default(),
        ];
    }
    vec![
        Policy::Insns(insns / 23),
        Policy::Accesses(insns / 31),
        Policy::Touches(insns / 99),
        Policy::default(),
    ]
}

pub fn options(max_trace_size: u64, threads: usize) -> Options {
    Options {
        threads,
        ..Options::new(max_trace_size)
    }
}

/// A run, and all that was recorded of it.
#[derive(Clone)]
pub struct Recorded {
    pub elf: Vec<u8>,
    pub header: Header,
    pub chunks: Vec<Chunk>,
    pub ending: trace::Ending,
    image: Vec<(u64, Vec<u8>)>,
    pub seen: Seen,
}

impl Recorded {
    fn check(&self, seen: &Seen, model: &Model, policy: Policy) {
        assert_eq!(self.seen, *seen, "{policy}");
        assert_eq!(self.ending.exit, seen.exit, "{policy}");
        for (addr, bytes) in &self.image {
            let word = model.memory.get(addr).map_or(0, |(_, word)| *word);
            assert_eq!(*bytes, word.to_le_bytes(), "{policy}: {addr:#x}");
        }
        for engine in [EngineKind::Interp, EngineKind::Auto] {
            let mut verify = Verify::new(&self.header, &self.elf);
            (verify.ending, verify.engine) = (Some(self.ending.clone()), engine);
            let verified = verify.run_all(&self.chunks);
            let verified = verified.unwrap_or_else(|error| panic!("{policy}: {error}"));
            assert_eq!(verified.insns, seen.state.insns);
        }
    }

    /// The bytes of its trace.
    pub fn bytes(&self) -> Vec<u8> {
        let (elf, codec) = (Some(&self.elf[..]), Codec::None);
        let mut bytes = Vec::new();
        let mut writer = Writer::create(&mut bytes, &self.header, elf, codec).unwrap();
        for chunk in &self.chunks {
            writer.append(&encode_chunk(chunk, codec).unwrap()).unwrap();
        }
        writer.finish(&self.ending).unwrap();
        bytes
    }

    pub fn trace(&self) -> Trace<Vec<u8>> {
        Trace::open(self.bytes()).unwrap()
    }
}

/// All chunks, which there have to be.
pub fn flat(chunks: Chunks) -> Vec<Flat> {
    chunks.map(|chunk| flat_chunk(&chunk.unwrap())).collect()
}

pub fn flat_chunk(chunk: &sp1::Chunk) -> Flat {
    let entries = chunk.mem_reads.iter();
    Flat {
        registers: chunk.start_registers,
        pc: chunk.pc_start,
        clk_start: chunk.clk_start,
        clk_end: chunk.clk_end,
        global_clk_end: chunk.global_clk_end,
        entries: entries.map(|link| (link.previous, link.before)).collect(),
    }
}

pub fn assert_same(found: &[Flat], expected: &[Flat], what: &str) {
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            found == expected,
            "{what}: chunk {index}: {found:x?}, not {expected:x?}"
        );
    }
    assert_eq!(found.len(), expected.len(), "{what}: chunks");
}

impl Seen {
    fn new(outcome: &rvjet::Outcome, results: &Results, kept: &Kept) -> Seen {
        Seen {
            exit: outcome.exit,
            state: outcome.state.clone(),
            detoured: outcome.stats.detoured,
            ecalls: outcome.stats.ecalls,
            public: results.public_values(),
            digest: results.public_value_digest(),
            calls: results.calls(),
            input_read: results.input_read(),
            output: kept.output.lock().unwrap().clone(),
            events: kept.events.lock().unwrap().clone(),
        }
    }

    #[track_caller]
    pub fn halted(&self, code: i32) {
        assert_eq!(self.exit, Exit::Exited { code });
    }

    #[track_caller]
    pub fn trapped(&self, pc: u64, cause: Cause) {
        assert_eq!(self.exit, Exit::Trap(Trap { pc, cause }));
        assert_eq!(self.state.pc, pc);
    }

    #[track_caller]
    pub fn refused(&self, reason: Reason) {
        match self.exit {
            Exit::Refused(refusal) => {
                assert_eq!(refusal.reason, reason);
                let event = self.events.last().unwrap();
                assert_eq!(refusal.pc, event.pc);
                assert_eq!((refusal.number, refusal.args), (event.number, event.args));
                assert_eq!(event.result, None);
            }
            other => panic!("{other:x?}, not {reason:?}"),
        }
    }
}
