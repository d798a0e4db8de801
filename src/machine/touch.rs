//! Which words of memory a chunk of a trace has touched first, and with which values.
//!
//! A byte of *shadow* a double word says whether the chunk has touched it. The
//! first touch appends word and value to the *log*; emitted code does so by
//! itself as long as the log's head leaves it room.
#![forbid(unsafe_code)]

use super::memory::Memory;

/// Bytes of the log with its head: what fits into it is drained at once.
pub(super) const LOG_BYTES: usize = 1 << 22;

/// The shadow's value for a word that has been touched.
pub(crate) const TOUCHED: u8 = 1;

/// The first access to a word of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Touch {
    /// The word's address, a multiple of eight.
    pub addr: u64,
    /// Its value before.
    pub value: u64,
}

/// The start of the log, as emitted code sees it: host addresses.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct LogHead {
    /// Where the next entry goes.
    pub(crate) next: u64,
    /// Where emitted code must not put one any more.
    pub(crate) end: u64,
}

/// Where log and shadow lie, counted from the host address of guest address 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TouchMap {
    /// The [`LogHead`].
    pub(crate) log: i64,
    /// The shadow of guest address 0.
    pub(crate) shadow: i64,
}

/// What a chunk has touched so far, besides what is in the log.
#[derive(Debug, Default)]
pub(super) struct Touches {
    /// Entries that did not fit into the log any more, the oldest first.
    drained: Vec<Touch>,
    /// How many make the chunk full.
    most: u64,
}

impl Touches {
    /// None yet, and room for `most`.
    pub(super) fn new(most: u64) -> Touches {
        Touches {
            drained: Vec::new(),
            most,
        }
    }
}

impl Memory {
    /// Where log and shadow are, if touches are recorded.
    pub(crate) fn touch_map(&self) -> Option<TouchMap> {
        self.window.touch_map()
    }

    /// How many words the chunk has touched.
    pub(crate) fn touched(&mut self) -> u64 {
        let Some((head, log, _)) = self.window.touches() else {
            return 0;
        };
        let logged = entries(head, log);
        (self.touches.drained.len() + logged) as u64
    }

    /// Whether the chunk has touched the word at `addr`.
    pub(super) fn is_touched(&mut self, addr: u64) -> bool {
        let shadow = self.window.touches().map(|(_, _, shadow)| shadow);
        shadow.is_some_and(|shadow| shadow.get((addr / 8) as usize) == Some(&TOUCHED))
    }

    /// The words that the chunk has touched, in order.
    pub(crate) fn touches(&mut self) -> Vec<Touch> {
        let mut touched = self.touches.drained.clone();
        if let Some((head, log, _)) = self.window.touches() {
            touched.extend_from_slice(&log[..entries(head, log)]);
        }
        touched
    }

    /// Whether it has touched as many as it may.
    pub(super) fn touched_enough(&mut self) -> bool {
        self.touched() >= self.touches.most
    }

    /// A word is accessed whose value was `value` before.
    pub(super) fn touch(&mut self, addr: u64, value: u64) {
        let most = self.touches.most;
        let Some((head, log, shadow)) = self.window.touches() else {
            return;
        };
        let Some(mark) = shadow.get_mut((addr / 8) as usize) else {
            return;
        };
        if *mark == TOUCHED {
            return;
        }
        *mark = TOUCHED;
        let mut logged = entries(head, log);
        if logged == log.len() {
            self.touches.drained.extend_from_slice(log);
            logged = 0;
        }
        log[logged] = Touch { addr, value };
        let before = self.touches.drained.len() as u64;
        set_head(head, log, logged + 1, before, most);
    }

    /// Makes all words untouched; from now on `most` of them make a chunk full.
    /// Returns those that were touched, in order.
    pub(super) fn restart_touches(&mut self, most: u64) -> Vec<Touch> {
        let before = std::mem::replace(&mut self.touches, Touches::new(most));
        let mut touched = before.drained;
        if let Some((head, log, shadow)) = self.window.touches() {
            touched.extend_from_slice(&log[..entries(head, log)]);
            for touch in &touched {
                shadow[(touch.addr / 8) as usize] = 0;
            }
            set_head(head, log, 0, 0, most);
        }
        touched
    }
}

/// How many entries the log holds.
fn entries(head: &LogHead, log: &[Touch]) -> usize {
    let start = log.as_ptr() as u64;
    let used = head.next.saturating_sub(start) as usize / size_of::<Touch>();
    used.min(log.len())
}

/// Says that the log holds so many entries, after `before` that were drained.
/// Emitted code stops before the last of `most`: that one fills the chunk,
/// which is for the interpreter to find.
fn set_head(head: &mut LogHead, log: &[Touch], logged: usize, before: u64, most: u64) {
    let start = log.as_ptr() as u64;
    let left = most.saturating_sub(before).saturating_sub(1);
    let room = usize::try_from(left).unwrap_or(usize::MAX).min(log.len());
    let at = |entry: usize| start + (entry * size_of::<Touch>()) as u64;
    *head = LogHead {
        next: at(logged),
        end: at(room.max(logged)),
    };
}
