//! Linux: the system calls of a single-threaded RISC-V process.
//!
//! Enters: call numbers and arguments that the guest chose, and what the host
//! grants: streams, directories, time. Leaves: results in `a0`, bytes in guest
//! memory, or the end of the run. Must hold: no pointer is followed but
//! through [`Memory`](crate::machine::Memory), no number that the guest names
//! makes the host allocate without bound, and two runs with the same arguments
//! and input do the same, unless the host's time or randomness were asked for.
//!
//! Addresses, calls and structures are those of the generic 64-bit kernel
//! interface (include/uapi/asm-generic).

mod access;
mod attributes;
mod call;
mod capture;
mod copy;
mod descriptors;
mod devices;
mod dirs;
pub(in crate::abi) mod errno;
mod event;
mod file_maps;
mod files;
mod identity;
mod inodes;
mod io;
mod layout;
mod lengths;
mod listing;
mod locks;
mod memory;
mod names;
mod open;
mod pipes;
mod poll;
mod process;
mod random;
mod remap;
mod schedule;
mod shared_maps;
mod signal;
mod space;
mod stack;
mod stat;
pub(in crate::abi) mod streams;
mod time;
mod trace;
mod user;
mod wait;

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use cap_std::fs::Dir;

pub use call::call_name;
pub use capture::Capture;
pub use event::{CallEvent, SignalEvent, UnknownCall};

use super::{Abi, Flow, StartError};
use crate::isa::Reg;
use crate::machine::{Clock, Exit, Hart, MachineState, Trap};
use crate::program::Program;
use call::Call;
use dirs::Grants;
use errno::{Errno, Failure};
use file_maps::FileMaps;
use files::Files;
use identity::ThreadName;
use inodes::Inodes;
use process::Limits;
use random::Random;
use shared_maps::SharedMaps;
use signal::Signals;
use space::Space;
use stack::Start;
use streams::{Deadline, Input, Output};
use trace::{OnCall, Reporter};

/// A process of Linux: what it is started with, and its state as it runs.
///
/// ```
/// use rvjet::abi::linux::Capture;
/// use rvjet::abi::{Abi, Linux};
/// use rvjet::isa::Reg;
/// # use rvjet::machine::{Clock, Hart, MachineState, Memory};
/// # use rvjet::program::Program;
/// # let (state, clock) = (MachineState::new(0), Clock::Instructions);
/// # let memory = Memory::new(1 << 24, 1 << 24)?;
/// # let mut hart = Hart { state, memory, clock };
/// # let program = Program {
/// #     entry: 0x10000, end: 0x20000, bias: 0, phdr: None, phent: 0, phnum: 0,
/// #     stack_executable: false,
/// # };
/// let output = Capture::new();
/// let mut linux = Linux::new().args(["hello"]).stdout(output.clone());
/// linux.start(&program, &mut hart)?;
///
/// // What a guest does to write its own name: write(1, argv[0], 5).
/// let sp = hart.state.reg(Reg::SP);
/// let name = hart.memory.load(sp + 8, rvjet::isa::Width::Double).unwrap();
/// for (reg, value) in [(Reg::A7, 64), (Reg::A0, 1), (Reg::A1, name), (Reg::A2, 5)] {
///     hart.state.set_reg(reg, value);
/// }
/// linux.ecall(&mut hart).unwrap();
/// assert_eq!(output.text(), "hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Linux {
    args: Vec<Vec<u8>>,
    env: Vec<Vec<u8>>,
    stdin: Input,
    stdout: Output,
    stderr: Output,
    grants: Grants,
    files: Files,
    inodes: Inodes,
    /// The current directory, absolute; empty for the root.
    cwd: Vec<u8>,
    /// What new files do not permit.
    umask: u64,
    space: Space,
    file_maps: FileMaps,
    shared_maps: SharedMaps,
    random: Random,
    signals: Signals,
    limits: Limits,
    thread_name: ThreadName,
    nice: i32,
    reporter: Reporter,
    /// Nanoseconds that passed at once.
    slept: u64,
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
            grants: Grants::default(),
            files: Files::new(),
            inodes: Inodes::default(),
            cwd: Vec::new(),
            umask: 0o022,
            space: Space::default(),
            file_maps: FileMaps::default(),
            shared_maps: SharedMaps::default(),
            random: Random::seeded(0),
            signals: Signals::default(),
            limits: Limits::new(0),
            thread_name: ThreadName::default(),
            nice: 0,
            reporter: Reporter::default(),
            slept: 0,
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

    /// Reads standard input from `file`, which the time limit does interrupt if
    /// it is a FIFO, a terminal or the like. One opened with `O_NONBLOCK` will do:
    /// a FIFO nobody has written to yet is waited for.
    pub fn stdin_file(mut self, file: File) -> Linux {
        self.stdin = Input::Fd(file.into());
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

    /// Grants the directory `host` and all below it, to read and to write,
    /// under the absolute name `guest`.
    pub fn dir(self, host: impl AsRef<Path>, guest: impl AsRef<[u8]>) -> std::io::Result<Linux> {
        let dir = Dir::open_ambient_dir(host, cap_std::ambient_authority())?;
        Ok(self.dir_handle(dir, guest))
    }

    /// Grants a directory that is open already, like [`Linux::dir`].
    pub fn dir_handle(mut self, dir: Dir, guest: impl AsRef<[u8]>) -> Linux {
        self.grants.add(dir, guest.as_ref(), true);
        self
    }

    /// As [`Linux::dir`], to read only: what would change anything there is
    /// refused with `EROFS`. The start fails with
    /// [`StartError::ReadOnlyInWritable`] if it, or a directory that it lies in,
    /// is also granted to write.
    pub fn dir_read_only(
        mut self,
        host: impl AsRef<Path>,
        guest: impl AsRef<[u8]>,
    ) -> std::io::Result<Linux> {
        let dir = Dir::open_ambient_dir(host, cap_std::ambient_authority())?;
        self.grants.add(dir, guest.as_ref(), false);
        Ok(self)
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

    /// Lets the guest see the host's clocks and the times of files, and sleep:
    /// for as long as it likes, unless there is a [`timeout`](Linux::timeout).
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

    /// Tells `handler` of every call when it is done, known or not. The words
    /// of its arguments cost more than most calls.
    pub fn on_call(mut self, handler: impl FnMut(&CallEvent<'_>) + Send + 'static) -> Linux {
        self.reporter.on_call = Some(Box::new(handler));
        self
    }

    /// Tells `handler` of calls that are not known, once for a number. Costs known calls nothing.
    pub fn on_unknown(mut self, handler: impl FnMut(UnknownCall) + Send + 'static) -> Linux {
        self.reporter.on_unknown = Some(Box::new(handler));
        self
    }

    /// Tells `handler` of every signal for which the guest has a handler, before that is called.
    pub fn on_signal(mut self, handler: impl FnMut(SignalEvent) + Send + 'static) -> Linux {
        self.reporter.on_signal = Some(Box::new(handler));
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

    /// Carries out a call: the value of `a0`, or the end of the run.
    fn carry_out(&mut self, hart: &mut Hart, number: u64, args: [u64; 6]) -> Result<u64, Exit> {
        let outcome = match Call::of(number) {
            Some(call) => (call.handler)(self, hart, args),
            None => {
                self.reporter.tell_unknown(number, None, hart.state.pc);
                Err(Errno::NOSYS.into())
            }
        };
        match outcome {
            Ok(value) => Ok(value),
            Err(Failure::Errno(errno)) => Ok(errno.result() as u64),
            Err(Failure::Exit(exit)) => Err(exit),
            Err(Failure::MemoryLimit) => {
                let limit = hart.memory.limit();
                Err(Exit::MemoryLimit { limit })
            }
        }
    }
}

/// Tells of a call that is done.
fn report(tell: &mut OnCall, hart: &Hart, number: u64, args: [u64; 6], result: Option<i64>) {
    let (name, text) = match Call::of(number) {
        Some(call) => (
            call.name,
            trace::words(call.args, args, result, &hart.memory),
        ),
        None => ("unknown", number.to_string()),
    };
    tell(&CallEvent {
        pc: hart.state.pc,
        name,
        args,
        result,
        text: &text,
    });
}

impl Abi for Linux {
    fn name(&self) -> &'static str {
        "linux"
    }

    fn start(&mut self, program: &Program, hart: &mut Hart) -> Result<(), StartError> {
        self.grants.check()?;
        let now = Instant::now();
        self.started = Some(now);
        if self.host_time {
            hart.clock = Clock::Host(now);
        }
        self.ensure_name();
        self.thread_name = ThreadName::of_path(self.args.first().map_or(&[], Vec::as_slice));
        self.space = Space::new(program, &mut hart.memory)?;
        self.limits = Limits::new(self.space.stack_bytes());
        let mut random = [0; 16];
        self.random
            .fill(&mut random)
            .map_err(StartError::HostRandom)?;
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

    fn begin(&mut self, timeout: Option<Duration>) {
        self.started = Some(Instant::now());
        self.timeout = timeout.or(self.timeout);
    }

    fn ecall(&mut self, hart: &mut Hart) -> Result<Flow, Exit> {
        let mut args = [0; 6];
        args.copy_from_slice(&hart.state.x[Reg::A0.index()..][..6]);
        let number = hart.state.reg(Reg::A7);
        let result = self.carry_out(hart, number, args);
        let flow = result.and_then(|value| self.go_on(hart, value));
        if flow.is_err() {
            self.synchronize_all(&hart.memory);
        }
        if let Some(tell) = &mut self.reporter.on_call {
            let shown = result.ok().filter(|_| flow.is_ok());
            report(tell, hart, number, args, shown.map(|value| value as i64));
        }
        flow
    }

    fn trap(&mut self, hart: &mut Hart, trap: &Trap) -> Result<Flow, Exit> {
        let flow = self.go_on_after(hart, trap);
        if flow.is_err() {
            self.synchronize_all(&hart.memory);
        }
        flow
    }
}
