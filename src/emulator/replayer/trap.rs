//! Instructions that trap, where the guest handles that.

use super::{Replayer, Run};
use crate::machine::{Cause, FetchFault, PAGE_SIZE, Stop, Trap, page_down, page_up};
use crate::replay::Difference;
use crate::trace::EcallRecord;

impl Replayer {
    /// The record of the trap, if the instruction that is next is recorded to.
    pub(super) fn due_trap<'chunk>(&self, run: &Run<'chunk>) -> Option<&'chunk EcallRecord> {
        let next = run.chunk.ecalls.get(run.ecalls)?;
        (next.trap.is_some() && next.at == self.insns(run.chunk)).then_some(next)
    }

    /// The instruction at `pc` traps, and the guest handles that as recorded.
    pub(super) fn trap(
        &mut self,
        run: &mut Run<'_>,
        record: &EcallRecord,
    ) -> Result<(), Difference> {
        if !record.trap.is_some_and(|cause| self.traps_so(cause)) {
            return Err(Difference::NoTrap);
        }
        self.apply_memory(record)?;
        self.retire(run, record)
    }

    /// Whether the instruction at `pc` traps so. What the guest has a right to is not
    /// known here: an access that is recorded to fault has to be tried, and so has a jump.
    fn traps_so(&mut self, cause: Cause) -> bool {
        let pc = self.hart.state.pc;
        let trap = Stop::Trap(Trap { pc, cause });
        match cause {
            Cause::FetchFault { addr } if addr == pc => true,
            Cause::FetchFault { addr } => {
                addr == pc.wrapping_add(2) && addr.is_multiple_of(PAGE_SIZE) && self.reaches(addr)
            }
            Cause::LoadFault { addr, width } | Cause::StoreFault { addr, width } => {
                self.try_without(addr, width.bytes()) == trap
            }
            _ => self.engines.run_closely(&mut self.hart, 1) == trap,
        }
    }

    /// Whether the first parcel of the instruction at `pc` is there, and has a second one at `addr`.
    fn reaches(&mut self, addr: u64) -> bool {
        match self.hart.memory.fetch(self.hart.state.pc) {
            Ok(word) => word & 3 == 3,
            Err(fault) => fault == FetchFault::Denied { addr },
        }
    }

    /// What comes of the instruction at `pc` if nothing is there in the pages of so many
    /// bytes at `addr`.
    fn try_without(&mut self, addr: u64, bytes: u64) -> Stop {
        let window = self.hart.memory.window_size();
        let last = addr.saturating_add(bytes).min(window);
        let pages = page_down(addr)..page_up(last).unwrap_or(window);
        if addr >= last {
            return self.engines.run_closely(&mut self.hart, 1);
        }
        let closed = self.hart.memory.close_pages(&pages);
        let stop = self.engines.run_closely(&mut self.hart, 1);
        self.hart.memory.open_pages(closed);
        stop
    }
}
