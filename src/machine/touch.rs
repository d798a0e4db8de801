//! Which words of memory a chunk of a trace has touched first, and with which values.
//!
//! A byte of *shadow* a double word says whether the chunk has touched it. The
//! first touch appends word and value to the log; emitted code does so by itself
//! as long as the log's head leaves it room.
#![forbid(unsafe_code)]

use super::memory::Memory;
use super::touch_log::TouchLog;

/// The shadow's value for a word that has been touched: all ones, as that of
/// several words is then, too.
pub(crate) const TOUCHED: u8 = u8::MAX;

/// The first access to a word of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Touch {
    /// The word's address, a multiple of eight.
    pub addr: u64,
    /// Its value before.
    pub value: u64,
}

/// Where log and shadow lie, counted from the host address of guest address 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TouchMap {
    /// The [`LogHead`](super::LogHead).
    pub(crate) log: i64,
    /// The shadow of guest address 0; nothing if that is for the log's head to say.
    pub(crate) shadow: Option<i64>,
}

/// What a chunk, or a detour, has touched so far.
#[derive(Debug, Default)]
pub(super) struct Touches {
    log: TouchLog,
    /// Which of the window's shadows is theirs.
    shadow: usize,
    /// A buffer that is no longer needed.
    spare: Vec<Touch>,
    /// How many make the chunk full.
    most: u64,
}

impl Memory {
    /// Where the log's head and the shadow are, if touches are recorded.
    pub(crate) fn touch_map(&self) -> Option<TouchMap> {
        self.window.touch_map()
    }

    /// How many words the chunk has touched.
    pub(crate) fn touched(&mut self) -> u64 {
        let touches = self.window.touches(self.touches.shadow);
        touches.map_or(0, |(head, _)| self.touches.log.len(head) as u64)
    }

    /// Whether the chunk has touched the word at `addr`.
    pub(super) fn is_touched(&mut self, addr: u64) -> bool {
        let touches = self.window.touches(self.touches.shadow);
        let shadow = touches.map(|(_, shadow)| shadow);
        shadow.is_some_and(|shadow| shadow.get((addr / 8) as usize) == Some(&TOUCHED))
    }

    /// The words that the chunk has touched, in order.
    pub(crate) fn touches(&mut self) -> &[Touch] {
        self.take_in_touches();
        self.touches.log.entries()
    }

    /// Whether it has touched as many as it may.
    pub(super) fn touched_enough(&mut self) -> bool {
        self.touched() >= self.touches.most
    }

    /// A word is accessed whose value was `value` before.
    pub(super) fn touch(&mut self, addr: u64, value: u64) {
        let Touches {
            log, shadow, most, ..
        } = &mut self.touches;
        let Some((head, shadow)) = self.window.touches(*shadow) else {
            return;
        };
        let start = shadow.as_ptr() as u64;
        let Some(mark) = shadow.get_mut((addr / 8) as usize) else {
            return;
        };
        if *mark != TOUCHED {
            *mark = TOUCHED;
            log.take_in(head);
            log.push(Touch { addr, value });
            *head = log.head(emitted_at_most(*most), start);
        }
    }

    /// Takes in what emitted code has touched.
    fn take_in_touches(&mut self) {
        if let Some((head, _)) = self.window.touches(self.touches.shadow) {
            self.touches.log.take_in(head);
        }
    }

    /// Makes all words untouched; from now on `most` of them make a chunk full.
    /// Returns those that were touched, in order.
    pub(super) fn restart_touches(&mut self, most: u64, expected: Option<usize>) -> Vec<Touch> {
        let place = self.touches.shadow;
        let Some((head, shadow)) = self.window.touches(place) else {
            return Vec::new();
        };
        let start = shadow.as_ptr() as u64;
        let mut log = std::mem::take(&mut self.touches.log);
        log.take_in(head);
        let touched = log.into_entries();
        for touch in &touched {
            shadow[(touch.addr / 8) as usize] = 0;
        }
        let similar = touched.len() + touched.len() / 4;
        let room = expected.unwrap_or(similar);
        let mut log = TouchLog::with_room(room + 1, std::mem::take(&mut self.touches.spare));
        if let Some((head, _)) = self.window.touches(place) {
            *head = log.head(emitted_at_most(most), start);
        }
        self.touches = Touches {
            log,
            shadow: place,
            spare: Vec::new(),
            most,
        };
        touched
    }

    /// How many touches there is room for until the next buffer of them.
    pub(super) fn touch_room(&self) -> usize {
        self.touches.log.room()
    }

    /// Takes a buffer of touches that nobody needs any more, to be used again.
    pub(crate) fn reuse_touches(&mut self, spent: Vec<Touch>) {
        if spent.capacity() > self.touches.spare.capacity() {
            self.touches.spare = spent;
        }
    }
}

impl Touches {
    /// Nothing touched, by this of the window's shadows.
    pub(super) fn by_shadow(shadow: usize, spare: Vec<Touch>) -> Touches {
        Touches {
            shadow,
            spare,
            ..Touches::default()
        }
    }
}

impl Memory {
    /// Notes touches in `other` from now on. Returns what has noted them until now.
    pub(super) fn exchange_touches(&mut self, other: Touches) -> Touches {
        self.take_in_touches();
        let before = std::mem::replace(&mut self.touches, other);
        let Touches {
            log, shadow, most, ..
        } = &mut self.touches;
        if let Some((head, shadow)) = self.window.touches(*shadow) {
            *head = log.head(emitted_at_most(*most), shadow.as_ptr() as u64);
        }
        before
    }
}

/// How many touches emitted code may log: it stops before the one that makes a
/// chunk full, which is for the interpreter to find.
fn emitted_at_most(most: u64) -> u64 {
    most.saturating_sub(1)
}
