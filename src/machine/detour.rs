//! Detours: stretches of execution that leave no trace in memory.
//!
//! While one lasts, first touches are noted apart, and with them what words held
//! before: all that is needed to undo it. That costs a word as much as a recorded
//! first touch, and nothing for what is not touched.
#![forbid(unsafe_code)]

use super::memory::Memory;
use super::record::Recorder;
use super::touch::{Touch, Touches};

/// Touches that a detour has room for at first.
const EXPECTED: usize = 1 << 10;
/// A buffer for more touches is not kept from one detour to the next.
const KEPT: usize = 1 << 20;

/// What a detour sets aside until it ends.
#[derive(Debug)]
pub(super) struct Aside {
    touches: Touches,
    recorder: Option<Box<Recorder>>,
}

/// What detours are made with, again and again.
#[derive(Debug)]
pub(super) struct Detours {
    aside: Option<Aside>,
    recorder: Option<Box<Recorder>>,
    spare: Vec<Touch>,
    /// The shadow that is theirs.
    shadow: usize,
}

impl Detours {
    pub(super) fn by_shadow(shadow: usize) -> Detours {
        Detours {
            aside: None,
            recorder: None,
            spare: Vec::new(),
            shadow,
        }
    }
}

impl Memory {
    /// From now on, all that is done to memory is going to be undone. False if
    /// this memory cannot do that, or does already.
    pub(crate) fn begin_detour(&mut self) -> bool {
        let Some(detours) = self.detours.as_mut().filter(|it| it.aside.is_none()) else {
            return false;
        };
        let own = Touches::by_shadow(detours.shadow, std::mem::take(&mut detours.spare));
        let recorder = detours.recorder.take();
        let recorder = recorder.unwrap_or_else(|| Box::new(Recorder::new()));
        let touches = self.exchange_touches(own);
        self.restart_touches(u64::MAX, Some(EXPECTED));
        let recorder = self.recorder.replace(recorder);
        if let Some(detours) = &mut self.detours {
            detours.aside = Some(Aside { touches, recorder });
        }
        true
    }

    /// Makes memory as it was when the detour began, if there is one.
    pub(crate) fn end_detour(&mut self) {
        let aside = self.detours.as_mut().and_then(|it| it.aside.take());
        let Some(Aside { touches, recorder }) = aside else {
            return;
        };
        let touched = self.restart_touches(u64::MAX, Some(0));
        self.put_words(&touched);
        self.exchange_touches(touches);
        let own = std::mem::replace(&mut self.recorder, recorder);
        if let Some(detours) = &mut self.detours {
            detours.recorder = own;
            if touched.capacity() <= KEPT {
                detours.spare = touched;
            }
        }
    }

    /// Whether a detour is being made.
    pub(crate) fn is_detoured(&self) -> bool {
        self.detours.as_ref().is_some_and(|it| it.aside.is_some())
    }
}

#[cfg(test)]
mod tests {
    use crate::isa::Width;
    use crate::machine::{Access, ChunkRoom, Memory};

    const ROOM: ChunkRoom = ChunkRoom {
        accesses: u64::MAX,
        touches: u64::MAX,
        expected: None,
    };

    fn memory(recorded: bool) -> Memory {
        let mut memory = Memory::with_detours(1 << 20, 1 << 20, recorded).unwrap();
        memory.map(0x1000..0x9000, Access::READ_WRITE).unwrap();
        if recorded {
            memory.start_chunk(ROOM);
        }
        memory
    }

    #[test]
    fn what_a_detour_stores_is_undone() {
        for recorded in [false, true] {
            let mut memory = memory(recorded);
            memory.store(0x1000, Width::Double, 1).unwrap();
            for value in 5..8 {
                assert!(memory.begin_detour());
                assert!(!memory.begin_detour(), "a second at once");
                memory.store(0x1003, Width::Byte, value).unwrap();
                memory.store(0x2ffe, Width::Word, value).unwrap();
                memory.store(0x1000, Width::Double, value).unwrap();
                assert_eq!(memory.load(0x1000, Width::Double), Ok(value));
                memory.end_detour();
                assert_eq!(memory.load(0x1000, Width::Double), Ok(1));
                assert_eq!(memory.load(0x2ff8, Width::Double), Ok(0));
                assert_eq!(memory.load(0x3000, Width::Double), Ok(0));
            }
        }
    }

    #[test]
    fn a_chunk_does_not_notice_a_detour() {
        let mut memory = memory(true);
        memory.store(0x1000, Width::Double, 1).unwrap();
        assert!(memory.begin_detour());
        for addr in (0x1000..0x8000).step_by(8) {
            memory.store(addr, Width::Double, 9).unwrap();
        }
        memory.end_detour();
        assert_eq!(memory.accesses(), 1);
        memory.store(0x4000, Width::Double, 2).unwrap();
        let touched = memory.start_chunk(ROOM);
        let addrs: Vec<u64> = touched.iter().map(|touch| touch.addr).collect();
        assert_eq!(addrs, [0x1000, 0x4000]);
        assert!(touched.iter().all(|touch| touch.value == 0));
    }

    #[test]
    fn other_memory_makes_none() {
        assert!(!Memory::new(1 << 20, 1 << 20).unwrap().begin_detour());
    }
}
