//! Runs a program: picks the engines, lets them take turns, keeps the limits.
//!
//! Enters: an ELF, a personality, limits. Leaves: an [`Outcome`]. Must hold:
//! whatever engine ran, exit, state and memory are the same; only the figures
//! that are about the engine (its name, times, emitted code) differ.
#![forbid(unsafe_code)]

mod builder;
mod cache_key;
mod code_cache;
mod detour;
mod direct;
mod engines;
mod outcome;
mod perf_map;
mod recording;
mod replayer;
mod writing;

use std::io::{self, Write};
use std::ops::Range;
use std::time::{Duration, Instant};

pub use builder::{Builder, EngineKind, Limits};
pub(crate) use code_cache::CodeCache;
pub use code_cache::{CacheTrouble, CacheUse};
pub use direct::AccessTrace;
pub use outcome::{Outcome, Stats, Times, Unaligned};
pub use recording::Recording;
pub use replayer::Replayer;
pub(crate) use replayer::{Replayed, Run, at_start};
pub use writing::TraceOptions;

use engines::Engines;

use crate::abi::{Abi, Flow};
use crate::machine::{
    CallEffects, Cause, Exit, Hart, MachineState, Memory, Reservation, Stop, Trap,
};
use crate::program::Program;

/// Instructions between two looks at the clock, where there is a time limit:
/// a fraction of a second even if each is one of those that the interpreter executes
/// for the JIT. What takes longer than an instruction returns of itself.
const SLICE: u64 = 1 << 18;

/// A guest, ready to run.
///
/// ```
/// use rvjet::abi::Bare;
/// use rvjet::machine::Exit;
/// use rvjet::{Limits, Machine};
///
/// # fn elf_of(words: &[u32]) -> Vec<u8> {
/// #     let mut elf = vec![0u8; 120];
/// #     elf[..8].copy_from_slice(b"\x7fELF\x02\x01\x01\0");
/// #     elf[16..24].copy_from_slice(&[2, 0, 243, 0, 1, 0, 0, 0]);
/// #     elf[24..32].copy_from_slice(&0x10078u64.to_le_bytes());
/// #     elf[32] = 64;
/// #     elf[52..58].copy_from_slice(&[64, 0, 56, 0, 1, 0]);
/// #     elf[58] = 64;
/// #     elf[64..72].copy_from_slice(&[1, 0, 0, 0, 5, 0, 0, 0]);
/// #     let size = 120 + 4 * words.len() as u64;
/// #     let fields = [0, 0x10000, 0x10000, size, size, 0x1000];
/// #     for (i, field) in fields.into_iter().enumerate() {
/// #         elf[72 + 8 * i..80 + 8 * i].copy_from_slice(&u64::to_le_bytes(field));
/// #     }
/// #     elf.extend(words.iter().flat_map(|word| word.to_le_bytes()));
/// #     elf
/// # }
/// // addi a0, zero, 6; addi a1, zero, 7; mul a0, a0, a1; ecall
/// let elf = elf_of(&[0x0060_0513, 0x0070_0593, 0x02b5_0533, 0x0000_0073]);
/// let mut machine = Machine::builder()
///     .elf(&elf)
///     .abi(Bare)
///     .limits(Limits { max_insns: Some(1000), ..Limits::default() })
///     .build()?;
/// let outcome = machine.run();
/// assert_eq!(outcome.exit, Exit::Exited { code: 42 });
/// assert_eq!(outcome.stats.instructions, 4);
/// # Ok::<(), rvjet::Error>(())
/// ```
pub struct Machine {
    hart: Hart,
    abi: Box<dyn Abi>,
    engines: Engines,
    limits: Limits,
    program: Program,
    load_time: Duration,
    ended: Option<Exit>,
    /// The hart before the call that began the detour which is being made.
    detour: Option<Box<MachineState>>,
    /// Instructions of detours that have ended.
    detoured: u64,
    /// Calls that have retired, but for those on detours.
    ecalls: u64,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine")
            .field("state", &self.hart.state)
            .field("limits", &self.limits)
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

impl Machine {
    /// A builder; at the least it needs an ELF.
    pub fn builder<'elf>() -> Builder<'elf> {
        Builder::default()
    }

    /// Runs the guest until it exits, traps, or meets a limit. A guest that has
    /// ended stays so: to run on returns the same exit.
    pub fn run(&mut self) -> Outcome {
        let start = Instant::now();
        let deadline = self
            .limits
            .timeout
            .and_then(|limit| start.checked_add(limit));
        let exit = match self.ended {
            Some(exit) => exit,
            None => {
                self.abi.begin(self.limits.timeout);
                self.run_to_exit(deadline)
            }
        };
        let elapsed = start.elapsed();
        self.ended = Some(exit);
        self.engines.keep_code(&mut self.hart.memory);
        self.outcome(exit, elapsed)
    }

    /// Runs at most `insns` instructions more, those of detours too; `None` if the guest
    /// has not ended by then.
    /// A time limit is not looked at.
    pub fn run_for(&mut self, insns: u64) -> Option<Exit> {
        let _received = self.engines.begin();
        self.engines.forget_stale(&mut self.hart.memory);
        let end = self.executed().saturating_add(insns);
        while self.ended.is_none() && self.executed() < end {
            let left = end - self.executed();
            self.ended = self.turn(left, Pace::Exact).exit();
        }
        if self.ended.is_some() {
            self.engines.keep_code(&mut self.hart.memory);
        }
        self.ended
    }

    /// Registers and counters.
    pub fn state(&self) -> &MachineState {
        &self.hart.state
    }

    /// Guest memory.
    pub fn memory(&self) -> &Memory {
        &self.hart.memory
    }

    /// Guest memory, to be changed between runs.
    pub fn memory_mut(&mut self) -> &mut Memory {
        &mut self.hart.memory
    }

    /// Where the program lies.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Writes where guest registers live and how much the JIT has seen of execution,
    /// and the units that it has emitted so far with an instruction at a guest
    /// address in `pcs`: what each is, and the host code under its guest instruction.
    /// Nothing under the interpreter.
    pub fn write_listing(&self, out: &mut dyn Write, pcs: Range<u64>) -> io::Result<()> {
        self.engines.write_listing(out, &self.hart.memory, pcs)
    }

    fn run_to_exit(&mut self, deadline: Option<Instant>) -> Exit {
        let _received = self.engines.begin();
        self.engines.forget_stale(&mut self.hart.memory);
        let slice = if deadline.is_some() { SLICE } else { u64::MAX };
        loop {
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                self.abandon_detour();
                let limit = self.limits.timeout.unwrap_or_default();
                return Exit::Timeout { limit };
            }
            if let Some(exit) = self.turn(slice, Pace::Fast).exit() {
                return exit;
            }
        }
    }

    /// Instructions so far, those of detours too.
    fn executed(&self) -> u64 {
        self.hart.state.insns.saturating_add(self.detoured)
    }

    /// Lets the engines run up to `slice` instructions or to the next event, and handles that.
    /// A run that ends on a detour ends as it was before that.
    fn turn(&mut self, slice: u64, pace: Pace) -> Turn {
        let turn = self.take_turn(slice, pace);
        if turn.exit().is_some() {
            self.abandon_detour();
        }
        turn
    }

    fn take_turn(&mut self, slice: u64, pace: Pace) -> Turn {
        let limit = self.limits.max_insns.unwrap_or(u64::MAX);
        let left = limit.saturating_sub(self.executed());
        if left == 0 {
            return Turn::Ended(Exit::InsnLimit { limit });
        }
        let exact = pace == Pace::Exact || left <= slice;
        let budget = slice.min(left);
        let end = self.hart.state.insns.saturating_add(budget);
        let stop = match pace {
            Pace::Close => self.engines.run_closely(&mut self.hart, budget),
            _ => self.engines.run(&mut self.hart, budget, exact),
        };
        match stop {
            Stop::Budget
            | Stop::Pause
            | Stop::Cold
            | Stop::Observe
            | Stop::Step
            | Stop::ChunkFull => Turn::Ran,
            Stop::Ecall => self.call(None),
            Stop::FenceI => {
                self.hart.memory.synchronize_code();
                self.engines.forget_stale(&mut self.hart.memory);
                Turn::Fenced
            }
            // What comes of it would be one instruction too many, or belong to the next chunk.
            Stop::Trap(_) if self.hart.state.insns >= end || self.hart.memory.is_full() => {
                Turn::Ran
            }
            Stop::Trap(trap) => self.call(Some(trap)),
            Stop::MemoryLimit => Turn::Ended(Exit::MemoryLimit {
                limit: self.hart.memory.limit(),
            }),
        }
    }

    /// Carries out the `ecall` at `pc`, or has the guest handle that the instruction there
    /// traps. That of a guest which exits counts as retired, too; any other end leaves the
    /// state before the call.
    fn call(&mut self, trap: Option<Trap>) -> Turn {
        let before = self.hart.state.clone();
        self.hart.memory.start_call(before.insns);
        let flow = match &trap {
            None => self.abi.ecall(&mut self.hart),
            Some(trap) => self.abi.trap(&mut self.hart, trap),
        };
        let (next, exit) = match flow {
            Ok(Flow::Next) => (Some(behind_call(&before)), None),
            Ok(Flow::Jump(pc)) => (Some(pc), None),
            Ok(Flow::Detour) => return self.begin_detour(before),
            Ok(Flow::Return(reg, value)) => return self.end_detour(reg, value),
            Err(exit @ Exit::Exited { .. }) => (None, Some(exit)),
            Err(exit) => {
                self.hart.memory.abandon_call();
                return Turn::Ended(exit);
            }
        };
        self.retire_call(next);
        // On a detour, too: what the call has written is to be undone.
        let effects = self.hart.memory.end_call();
        if !self.hart.memory.is_recording() || self.is_detoured() {
            return exit.map_or(Turn::Ran, Turn::Ended);
        }
        Turn::Called(Box::new(Called {
            before,
            trap: trap.map(|trap| trap.cause),
            effects,
            exit,
        }))
    }

    /// The call at `pc` retires. The guest goes on at `next`.
    fn retire_call(&mut self, next: Option<u64>) {
        let state = &mut self.hart.state;
        state.insns += 1;
        state.reservation = Reservation::NONE;
        if self.detour.is_none() {
            self.ecalls += 1;
        }
        if let Some(next) = next {
            state.pc = next;
            self.engines.forget_stale(&mut self.hart.memory);
        }
    }

    fn outcome(&self, exit: Exit, elapsed: Duration) -> Outcome {
        let state = self.hart.state.clone();
        let compile = self.engines.compile_time();
        Outcome {
            exit,
            stats: Stats {
                engine: self.engines.name(),
                instructions: state.insns,
                unaligned: Unaligned {
                    loads: state.unaligned_loads,
                    stores: state.unaligned_stores,
                },
                time: Times {
                    load: self.load_time,
                    compile,
                    run: elapsed.saturating_sub(compile),
                },
                detoured: self.detoured,
                ecalls: self.ecalls,
                code_bytes: self.engines.code_bytes(),
                peak_memory: self.hart.memory.peak(),
                code_cache: self.engines.cache_use(),
            },
            state,
        }
    }
}

/// The address behind the `ecall` that a hart in this state is at.
fn behind_call(state: &MachineState) -> u64 {
    state.pc.wrapping_add(4)
}

/// How closely the engines keep to what they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    /// They may stop a little short of their budget.
    Fast,
    /// They use it up, unless something else stops them.
    Exact,
    /// Exact, and they stop as soon as a chunk is full.
    Close,
}

/// What became of a turn.
enum Turn {
    /// Instructions have been executed.
    Ran,
    /// They have, and a `fence.i` was the last.
    Fenced,
    /// They have, recorded, and an `ecall` was the last.
    Called(Box<Called>),
    /// The run is over.
    Ended(Exit),
}

/// An `ecall` that has retired, or a trap that the guest handles, recorded.
struct Called {
    /// The hart before it.
    before: MachineState,
    /// Why the instruction traps, if it is no `ecall`.
    trap: Option<Cause>,
    effects: CallEffects,
    /// The guest has exited by it.
    exit: Option<Exit>,
}

impl Turn {
    /// An `ecall` was the last.
    fn is_call(&self) -> bool {
        matches!(self, Turn::Called(_))
    }

    /// How the run ended, if it did.
    fn exit(&self) -> Option<Exit> {
        match self {
            Turn::Ran | Turn::Fenced => None,
            Turn::Called(called) => called.exit,
            Turn::Ended(exit) => Some(*exit),
        }
    }
}
