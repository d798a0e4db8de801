//! Whether a run ended as its trace says.

use crate::Replayer;
use crate::isa::Width;
use crate::machine::{AccessKind, Cause, Exit, MachineState, PAGE_SIZE, Stop, Trap};
use crate::trace::Chunk;

/// Numbers of Linux' calls.
const EXIT: u64 = 93;
const EXIT_GROUP: u64 = 94;

impl Replayer {
    /// Whether a run whose last chunk is this, which replays, ends so; `start` is
    /// where it starts, if there is no chunk. The last instruction is a call that
    /// `stays` where it is, or not.
    ///
    /// What a trace does not hold is not looked at: whether the guest had a right
    /// to the memory that it accesses, and the host's limits.
    pub(super) fn ends_so(
        &mut self,
        last: Option<&Chunk>,
        start: &MachineState,
        stays: bool,
        exit: Exit,
    ) -> bool {
        let retired = last.map_or(start.insns, |chunk| chunk.end.state.insns);
        match exit {
            Exit::Exited { code } => {
                let by_code = |chunk| exits_with(&self.header().abi, chunk, code);
                stays && last.is_none_or(by_code)
            }
            Exit::Trap(trap) => self.traps(last, start, trap),
            Exit::InsnLimit { limit } => retired == limit,
            Exit::BrokenPipe => {
                let next = self.look_ahead(last, start);
                next.is_some_and(|(stop, _)| stop == Stop::Ecall)
            }
            Exit::MemoryLimit { .. } | Exit::Timeout { .. } => true,
        }
    }

    fn traps(&mut self, last: Option<&Chunk>, start: &MachineState, trap: Trap) -> bool {
        let pc = last.map_or(start.pc, |chunk| chunk.end.state.pc);
        let Some((stop, accesses)) = self.look_ahead(last, start) else {
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
        trap.pc == pc && same || stop == Stop::Trap(trap)
    }
}

/// Whether the chunk's last call, which ended the run, gave this exit code; where
/// the personality is known.
fn exits_with(abi: &str, chunk: &Chunk, code: i32) -> bool {
    let Some(call) = chunk.ecalls.last() else {
        return false;
    };
    match (abi, call.number) {
        ("bare", _) | ("linux", EXIT | EXIT_GROUP) => call.args[0] as i32 == code,
        _ => true,
    }
}
