//! SP1, version 6: the calls that its guests make of their executor.
//!
//! Enters: call numbers and arguments that the guest chose, and the items of its
//! input. Leaves: words in guest memory, public values, or a [`Refusal`] where
//! SP1's own executor ends its process. Must hold: what a guest computes, commits and
//! leaves in a trace is what SP1's executor makes of it, bit for bit; what the host
//! keeps for a guest is bounded.
//!
//! `call` has the numbers, `span` what each precompile accesses, `precompile` and `hook`
//! the arithmetic, `words` the way to memory.

mod arithmetic;
mod call;
#[cfg(feature = "precompiles")]
mod hook;
mod input;
#[cfg(feature = "precompiles")]
mod precompile;
mod report;
mod results;
mod span;
mod words;
mod write;

use std::io::Write;
use std::time::{Duration, Instant};

#[cfg(feature = "precompiles")]
pub(crate) use arithmetic::carried;
pub use call::{Call, Curve, Field, Operation, Precompile, call_name};
pub use input::{StdinError, stdin_items};
pub use report::CallEvent;
pub use results::{DIGEST_WORDS, Results};
pub(crate) use span::{Span, Way, spans};

use super::linux::streams::Output;
use super::{Abi, Flow, StartError};
use crate::isa::Reg;
use crate::machine::{Exit, Hart, MachineState, Memory, Reason, Refusal};
use crate::program::{Convention, Program};
use input::Items;
use report::Handler;

/// Bytes that the host keeps of what a guest writes, in public values and in input for
/// itself, at the most.
const MOST_KEPT: u64 = 1 << 30;
/// What `t0` is in an unconstrained block, and behind it.
const INSIDE: u64 = 1;
const OUTSIDE: u64 = 0;

/// The environment of a program for SP1: its input, and where its output goes.
///
/// ```
/// use rvjet::abi::Sp1;
///
/// let sp1 = Sp1::new().input(7u64.to_le_bytes()).input(*b"some bytes");
/// let results = sp1.results();
/// // Machine::builder().elf(&elf).abi(sp1).build()?.run(), and then:
/// assert!(results.public_values().is_empty());
/// ```
pub struct Sp1 {
    input: Items,
    results: Results,
    stdout: Output,
    stderr: Output,
    /// Bytes of public values.
    committed: u64,
    most_kept: u64,
    unconstrained: bool,
    on_call: Option<Handler>,
    timeout: Option<Duration>,
    started: Option<Instant>,
}

impl Default for Sp1 {
    fn default() -> Sp1 {
        Sp1::new()
    }
}

impl Sp1 {
    /// No input, and the host's standard streams.
    pub fn new() -> Sp1 {
        Sp1 {
            input: Items::default(),
            results: Results::default(),
            stdout: Output::InheritedStdout,
            stderr: Output::InheritedStderr,
            committed: 0,
            most_kept: MOST_KEPT,
            unconstrained: false,
            on_call: None,
            timeout: None,
            started: None,
        }
    }

    /// Adds an item to the input: what `SP1Stdin::write_vec` adds. What
    /// `SP1Stdin::write` adds of a number is its bytes, little-endian.
    pub fn input(mut self, item: impl Into<Vec<u8>>) -> Sp1 {
        self.input.push_back(item.into());
        self
    }

    /// Adds items to the input.
    pub fn inputs(self, items: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Sp1 {
        items.into_iter().fold(self, Sp1::input)
    }

    /// Writes what the guest writes to descriptor 1 to `writer`, which is flushed after
    /// every call.
    pub fn stdout(mut self, writer: impl Write + Send + 'static) -> Sp1 {
        self.stdout = Output::Writer(Box::new(writer));
        self
    }

    /// As [`Sp1::stdout`], of descriptor 2.
    pub fn stderr(mut self, writer: impl Write + Send + 'static) -> Sp1 {
        self.stderr = Output::Writer(Box::new(writer));
        self
    }

    /// How many bytes the host keeps of what the guest writes, in public values and in
    /// input for itself. Default: 1 GiB.
    pub fn most_kept(mut self, bytes: u64) -> Sp1 {
        self.most_kept = bytes;
        self
    }

    /// Tells `handler` of every call when it is done.
    pub fn on_call(mut self, handler: impl FnMut(&CallEvent) + Send + 'static) -> Sp1 {
        self.on_call = Some(Box::new(handler));
        self
    }

    /// What the guest will leave.
    pub fn results(&self) -> Results {
        self.results.clone()
    }

    fn carry_out(&mut self, hart: &mut Hart, call: Call, args: &[u64; 5]) -> Result<Flow, Failure> {
        let is_free = matches!(call, Call::Write | Call::ExitUnconstrained);
        if self.unconstrained && !is_free {
            return Err(Reason::Unconstrained.into());
        }
        match call {
            Call::Halt => {
                return Err(Failure::Exit(Exit::Exited {
                    code: args[0] as i32,
                }));
            }
            Call::Write => self.write(&mut hart.memory, args)?,
            Call::EnterUnconstrained => {
                self.unconstrained = true;
                hart.state.set_reg(Reg::T0, INSIDE);
                return Ok(Flow::Detour);
            }
            Call::ExitUnconstrained => {
                if !std::mem::take(&mut self.unconstrained) {
                    return Err(Reason::Constrained.into());
                }
                return Ok(Flow::Return(Reg::T0, OUTSIDE));
            }
            Call::Commit => self.commit(args)?,
            Call::CommitDeferredProofs | Call::VerifySp1Proof | Call::Debug => {}
            Call::HintLen => {
                let len = self.input.next_len().unwrap_or(u64::MAX);
                hart.state.set_reg(Reg::T0, len);
                return Ok(Flow::Next);
            }
            Call::HintRead => self.hint_read(&mut hart.memory, args)?,
            Call::Precompile(precompile) => {
                arithmetic::run(precompile, &mut hart.memory, args)?;
            }
            Call::Unsupported => return Err(Reason::Unsupported.into()),
        }
        // The number stays, of which only the low half counted.
        let number = hart.state.reg(Reg::T0) as u32;
        hart.state.set_reg(Reg::T0, number.into());
        Ok(Flow::Next)
    }

    /// `COMMIT`: a word of the digest of public values.
    fn commit(&mut self, &[index, word, ..]: &[u64; 5]) -> Result<(), Failure> {
        let place = usize::try_from(index).ok().filter(|at| *at < DIGEST_WORDS);
        let word = u32::try_from(word).ok();
        let (place, word) = place.zip(word).ok_or(Reason::Argument)?;
        self.results.set_digest_word(place, word);
        Ok(())
    }

    /// `HINT_READ`: the next item, which has to be as long as the guest says, and zeroes
    /// up to the end of a word. Of an item of whole words that is a word more, which
    /// traces depend on.
    fn hint_read(
        &mut self,
        memory: &mut Memory,
        &[addr, len, ..]: &[u64; 5],
    ) -> Result<(), Failure> {
        let next = self.input.next_len().ok_or(Reason::NoInput)?;
        if next != len {
            return Err(Reason::InputLength.into());
        }
        words::check(addr, len / 8 + 1, memory)?;
        let mut item = self.input.pop().ok_or(Reason::NoInput)?;
        item.resize((len / 8 + 1) as usize * 8, 0);
        memory.write(addr, &item)?;
        self.results.count_read(len);
        Ok(())
    }
}

/// Carries out a precompile, as far as that goes. False if it is refused.
pub(crate) fn compute(precompile: Precompile, memory: &mut Memory, args: &[u64; 5]) -> bool {
    arithmetic::run(precompile, memory, args).is_ok()
}

/// Why a call was not carried out.
#[derive(Debug)]
enum Failure {
    Refused(Reason),
    MemoryLimit,
    Exit(Exit),
}

impl From<Reason> for Failure {
    fn from(reason: Reason) -> Failure {
        Failure::Refused(reason)
    }
}

/// The first five arguments.
fn arguments(state: &MachineState) -> [u64; 5] {
    [Reg::A0, Reg::A1, Reg::A2, Reg::A3, Reg::A4].map(|reg| state.reg(reg))
}

impl Abi for Sp1 {
    fn name(&self) -> &'static str {
        "sp1"
    }

    fn convention(&self) -> Convention {
        Convention::Sp1
    }

    fn call_number(&self, state: &MachineState) -> u64 {
        state.reg(Reg::T0)
    }

    fn start(&mut self, _program: &Program, _hart: &mut Hart) -> Result<(), StartError> {
        Ok(())
    }

    fn begin(&mut self, timeout: Option<Duration>) {
        self.started = Some(Instant::now());
        self.timeout = timeout;
    }

    fn ecall(&mut self, hart: &mut Hart) -> Result<Flow, Exit> {
        let (pc, number) = (hart.state.pc, hart.state.reg(Reg::T0));
        let args = arguments(&hart.state);
        self.results.count(number);
        let done = match Call::of(number) {
            Some(call) => self.carry_out(hart, call, &args),
            None => Err(Reason::Unknown.into()),
        };
        if let Some(tell) = &mut self.on_call {
            let result = done.as_ref().is_ok().then(|| hart.state.reg(Reg::T0));
            tell(&CallEvent {
                pc,
                number,
                args,
                result,
            });
        }
        done.map_err(|failure| match failure {
            Failure::Refused(reason) => Exit::Refused(Refusal {
                pc,
                number,
                args,
                reason,
            }),
            Failure::MemoryLimit => Exit::MemoryLimit {
                limit: hart.memory.limit(),
            },
            Failure::Exit(exit) => exit,
        })
    }
}
