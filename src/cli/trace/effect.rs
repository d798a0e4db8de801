//! What an instruction did to memory, as one access.

use rvjet::replay::{AccessKind, Step, WordAccess};

/// The access of an instruction, whichever words it reaches into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    pub addr: u64,
    /// In bytes.
    pub size: u32,
    /// What it read, if it reads.
    pub read: Option<u64>,
    /// What it wrote, if it writes.
    pub written: Option<u64>,
}

impl Effect {
    /// That of a step, if it has one and is no call.
    pub fn of(step: &Step) -> Option<Effect> {
        let first = step.accesses.first()?;
        let (reads, writes) = match first.kind {
            AccessKind::Load => (true, false),
            AccessKind::Store => (false, true),
            AccessKind::Modify => (true, true),
            AccessKind::CallRead | AccessKind::CallWrite => return None,
        };
        let size = first.width.bytes() as u32;
        let value = |of: fn(&WordAccess) -> u64| assemble(&step.accesses, first.addr, size, of);
        Some(Effect {
            addr: first.addr,
            size,
            read: reads.then(|| value(|access| access.before)),
            written: writes.then(|| value(|access| access.after)),
        })
    }
}

/// `size` bytes from `addr` on, of the words accessed.
fn assemble(accesses: &[WordAccess], addr: u64, size: u32, of: fn(&WordAccess) -> u64) -> u64 {
    (0..u64::from(size)).fold(0, |value, index| {
        let at = addr.wrapping_add(index);
        let word = accesses.iter().find(|access| access.word == at & !7);
        let byte = word.map_or(0, |word| of(word) >> (8 * (at % 8)) & 0xff);
        value | byte << (8 * index)
    })
}
