//! The log of touches, which emitted code appends to.

use super::touch::Touch;

/// The start of the log, as emitted code sees it: host addresses.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct LogHead {
    /// Where the next entry goes.
    pub(crate) next: u64,
    /// Where emitted code must not put one any more.
    pub(crate) end: u64,
    /// The shadow of guest address 0.
    pub(crate) shadow: u64,
}

/// Entries, and room for more that emitted code may fill.
#[derive(Debug, Default)]
pub(super) struct TouchLog(Vec<Touch>);

impl TouchLog {
    /// An empty log with room for at least `entries`, in `buffer` if that has it.
    ///
    /// PERF: pages that the host has to give anew for every chunk took a tenth of
    /// the CPU time of `rvjet record` on guests that touch much memory.
    pub(super) fn with_room(entries: usize, mut buffer: Vec<Touch>) -> TouchLog {
        buffer.clear();
        // Not `reserve`, which would keep far too large a buffer.
        if buffer.capacity() < entries || buffer.capacity() / 8 > entries {
            buffer = Vec::with_capacity(entries);
        }
        TouchLog(buffer)
    }

    /// The head that lets emitted code append until there are `most` entries, or no
    /// room, and look at the shadow that starts at `shadow`.
    pub(super) fn head(&mut self, most: u64, shadow: u64) -> LogHead {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let end = most.min(self.0.capacity()).max(self.0.len());
        let (start, len) = (self.0.as_mut_ptr(), self.0.len());
        let at = |entries: usize| start.wrapping_add(entries) as u64;
        LogHead {
            next: at(len),
            end: at(end),
            shadow,
        }
    }

    /// How many entries there are with what emitted code has appended since [`TouchLog::head`].
    pub(super) fn len(&self, head: &LogHead) -> usize {
        let bytes = head.next.saturating_sub(self.0.as_ptr() as u64);
        (bytes as usize / size_of::<Touch>()).min(self.0.capacity())
    }

    /// Takes in what emitted code has appended. `head` must be what
    /// [`TouchLog::head`] gave last, with nothing but emitted code's changes.
    pub(super) fn take_in(&mut self, head: &LogHead) {
        let len = self.len(head);
        debug_assert!(self.0.len() <= len);
        // SAFETY: within the capacity; the entries from the old length on are
        // such as emitted code has written in full before it moved `next` past
        // them (`jit::stubs`), and `next` never goes back.
        unsafe { self.0.set_len(len.max(self.0.len())) };
    }

    /// Entries that it has room for, those that are there included.
    pub(super) fn room(&self) -> usize {
        self.0.capacity()
    }

    pub(super) fn push(&mut self, touch: Touch) {
        self.0.push(touch);
    }

    pub(super) fn entries(&self) -> &[Touch] {
        &self.0
    }

    pub(super) fn into_entries(self) -> Vec<Touch> {
        self.0
    }
}
