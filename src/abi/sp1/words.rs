//! Words of guest memory, as precompiles read and write them.

use super::Failure;
use crate::machine::{Fault, Memory, Reason};

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        match fault {
            Fault::Denied => Failure::Refused(Reason::Outside),
            Fault::Limit => Failure::MemoryLimit,
        }
    }
}

/// Whether so many words can be at `addr`.
pub(super) fn check(addr: u64, words: u64, memory: &Memory) -> Result<(), Reason> {
    if !addr.is_multiple_of(8) {
        return Err(Reason::Misaligned);
    }
    let len = words.checked_mul(8);
    match len.and_then(|len| addr.checked_add(len)) {
        Some(end) if end <= memory.window_size() => Ok(()),
        _ => Err(Reason::Outside),
    }
}

/// The `N` words at `addr`.
#[cfg(feature = "precompiles")]
pub(super) fn read<const N: usize>(memory: &mut Memory, addr: u64) -> Result<[u64; N], Failure> {
    check(addr, N as u64, memory)?;
    let (bytes, _) = memory.slice(addr, 8 * N as u64)?.as_chunks();
    let mut words = [0; N];
    for (word, bytes) in words.iter_mut().zip(bytes) {
        *word = u64::from_le_bytes(*bytes);
    }
    Ok(words)
}

/// Writes `words` at `addr`.
#[cfg(feature = "precompiles")]
pub(super) fn write<const N: usize>(
    memory: &mut Memory,
    addr: u64,
    words: &[u64; N],
) -> Result<(), Failure> {
    check(addr, N as u64, memory)?;
    memory.fill_with(addr, 8 * N as u64, |place| {
        let (places, _) = place.as_chunks_mut();
        for (place, word) in places.iter_mut().zip(words) {
            *place = word.to_le_bytes();
        }
        Ok::<usize, Fault>(place.len())
    })?;
    Ok(())
}
