//! One signal, and what its handler is told of it.

use super::{SIGBUS, SIGILL, SIGSEGV, SIGTRAP, SYNCHRONOUS, bit};
use crate::abi::linux::event::SignalEvent;
use crate::abi::linux::layout;
use crate::abi::linux::process::{ID, PID};
use crate::machine::{Access, Cause, Memory, Trap};

/// Bytes of a `siginfo_t`.
pub(super) const INFO_BYTES: usize = 128;

/// Where in it its code is, and the first field of what else is told.
const CODE: usize = 8;
const FIELD: usize = 16;

/// Sent by `kill` and its like.
pub(super) const SI_USER: i32 = 0;
/// By the kernel, of its own.
const SI_KERNEL: i32 = 0x80;
/// By `tkill` and `tgkill`.
pub(super) const SI_TKILL: i32 = -6;
const ILL_ILLOPC: i32 = 1;
const TRAP_BRKPT: i32 = 1;
const BUS_ADRALN: i32 = 1;
const SEGV_MAPERR: i32 = 1;
const SEGV_ACCERR: i32 = 2;

/// A signal that has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::abi::linux) struct Event {
    pub(super) signal: usize,
    /// Its `siginfo_t`.
    pub(super) info: [u8; INFO_BYTES],
}

impl Event {
    /// The process has sent it to itself.
    pub(super) fn sent(signal: usize, code: i32) -> Event {
        let by = PID | ID << 32;
        Event::of(signal, code, by)
    }

    /// The guest has written its `siginfo_t` itself.
    pub(super) fn queued(signal: usize, info: &[u8; INFO_BYTES]) -> Event {
        let mut info = *info;
        info[..4].copy_from_slice(&(signal as u32).to_le_bytes());
        Event { signal, info }
    }

    /// Something is wrong with the guest's stack, or with what it returns to.
    pub(super) fn forced() -> Event {
        Event::of(SIGSEGV, SI_KERNEL, 0)
    }

    /// An instruction has trapped.
    pub(super) fn trapped(trap: &Trap, memory: &Memory) -> Event {
        match trap.cause {
            Cause::IllegalInstruction { .. } => Event::of(SIGILL, ILL_ILLOPC, trap.pc),
            Cause::Breakpoint => Event::of(SIGTRAP, TRAP_BRKPT, trap.pc),
            Cause::FetchMisaligned { .. }
            | Cause::LoadMisaligned { .. }
            | Cause::StoreMisaligned { .. } => Event::of(SIGBUS, BUS_ADRALN, trap.pc),
            Cause::FetchFault { addr } => Event::fault(addr, memory),
            Cause::LoadFault { addr, width } => {
                Event::fault(denied(addr, width.bytes(), Access::READ, memory), memory)
            }
            Cause::StoreFault { addr, width } => {
                let need = Access::READ_WRITE;
                Event::fault(denied(addr, width.bytes(), need, memory), memory)
            }
        }
    }

    /// What is told of it, to who watches a guest that is at `pc`.
    pub(super) fn told(&self, pc: u64) -> SignalEvent {
        let code = self.info[CODE..]
            .first_chunk()
            .map_or(0, |code| i32::from_le_bytes(*code));
        let field = self.info[FIELD..].first_chunk();
        let is_of_instruction =
            bit(self.signal) & SYNCHRONOUS != 0 && (1..SI_KERNEL).contains(&code);
        SignalEvent {
            signal: self.signal,
            code,
            addr: field
                .filter(|_| is_of_instruction)
                .map(|addr| u64::from_le_bytes(*addr)),
            pc,
        }
    }

    /// There is nothing at `addr`, or nothing that may be accessed so.
    fn fault(addr: u64, memory: &Memory) -> Event {
        let code = match memory.access_at(addr) {
            None => SEGV_MAPERR,
            Some(_) => SEGV_ACCERR,
        };
        Event::of(SIGSEGV, code, addr)
    }

    fn of(signal: usize, code: i32, field: u64) -> Event {
        let info = layout::siginfo(signal as u32, code, field);
        Event { signal, info }
    }
}

/// The first of `len` bytes at `addr` that may not be accessed so.
fn denied(addr: u64, len: u64, need: Access, memory: &Memory) -> u64 {
    addr.wrapping_add(memory.permitted_prefix(addr, len, need))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::Width;

    fn fields(event: &Event) -> (usize, u32, u64) {
        let code = event.info[8..12].try_into().unwrap();
        let field = event.info[16..24].try_into().unwrap();
        let (code, field) = (u32::from_le_bytes(code), u64::from_le_bytes(field));
        (event.signal, code, field)
    }

    #[test]
    fn a_trap_tells_what_the_kernel_tells() {
        let mut memory = Memory::new(1 << 20, 1 << 20).unwrap();
        memory.map(0x1000..0x2000, Access::READ_WRITE).unwrap();
        memory.map(0x2000..0x3000, Access::READ).unwrap();
        let (pc, width) = (0x500, Width::Double);
        let cases = [
            (Cause::IllegalInstruction { word: 0 }, (4, 1, pc)),
            (Cause::Breakpoint, (5, 1, pc)),
            (
                Cause::StoreMisaligned {
                    addr: 0x1001,
                    width,
                },
                (7, 1, pc),
            ),
            (
                Cause::LoadMisaligned {
                    addr: 0x1001,
                    width,
                },
                (7, 1, pc),
            ),
            (Cause::FetchFault { addr: 0x1000 }, (11, 2, 0x1000)),
            (Cause::FetchFault { addr: 0x500 }, (11, 1, 0x500)),
            (Cause::LoadFault { addr: 8, width }, (11, 1, 8)),
            (
                Cause::LoadFault {
                    addr: 0x2ffc,
                    width,
                },
                (11, 1, 0x3000),
            ),
            (
                Cause::StoreFault {
                    addr: 0x2004,
                    width,
                },
                (11, 2, 0x2004),
            ),
            (
                Cause::StoreFault {
                    addr: 0x1ffd,
                    width,
                },
                (11, 2, 0x2000),
            ),
            (
                Cause::LoadFault {
                    addr: u64::MAX,
                    width,
                },
                (11, 1, u64::MAX),
            ),
        ];
        for (cause, want) in cases {
            let event = Event::trapped(&Trap { pc, cause }, &memory);
            assert_eq!(fields(&event), want, "{cause:?}");
        }
    }
}
