//! The configuration of a machine.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::code_cache::CodeCache;
use super::perf_map::PerfMap;
use super::{AccessTrace, Engines, Machine, Recording};
use crate::abi::{Abi, Bare};
use crate::error::Error;
use crate::isa::Isa;
use crate::machine::{Clock, Hart, MachineState, MapError, Memory};
use crate::trace::{ClockModel, Digest, Header, Initial, Policy};

/// Which engine executes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EngineKind {
    /// The fastest that this host has.
    #[default]
    Auto,
    /// The JIT; an error where there is none.
    Jit,
    /// The interpreter.
    Interp,
}

/// What a guest may use up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Instructions, those of detours too; kept to the instruction. `None`: no limit.
    pub max_insns: Option<u64>,
    /// Bytes of guest memory that it may touch. `None`: its address space, or under
    /// [`Sp1`](crate::abi::Sp1) 4 GiB of that.
    pub max_memory: Option<u64>,
    /// Wall time of the run. `None`: no limit.
    pub timeout: Option<Duration>,
}

/// Builds a [`Machine`].
#[must_use]
pub struct Builder<'elf> {
    elf: Option<&'elf [u8]>,
    abi: Box<dyn Abi>,
    engine: EngineKind,
    limits: Limits,
    address_space: Option<u64>,
    perf_map: bool,
    code_cache: Option<PathBuf>,
    observe_every: Option<u64>,
    isa: Isa,
}

impl Default for Builder<'_> {
    fn default() -> Self {
        Builder {
            elf: None,
            abi: Box::new(Bare),
            engine: EngineKind::Auto,
            limits: Limits::default(),
            address_space: None,
            perf_map: false,
            code_cache: None,
            observe_every: None,
            isa: Isa::ALL,
        }
    }
}

impl std::fmt::Debug for Builder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("engine", &self.engine)
            .field("limits", &self.limits)
            .field("address_space", &self.address_space)
            .finish_non_exhaustive()
    }
}

impl<'elf> Builder<'elf> {
    /// The program: the bytes of an ELF file.
    pub fn elf(mut self, elf: &'elf [u8]) -> Self {
        self.elf = Some(elf);
        self
    }

    /// What `ecall` means. Default: [`Bare`].
    pub fn abi(mut self, abi: impl Abi + 'static) -> Self {
        self.abi = Box::new(abi);
        self
    }

    /// Which engine executes. Default: [`EngineKind::Auto`].
    pub fn engine(mut self, engine: EngineKind) -> Self {
        self.engine = engine;
        self
    }

    /// What the guest may use up. Default: everything.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The instructions that there are, as far as the personality has them; any other
    /// is illegal. A trace names them. Default: all.
    pub fn isa(mut self, isa: Isa) -> Self {
        self.isa = isa;
        self
    }

    /// Bytes of the guest's address space. Default: that of the personality's
    /// [`Convention`](crate::program::Convention::address_space).
    pub fn address_space(mut self, bytes: u64) -> Self {
        self.address_space = Some(bytes);
        self
    }

    /// Whether Linux perf is told which guest code is where in host memory, by
    /// the file that it looks for, `/tmp/perf-<pid>.map`: a line for each unit
    /// of emitted code, `main+0x1c [fast]`. All machines of a process write to
    /// the same file. What does not fit on the disk is left out. Without a JIT
    /// there is no file. Default: no.
    pub fn perf_map(mut self, wanted: bool) -> Self {
        self.perf_map = wanted;
        self
    }

    /// A directory in which emitted code is kept from one run to the next, so that
    /// it need not be emitted again; made if need be. What a run does is the same
    /// with and without. Default: none.
    ///
    /// A file there is used only if it was made with the user's key, which is kept
    /// in `$XDG_STATE_HOME/rvjet` or `~/.local/state/rvjet`, by the same version
    /// for the same program. What goes wrong is told by [`Stats`](crate::Stats).
    pub fn code_cache(mut self, directory: impl Into<PathBuf>) -> Self {
        self.code_cache = Some(directory.into());
        self
    }

    /// Instructions from one look of the JIT at what executes to the next, at first.
    /// What it has often seen then it compiles anew: a few looks make code hot.
    /// Code from a [`Builder::code_cache`] comes with the pace that it was kept at.
    /// Default: some hundred thousand.
    pub fn observe_every(mut self, insns: u64) -> Self {
        self.observe_every = Some(insns);
        self
    }

    /// Checks and loads the program, and makes it ready to run.
    pub fn build(self) -> Result<Machine, Error> {
        let memory = self.memory(false);
        let (machine, _) = self.build_in(memory)?;
        Ok(machine)
    }

    /// As [`Builder::build`], to be recorded in chunks that end as `policy` says.
    pub fn record(self, policy: Policy) -> Result<Recording, Error> {
        if matches!(
            policy,
            Policy::Insns(0) | Policy::Accesses(0) | Policy::Touches(0)
        ) {
            return Err(Error::EmptyChunks);
        }
        let (machine, header) = self.build_recorded(policy)?;
        Ok(Recording::new(machine, header))
    }

    /// As [`Builder::build`], to be run on the interpreter, all accesses noted.
    pub fn trace_accesses(mut self) -> Result<AccessTrace, Error> {
        self.engine = EngineKind::Interp;
        let (machine, header) = self.build_recorded(Policy::default())?;
        Ok(AccessTrace::new(machine, &header))
    }

    fn build_recorded(self, policy: Policy) -> Result<(Machine, Header), Error> {
        let elf = Digest::of(self.elf.ok_or(Error::NoProgram)?);
        let convention = self.abi.convention();
        let memory = self.memory(true);
        let (machine, initial) = self.build_in(memory)?;
        let start = machine.hart.state.clone();
        let header = Header {
            isa: machine.hart.memory.rules().isa.name(),
            abi: machine.abi.name().into(),
            clock: ClockModel::of(convention),
            policy,
            address_space: machine.hart.memory.window_size(),
            elf,
            text: Digest::of_text(machine.hart.memory.text().into_iter()),
            inputs: Digest::of_inputs(&start, &initial),
            start,
            initial,
        };
        Ok((machine, header))
    }

    /// Bytes of address space.
    fn window(&self) -> u64 {
        let usual = self.abi.convention().address_space();
        self.address_space.unwrap_or(usual)
    }

    fn memory(&self, recorded: bool) -> Result<Memory, MapError> {
        let (convention, window) = (self.abi.convention(), self.window());
        let usual = convention.memory_limit(window);
        let limit = self.limits.max_memory.unwrap_or(usual);
        convention.memory(window, limit, recorded)
    }

    /// The machine, and what its personality has laid into memory.
    fn build_in(
        mut self,
        memory: Result<Memory, MapError>,
    ) -> Result<(Machine, Vec<Initial>), Error> {
        let start = Instant::now();
        let elf = self.elf.ok_or(Error::NoProgram)?;
        let window = self.window();
        let mut memory = memory.map_err(|source| Error::Reserve { window, source })?;
        let program = self.abi.convention().load(elf, self.isa, &mut memory)?;
        let mut hart = Hart {
            state: MachineState::new(program.entry),
            memory,
            clock: Clock::Instructions,
        };
        hart.memory.start_call(0);
        self.abi.start(&program, &mut hart)?;
        let laid = hart.memory.end_call().writes.into_iter();
        let initial = laid.map(|(addr, bytes)| Initial { addr, bytes }).collect();
        hart.memory.take_stale_code();
        let mut engines = Engines::new(self.engine, &mut hart.memory)?;
        if let Some(insns) = self.observe_every {
            engines.observe_every(insns);
        }
        if let Some(directory) = &self.code_cache {
            let cache = Arc::new(CodeCache::new(directory, elf));
            engines.use_cache(cache, &mut hart.memory);
        }
        if self.perf_map {
            engines.listen(|| PerfMap::listener(elf, program.bias))?;
        }
        let machine = Machine {
            hart,
            abi: self.abi,
            engines,
            limits: self.limits,
            program,
            load_time: start.elapsed(),
            ended: None,
            detour: None,
            detoured: 0,
            ecalls: 0,
        };
        Ok((machine, initial))
    }
}
