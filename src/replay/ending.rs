//! Whether a run ended as its trace says.

use crate::Replayer;
use crate::abi::sp1;
use crate::isa::{Reg, Width};
use crate::machine::{AccessKind, Cause, Exit, MachineState, PAGE_SIZE, Refusal, Stop, Trap};
use crate::program::Convention;
use crate::trace::{Chunk, EcallRecord};

/// Numbers of Linux' calls.
const EXIT: u64 = 93;
const EXIT_GROUP: u64 = 94;
const KILL: u64 = 129;
const TKILL: u64 = 130;
const TGKILL: u64 = 131;
const RT_SIGQUEUEINFO: u64 = 138;
const RT_TGSIGQUEUEINFO: u64 = 240;
/// The number of its signal for bad memory.
const SIGSEGV: i32 = 11;
/// That of its last one.
const LAST_SIGNAL: i32 = 64;

/// Where a run ended.
#[derive(Clone, Debug)]
pub(crate) struct Tail<'a> {
    /// The last chunk, which replays; nothing if no instruction retired.
    pub(crate) last: Option<&'a Chunk>,
    /// Where the run started.
    pub(crate) start: &'a MachineState,
    /// The last instruction is a call that stays where it is.
    pub(crate) stays: bool,
    /// Pages of code that no chunk has executed, for the instruction after the last.
    pub(crate) code: Vec<(u64, Vec<u8>)>,
}

impl Tail<'_> {
    /// Registers after the last instruction.
    pub(crate) fn state(&self) -> &MachineState {
        self.last.map_or(self.start, |chunk| &chunk.end.state)
    }
}

impl Replayer {
    /// Whether a run ends so.
    ///
    /// What a trace does not hold is not looked at: whether the guest had a right
    /// to the memory that it accesses, and the host's limits.
    pub(super) fn ends_so(&mut self, tail: &Tail<'_>, exit: Exit) -> bool {
        match exit {
            Exit::Exited { code } => {
                let by_code = |chunk| exits_with(&self.header().abi, chunk, code);
                tail.stays && tail.last.is_none_or(by_code)
            }
            Exit::Trap(trap) => self.traps(tail, trap) || self.detours(tail),
            Exit::InsnLimit { limit } => {
                let insns = tail.state().insns;
                insns == limit || insns < limit && Convention::of(&self.header().abi).detours()
            }
            Exit::Refused(refusal) => self.is_refused(tail, refusal) || self.detours(tail),
            Exit::BrokenPipe => {
                let next = self.look_ahead(tail);
                next.is_some_and(|(stop, _)| stop == Stop::Ecall)
            }
            Exit::MemoryLimit { .. } | Exit::Timeout { .. } => true,
        }
    }

    /// Whether the instruction after the last is the call that was refused. Why it was is
    /// not looked at.
    fn is_refused(&mut self, tail: &Tail<'_>, refusal: Refusal) -> bool {
        let state = tail.state();
        let args = Reg::all().skip(Reg::A0.index()).map(|reg| state.reg(reg));
        let number = self.call_number(state);
        let same = refusal.pc == state.pc
            && number.is_none_or(|number| number == refusal.number)
            && args.take(refusal.args.len()).eq(refusal.args);
        let next = self.look_ahead(tail).filter(|_| same);
        next.is_some_and(|(stop, _)| stop == Stop::Ecall)
    }

    /// Whether the instruction after the last begins a detour: what happens on one is not
    /// recorded, and what ends a run there ends it before that instruction.
    fn detours(&mut self, tail: &Tail<'_>) -> bool {
        let begins = self.header().abi == "sp1"
            && sp1::Call::of(tail.state().reg(Reg::T0)) == Some(sp1::Call::EnterUnconstrained);
        let next = self.look_ahead(tail).filter(|_| begins);
        next.is_some_and(|(stop, _)| stop == Stop::Ecall)
    }

    fn traps(&mut self, tail: &Tail<'_>, trap: Trap) -> bool {
        let pc = tail.state().pc;
        let Some((stop, accesses)) = self.look_ahead(tail) else {
            return false;
        };
        // All of memory is there in a replay, and so is all text: what the guest
        // has no right to is accessed nevertheless.
        let accessed = |addr: u64, width: Width, kinds: &[AccessKind]| {
            let first = accesses.first();
            first.is_some_and(|a| (a.addr, a.width) == (addr, width) && kinds.contains(&a.kind))
        };
        let same = match trap.cause {
            Cause::LoadFault { addr, width } => accessed(addr, width, &[AccessKind::Load]),
            Cause::StoreFault { addr, width } => {
                accessed(addr, width, &[AccessKind::Store, AccessKind::Modify])
            }
            Cause::FetchFault { addr } => {
                addr == pc || addr == pc.wrapping_add(2) && addr % PAGE_SIZE == 0
            }
            _ => false,
        };
        // Where fetch may see older code than memory has, nobody knows it.
        let has_no_code = matches!(
            stop,
            Stop::Trap(Trap {
                cause: Cause::FetchFault { .. },
                ..
            })
        );
        trap.pc == pc && (same || has_no_code) || stop == Stop::Trap(trap)
    }
}

/// Whether the chunk's last call, which ended the run, gave this exit code; where
/// the personality is known.
fn exits_with(abi: &str, chunk: &Chunk, code: i32) -> bool {
    let Some(call) = chunk.ecalls.last() else {
        return false;
    };
    match (abi, call.number) {
        // No handler could be called.
        _ if call.trap.is_some() => code == 128 + SIGSEGV,
        ("bare", _) | ("linux", EXIT | EXIT_GROUP) => call.args[0] as i32 == code,
        ("sp1", number) if sp1::Call::of(number) == Some(sp1::Call::Halt) => {
            call.args[0] as i32 == code
        }
        ("linux", _) => ends_by_signal(call, code),
        _ => true,
    }
}

/// Whether a signal that the call let through may have given this exit code. One that is
/// sent is the only one that was not let through before; where its handler has no stack,
/// another takes its place.
fn ends_by_signal(call: &EcallRecord, code: i32) -> bool {
    let sent = match call.number {
        KILL | TKILL | RT_SIGQUEUEINFO => Some(call.args[1]),
        TGKILL | RT_TGSIGQUEUEINFO => Some(call.args[2]),
        _ => None,
    };
    let Some(signal) = code.checked_sub(128) else {
        return false;
    };
    let may_be = |sent: u64| sent as i32 == signal || signal == SIGSEGV;
    (1..=LAST_SIGNAL).contains(&signal) && sent.is_none_or(may_be)
}
