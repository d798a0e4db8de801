//! The alternate stack for handlers.

use super::Errno;

const SS_ONSTACK: u64 = 1;
const SS_DISABLE: u64 = 2;
const SS_AUTODISARM: u64 = 1 << 31;
/// Bytes of the smallest (`MINSIGSTKSZ`).
const LEAST: u64 = 2048;

/// A stack that the guest has set apart for its handlers: a `stack_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AltStack {
    start: u64,
    flags: u64,
    /// 0 if there is none.
    size: u64,
}

impl Default for AltStack {
    fn default() -> AltStack {
        AltStack {
            start: 0,
            flags: SS_DISABLE,
            size: 0,
        }
    }
}

impl AltStack {
    /// Address, flags and size, as a frame has them.
    pub(super) fn fields(&self) -> [u64; 3] {
        [self.start, self.flags, self.size]
    }

    /// The same, as a guest with this stack pointer is told them.
    pub(super) fn shown(&self, sp: u64) -> [u64; 3] {
        let mode = match self.size {
            0 => SS_DISABLE,
            _ if self.contains(sp) => SS_ONSTACK,
            _ => 0,
        };
        [self.start, mode | self.flags & SS_AUTODISARM, self.size]
    }

    /// Whether a guest with this stack pointer is on it. One that is disarmed when it is
    /// used is never known to be.
    pub(super) fn contains(&self, sp: u64) -> bool {
        let above = sp.wrapping_sub(self.start);
        self.flags & SS_AUTODISARM == 0 && sp > self.start && above <= self.size
    }

    /// Takes a new one, from a guest with this stack pointer.
    pub(super) fn replace(&mut self, sp: u64, fields: [u64; 3]) -> Result<(), Errno> {
        let [start, flags, size] = fields;
        let flags = flags & 0xffff_ffff;
        if self.contains(sp) {
            return Err(Errno::PERM);
        }
        *self = match flags & !SS_AUTODISARM {
            SS_DISABLE => AltStack {
                start: 0,
                flags,
                size: 0,
            },
            0 | SS_ONSTACK if size < LEAST => return Err(Errno::NOMEM),
            0 | SS_ONSTACK => AltStack { start, flags, size },
            _ => return Err(Errno::INVAL),
        };
        Ok(())
    }

    /// Below where a handler's frame goes, if the guest's stack pointer is `sp` and the
    /// handler is to be on this stack, if there is one; nothing if it is full.
    pub(super) fn top(&self, sp: u64, wanted: bool, frame: u64) -> Option<u64> {
        if self.contains(sp) && !self.contains(sp.wrapping_sub(frame)) {
            return None;
        }
        let switches = wanted && self.size != 0 && !self.contains(sp);
        Some(match switches {
            true => self.start.wrapping_add(self.size),
            false => sp,
        })
    }

    /// A handler has been called.
    pub(super) fn disarm(&mut self) {
        if self.flags & SS_AUTODISARM != 0 {
            *self = AltStack::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_top_belongs_to_it_and_its_start_does_not() {
        let mut stack = AltStack::default();
        assert_eq!(stack.replace(0, [0x1000, 0, 0x1000]), Ok(()));
        assert!(!stack.contains(0x1000) && stack.contains(0x1001));
        assert!(stack.contains(0x2000) && !stack.contains(0x2001));
        assert_eq!(stack.shown(0x1800), [0x1000, SS_ONSTACK, 0x1000]);
        assert_eq!(stack.shown(0x800), [0x1000, 0, 0x1000]);
        assert_eq!(stack.replace(0x1800, [0, SS_DISABLE, 0]), Err(Errno::PERM));
    }

    #[test]
    fn a_frame_goes_where_it_is_wanted_and_nowhere_if_it_does_not_fit() {
        let mut stack = AltStack::default();
        assert_eq!(
            stack.top(0x9000, true, 0x400),
            Some(0x9000),
            "there is none"
        );
        stack.replace(0, [0x1000, 0, 0x1000]).unwrap();
        assert_eq!(stack.top(0x9000, false, 0x400), Some(0x9000));
        assert_eq!(stack.top(0x9000, true, 0x400), Some(0x2000));
        assert_eq!(
            stack.top(0x1800, true, 0x400),
            Some(0x1800),
            "on it already"
        );
        assert_eq!(stack.top(0x1300, true, 0x400), None, "full");
        assert_eq!(stack.top(0x1300, false, 0x400), None);
    }

    #[test]
    fn one_that_is_disarmed_is_gone_when_it_is_used() {
        let mut stack = AltStack::default();
        stack.replace(0, [0x1000, SS_AUTODISARM, 0x1000]).unwrap();
        assert_eq!(stack.shown(0x1800), [0x1000, SS_AUTODISARM, 0x1000]);
        assert_eq!(stack.top(0x1800, true, 0x400), Some(0x2000));
        stack.disarm();
        assert_eq!(stack, AltStack::default());
    }
}
