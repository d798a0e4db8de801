//! `WRITE`: what a guest writes, by descriptor.

use super::super::linux::errno;
use super::super::linux::streams::{Deadline, Output};
use super::{Failure, Sp1};
use crate::machine::{Exit, Memory, Reason};

/// Descriptors, of which only the low 32 bits count but for the first two.
const STDOUT: u64 = 1;
const STDERR: u64 = 2;
const PUBLIC_VALUES: u32 = 13;
const HINT: u32 = 14;

impl Sp1 {
    /// Carries out the call. Bytes for a descriptor that is none are dropped.
    pub(super) fn write(
        &mut self,
        memory: &mut Memory,
        &[fd, addr, len, ..]: &[u64; 5],
    ) -> Result<(), Failure> {
        let end = addr.saturating_add(len);
        if len > memory.limit() && end <= memory.window_size() {
            // All of it may be read: there is no need to look at each page for that.
            return Err(Failure::MemoryLimit);
        }
        let bytes = memory.slice(addr, len)?;
        let deadline = self.deadline();
        match (fd, fd as u32) {
            (STDOUT, _) => print(&mut self.stdout, bytes, deadline),
            (STDERR, _) => print(&mut self.stderr, bytes, deadline),
            (_, PUBLIC_VALUES) => {
                self.make_room(len)?;
                self.committed += len;
                self.results.add_public_values(bytes);
                Ok(())
            }
            (_, HINT) => {
                self.make_room(len)?;
                self.input.push_front(bytes.to_vec());
                Ok(())
            }
            (_, fd) => self.call_hook(fd, bytes),
        }
    }

    /// Whether so many bytes more are kept for the guest.
    fn make_room(&self, len: u64) -> Result<(), Reason> {
        let kept = self.committed + self.input.kept();
        match kept.checked_add(len) {
            Some(kept) if kept <= self.most_kept => Ok(()),
            _ => Err(Reason::TooMuch),
        }
    }

    /// Puts what a hook makes of the bytes in front of the input.
    #[cfg(feature = "precompiles")]
    fn call_hook(&mut self, fd: u32, bytes: &[u8]) -> Result<(), Failure> {
        let Some(made) = super::hook::run(fd, bytes) else {
            return Ok(());
        };
        let vectors = made.map_err(|_| Reason::Hook)?;
        self.make_room(vectors.iter().map(|vector| vector.len() as u64).sum())?;
        for vector in vectors.into_iter().rev() {
            self.input.push_front(vector);
        }
        Ok(())
    }

    /// There is none.
    #[cfg(not(feature = "precompiles"))]
    fn call_hook(&mut self, fd: u32, _bytes: &[u8]) -> Result<(), Failure> {
        match fd {
            15..=21 => Err(Reason::Absent.into()),
            _ => Ok(()),
        }
    }

    fn deadline(&self) -> Option<Deadline> {
        let limit = self.timeout?;
        let at = self.started?.checked_add(limit)?;
        Some(Deadline { at, limit })
    }
}

/// Writes all of the bytes, or the run ends.
fn print(to: &mut Output, bytes: &[u8], deadline: Option<Deadline>) -> Result<(), Failure> {
    let unread = errno::Failure::Exit(Exit::BrokenPipe);
    let written = to.write(bytes, deadline, unread);
    match written {
        Ok(count) if count == bytes.len() => Ok(()),
        Ok(_) | Err(errno::Failure::Errno(_)) => Err(Reason::Output.into()),
        Err(errno::Failure::MemoryLimit) => Err(Failure::MemoryLimit),
        Err(errno::Failure::Exit(exit)) => Err(Failure::Exit(exit)),
    }
}
