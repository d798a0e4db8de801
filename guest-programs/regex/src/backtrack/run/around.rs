//! What takes choices back, and what goes back in the haystack.

use super::attempt::{Attempt, Exhausted, Then};
use crate::backtrack::program::{RESTORE, Slot};

impl Attempt<'_> {
    pub(super) fn commit(&mut self, slot: Slot) -> Then {
        let height = self.executor.slots[usize::from(slot)];
        let mut kept = height;
        for at in height..self.executor.stack.len() {
            let entry = self.executor.stack[at];
            if entry.resume == RESTORE {
                self.executor.stack[kept] = entry;
                kept += 1;
            }
        }
        self.executor.stack.truncate(kept);
        Then::Next
    }

    pub(super) fn reject(&mut self, slot: Slot) -> Then {
        let height = self.executor.slots[usize::from(slot)];
        while self.executor.stack.len() > height
            && let Some(entry) = self.executor.stack.pop()
        {
            if entry.resume == RESTORE {
                self.executor.slots[entry.a] = entry.b;
            }
        }
        Then::Fail
    }

    pub(super) fn behind(
        &mut self,
        companion: usize,
        min: u32,
        max: u32,
    ) -> Result<Then, Exhausted> {
        let Some(start) = self.position.checked_sub(min as usize) else {
            return Ok(Then::Fail);
        };
        if min < max && start > 0 {
            self.push(companion, self.position, min as usize)?;
        }
        self.position = start;
        Ok(Then::Go(companion + 1))
    }

    pub(super) fn further(
        &mut self,
        own: usize,
        count: usize,
        max: u32,
    ) -> Result<Then, Exhausted> {
        let (end, count) = (self.position, count + 1);
        if count < max as usize && end > count {
            self.push(own, end, count)?;
        }
        self.position = end - count;
        Ok(Then::Next)
    }
}
