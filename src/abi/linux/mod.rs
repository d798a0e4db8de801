//! Linux: the system calls of a single-threaded RISC-V process.
//!
//! Enters: call numbers and arguments that the guest chose, and what the host
//! grants: streams, directories, time. Leaves: results in `a0`, bytes in guest
//! memory, or the end of the run. Must hold: no pointer is followed but
//! through [`Memory`](crate::machine::Memory), no allocation grows with a
//! number that the guest names, and two runs with the same arguments and input
//! do the same, unless the host's time or randomness were asked for.
//!
//! Addresses, calls and structures are those of the generic 64-bit kernel
//! interface (include/uapi/asm-generic).

mod call;
mod capture;
mod errno;
mod files;
mod io;
mod memory;
mod process;
mod random;
mod space;
mod stack;
mod streams;
mod user;

use std::io::{Read, Write};
use std::time::{Duration, Instant};

pub use capture::Capture;

use super::{Abi, StartError};
use crate::isa::Reg;
use crate::machine::{Clock, Exit, Hart, MachineState, MapError};
use crate::program::Program;
use call::Call;
use errno::{Errno, Failure};
use files::Files;
use random::Random;
use space::Space;
use stack::Start;
use streams::{Deadline, Input, Output};

/// A process of Linux: what it is started with, and its state as it runs.
pub struct Linux {
    args: Vec<Vec<u8>>,
    env: Vec<Vec<u8>>,
    stdin: Input,
    stdout: Output,
    stderr: Output,
    files: Files,
    space: Space,
    random: Random,
    host_time: bool,
    timeout: Option<Duration>,
    started: Option<Instant>,
}

impl Default for Linux {
    fn default() -> Linux {
        Linux::new()
    }
}

impl Linux {
    /// No arguments, an empty environment, the streams of the host process, no
    /// directories, and time and randomness that are the same in every run.
    pub fn new() -> Linux {
        Linux {
            args: Vec::new(),
            env: Vec::new(),
            stdin: Input::Inherited,
            stdout: Output::InheritedStdout,
            stderr: Output::InheritedStderr,
            files: Files::new(),
            space: Space::default(),
            random: Random::seeded(0),
            host_time: false,
            timeout: None,
            started: None,
        }
    }

    /// Adds arguments; the first of all is the program's name.
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Linux {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Adds a variable to the environment.
    pub fn env(mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Linux {
        let mut variable = key.into();
        variable.push(b'=');
        variable.extend(value.into());
        self.env.push(variable);
        self
    }

    /// Reads standard input from `reader`. The time limit does not interrupt it.
    pub fn stdin(mut self, reader: impl Read + Send + 'static) -> Linux {
        self.stdin = Input::Reader(Box::new(reader));
        self
    }

    /// Writes standard output to `writer`, which is flushed after every call.
    pub fn stdout(mut self, writer: impl Write + Send + 'static) -> Linux {
        self.stdout = Output::Writer(Box::new(writer));
        self
    }

    /// Writes standard error output to `writer`, which is flushed after every call.
    pub fn stderr(mut self, writer: impl Write + Send + 'static) -> Linux {
        self.stderr = Output::Writer(Box::new(writer));
        self
    }

    /// Seeds the guest's random bytes.
    pub fn seed(mut self, seed: u64) -> Linux {
        self.random = Random::seeded(seed);
        self
    }

    /// Takes the guest's random bytes from the host.
    pub fn host_random(mut self) -> Linux {
        self.random = Random::Host;
        self
    }

    /// Lets the guest see the host's clocks, and sleep.
    pub fn host_time(mut self) -> Linux {
        self.host_time = true;
        self
    }

    /// Ends the run when a call would wait for longer than this after the
    /// start. Instructions are not watched here, calls alone.
    pub fn timeout(mut self, limit: Duration) -> Linux {
        self.timeout = Some(limit);
        self
    }

    fn deadline(&self) -> Option<Deadline> {
        let limit = self.timeout?;
        let at = self.started?.checked_add(limit)?;
        Some(Deadline { at, limit })
    }

    /// What a guest gets where even the name of the program is missing.
    fn ensure_name(&mut self) {
        if self.args.is_empty() {
            self.args.push(Vec::new());
        }
    }
}

impl Abi for Linux {
    fn start(&mut self, program: &Program, hart: &mut Hart) -> Result<(), StartError> {
        let now = Instant::now();
        self.started = Some(now);
        if self.host_time {
            hart.clock = Clock::Host(now);
        }
        self.ensure_name();
        self.space = Space::new(program, &mut hart.memory)?;
        let mut random = [0; 16];
        self.random.fill(&mut random).map_err(MapError::Host)?;
        let start = Start {
            program,
            args: &self.args,
            env: &self.env,
            random,
        };
        // As much as the kernel leaves for strings and pointers.
        let limit = self.space.stack_bytes() / 4;
        let sp = start.lay(&mut hart.memory, self.space.stack.end, limit)?;
        hart.state = MachineState::new(program.entry);
        hart.state.set_reg(Reg::SP, sp);
        Ok(())
    }

    fn ecall(&mut self, hart: &mut Hart) -> Result<(), Exit> {
        let mut args = [0; 6];
        args.copy_from_slice(&hart.state.x[Reg::A0.index()..][..6]);
        let number = hart.state.reg(Reg::A7);
        let outcome = match Call::of(number) {
            Some(call) => (call.handler)(self, hart, args),
            None => Err(Errno::NOSYS.into()),
        };
        let result = match outcome {
            Ok(value) => value,
            Err(Failure::Errno(errno)) => errno.result() as u64,
            Err(Failure::Exit(exit)) => return Err(exit),
            Err(Failure::MemoryLimit) => {
                let limit = hart.memory.limit();
                return Err(Exit::MemoryLimit { limit });
            }
        };
        hart.state.set_reg(Reg::A0, result);
        Ok(())
    }
}
