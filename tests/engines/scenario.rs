//! The one way in which these tests run guests: a scenario under both engines,
//! everything that can be seen of them compared. Where it runs for long enough
//! the JIT is tried a second time, in a hurry to find out what is hot.

use std::time::Duration;

use rvjet::isa::Reg;
use rvjet::machine::{Access, Exit, MachineState};
use rvjet::{Builder, EngineKind, Error, Limits, Machine};

use crate::lab::{Lab, Region};
use crate::record;
use crate::report::Divergence;

/// Where code lies unless a test says otherwise.
pub const CODE: u64 = 0x1_0000;
/// Where data lies by convention: far enough from code that a `lui` reaches both.
pub const DATA: u64 = 0x10_0000;
/// The engine that is right, and the one that is tried.
pub const ENGINES: [EngineKind; 2] = [EngineKind::Interp, EngineKind::Jit];
/// How soon a JIT in a hurry looks at what executes.
const HURRIES: [u64; 4] = [2, 20, 70, 300];
/// Few runs that are shorter make anything hot. One in so many of them is tried all the same.
const HOT_INSNS: u64 = 2000;
const SHORT_ONE_IN: u64 = 16;

/// A guest and its limits.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub lab: Lab,
    pub limits: Limits,
    pub window: u64,
    /// Instructions from one look of the JIT at what executes to the next, at first.
    pub observe_every: Option<u64>,
    /// The engine that is tried.
    pub jit: EngineKind,
}

/// All that can be seen of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    pub exit: Option<Exit>,
    pub state: MachineState,
    pub peak: u64,
    /// The bytes of each region; nothing where a page of it is gone.
    pub memory: Vec<Option<Vec<u8>>>,
}

impl Scenario {
    /// `code` at [`CODE`], executable and read-only, entered at its start.
    pub fn new(code: impl Into<Vec<u8>>) -> Scenario {
        Scenario::at(CODE, Access::READ_EXECUTE, code)
    }

    /// `code` at `start`, entered there.
    pub fn at(start: u64, access: Access, code: impl Into<Vec<u8>>) -> Scenario {
        Scenario {
            lab: Lab {
                regions: vec![Region::new(start, access, code)],
                registers: [0; 32],
                pc: start,
                loaded: false,
                prelude: None,
            },
            limits: Limits {
                max_insns: Some(20_000_000),
                ..Limits::default()
            },
            window: 1 << 32,
            observe_every: None,
            jit: ENGINES[1],
        }
    }

    pub fn entry(mut self, pc: u64) -> Scenario {
        self.lab.pc = pc;
        self
    }

    pub fn reg(mut self, reg: Reg, value: u64) -> Scenario {
        self.lab.registers[reg.index()] = value;
        self
    }

    pub fn registers(mut self, registers: [u64; 32]) -> Scenario {
        self.lab.registers = registers;
        self
    }

    pub fn region(mut self, region: Region) -> Scenario {
        self.lab.regions.push(region);
        self
    }

    pub fn data(self, start: u64, access: Access, bytes: impl Into<Vec<u8>>) -> Scenario {
        self.region(Region::new(start, access, bytes))
    }

    pub fn max_insns(mut self, insns: u64) -> Scenario {
        self.limits.max_insns = Some(insns);
        self
    }

    pub fn max_memory(mut self, bytes: u64) -> Scenario {
        self.limits.max_memory = Some(bytes);
        self
    }

    pub fn timeout(mut self, limit: Duration) -> Scenario {
        self.limits.timeout = Some(limit);
        self.limits.max_insns = None;
        self
    }

    pub fn window(mut self, bytes: u64) -> Scenario {
        self.window = bytes;
        self
    }

    pub fn observe_every(mut self, insns: u64) -> Scenario {
        self.observe_every = Some(insns);
        self
    }

    /// This scenario, the JIT being in a hurry, if that may make a difference to
    /// a run that goes as `seen`.
    pub fn hurried(&self, seen: &Observed) -> Option<Scenario> {
        let number = record::fingerprint(self);
        let of_use = seen.state.insns > HOT_INSNS || number.is_multiple_of(SHORT_ONE_IN);
        let hurried = || {
            let every = HURRIES[(number >> 40) as usize % HURRIES.len()];
            Scenario {
                // One in four does not compile what is executed a few times only.
                jit: [EngineKind::Jit, EngineKind::Auto][usize::from(number >> 50 & 3 == 0)],
                ..self.clone().observe_every(every)
            }
        };
        (of_use && self.observe_every.is_none()).then(hurried)
    }

    /// The engine that is right, and the one that is tried.
    pub fn engines(&self) -> [EngineKind; 2] {
        [EngineKind::Interp, self.jit]
    }

    /// A machine that is about to execute the first instruction.
    pub fn build(&self, engine: EngineKind) -> Result<Machine, Error> {
        self.builder(&self.lab.elf(), engine).build()
    }

    /// What builds a machine of it, `elf` being its program.
    pub fn builder<'elf>(&self, elf: &'elf [u8], engine: EngineKind) -> Builder<'elf> {
        let builder = Machine::builder()
            .elf(elf)
            .abi(self.lab.clone())
            .engine(engine)
            .limits(self.limits)
            .address_space(self.window);
        match self.observe_every {
            Some(insns) => builder.observe_every(insns),
            None => builder,
        }
    }

    pub fn machine(&self, engine: EngineKind) -> Machine {
        self.build(engine)
            .unwrap_or_else(|error| panic!("{error}: {error:?}"))
    }

    /// What is to be seen of `machine`, which runs this scenario.
    pub fn observe(&self, machine: &Machine, exit: Option<Exit>) -> Observed {
        let regions = self.lab.regions.iter();
        let peek = |region: &Region| machine.memory().peek(region.start, region.len);
        Observed {
            exit,
            state: machine.state().clone(),
            peak: machine.memory().peak(),
            memory: regions.map(peek).collect(),
        }
    }

    /// Runs it to its end.
    pub fn run(&self, engine: EngineKind) -> Observed {
        let mut machine = self.machine(engine);
        let outcome = machine.run();
        let (unaligned, state) = (outcome.stats.unaligned, machine.state());
        assert_eq!(outcome.state, *state);
        assert_eq!(outcome.stats.instructions, state.insns);
        assert_eq!(unaligned.loads, state.unaligned_loads);
        assert_eq!(unaligned.stores, state.unaligned_stores);
        assert_eq!(outcome.stats.peak_memory, machine.memory().peak());
        self.observe(&machine, Some(outcome.exit))
    }

    /// Runs it in pieces of these many instructions, the last of them over and
    /// over, to its end.
    pub fn run_pieces(&self, engine: EngineKind, pieces: &[u64]) -> Observed {
        let mut machine = self.machine(engine);
        let last = pieces.last().copied().unwrap_or(1).max(1);
        let mut pieces = pieces.iter().copied();
        loop {
            let exit = machine.run_for(pieces.next().unwrap_or(last));
            if exit.is_some() {
                return self.observe(&machine, exit);
            }
        }
    }

    /// Runs its first `insns` instructions.
    pub fn run_for(&self, engine: EngineKind, insns: u64) -> Observed {
        let mut machine = self.machine(engine);
        let exit = machine.run_for(insns);
        self.observe(&machine, exit)
    }

    /// Runs it to its end under both engines.
    pub fn compare(&self) -> Result<Observed, Divergence> {
        let [want, got] = ENGINES.map(|engine| self.run(engine));
        let seen = self.same(want, got)?;
        match self.hurried(&seen) {
            Some(hurried) => hurried.same(seen, hurried.run(hurried.jit)),
            None => Ok(seen),
        }
    }

    /// As [`Scenario::compare`], its first `insns` instructions.
    pub fn compare_for(&self, insns: u64) -> Result<Observed, Divergence> {
        let [want, got] = ENGINES.map(|engine| self.run_for(engine, insns));
        let seen = self.same(want, got)?;
        match self.hurried(&seen) {
            Some(hurried) => hurried.same(seen, hurried.run_for(hurried.jit, insns)),
            None => Ok(seen),
        }
    }

    fn same(&self, want: Observed, got: Observed) -> Result<Observed, Divergence> {
        if want == got {
            return Ok(want);
        }
        Err(Divergence {
            scenario: Box::new(self.clone()),
            want: Box::new(want),
            got: Box::new(got),
        })
    }

    /// As [`Scenario::compare`]; a difference fails the test. Some are recorded, too.
    pub fn check(&self) -> Observed {
        let seen = self.compare().unwrap_or_else(|report| panic!("{report}"));
        if let Some(few) = record::chosen(self) {
            record::compare(self, &seen, &few, false).unwrap_or_else(|report| panic!("{report}"));
        }
        seen
    }

    /// As [`Scenario::check`], recorded in any case, in chunks of all kinds.
    pub fn check_recorded(&self) -> Observed {
        let seen = self.compare().unwrap_or_else(|report| panic!("{report}"));
        record::compare(self, &seen, &record::POLICIES, true)
            .unwrap_or_else(|report| panic!("{report}"));
        seen
    }

    /// As [`Scenario::compare_for`]; a difference fails the test.
    pub fn check_for(&self, insns: u64) -> Observed {
        self.compare_for(insns)
            .unwrap_or_else(|report| panic!("{report}"))
    }
}

impl Observed {
    pub fn reg(&self, reg: Reg) -> u64 {
        self.state.reg(reg)
    }

    /// What the guest exited with, which it must have.
    #[track_caller]
    pub fn exit_code(&self) -> i32 {
        match self.exit {
            Some(Exit::Exited { code }) => code,
            other => panic!("{other:x?}"),
        }
    }

    /// The double words of a region, from its start.
    pub fn doubles(&self, region: usize) -> Vec<u64> {
        let bytes = self.memory[region].as_deref().unwrap_or_default();
        let double = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap_or_default());
        bytes.chunks_exact(8).map(double).collect()
    }
}
