//! What is repeated item by item, from the fewest to the most or the other way round.

use super::attempt::{Attempt, Exhausted, Then};
use crate::backtrack::program::{Items, SetId};
use crate::hir::Class;
use crate::utf8;

impl Attempt<'_> {
    /// The length of the item at the position, if there is one.
    fn item(&self, items: Items) -> Option<usize> {
        match items {
            Items::Bytes(set) => {
                let byte = *self.haystack.get(self.position)?;
                self.set(set).bytes.contains(byte).then_some(1)
            }
            Items::Class(class) => item(self.class(class), self.ahead()),
        }
    }

    /// Moves over items, `count` at most, and says over how many.
    fn items(&mut self, items: Items, count: u32) -> Result<u32, Exhausted> {
        let (start, mut moved) = (self.position, 0);
        match items {
            Items::Bytes(set) => {
                let set = &self.set(set).bytes;
                let most = (count as usize).min(self.ahead().len());
                let ahead = &self.ahead()[..most];
                let other = ahead.iter().position(|&byte| !set.contains(byte));
                moved = other.unwrap_or(most) as u32;
                self.position += moved as usize;
            }
            Items::Class(class) => {
                let program = self.program;
                let class = &program.classes[usize::from(class)];
                let ahead = &self.haystack[start..];
                let mut at = 0;
                while moved < count {
                    let length = match ahead.get(at) {
                        Some(&byte) if byte < 0x80 => class.ascii().contains(byte).then_some(1),
                        _ => item(class, &ahead[at..]),
                    };
                    let Some(length) = length else { break };
                    at += length;
                    moved += 1;
                }
                self.position += at;
            }
        }
        self.charge(self.position - start)?;
        Ok(moved)
    }

    /// Where execution goes on, if there are enough items.
    pub(super) fn run(
        &mut self,
        companion: usize,
        items: Items,
        min: u32,
        max: Option<u32>,
        possessive: bool,
    ) -> Result<Option<usize>, Exhausted> {
        if self.items(items, min)? < min {
            return Ok(None);
        }
        let least = self.position;
        self.items(items, max.unwrap_or(u32::MAX) - min)?;
        if possessive {
            return Ok(Some(companion));
        }
        if self.position != least {
            self.push(companion, self.position, least)?;
        }
        Ok(Some(companion + 1))
    }

    pub(super) fn shorter(
        &mut self,
        own: usize,
        least: usize,
        items: Items,
        next: Option<SetId>,
    ) -> Result<bool, Exhausted> {
        let start = self.position;
        loop {
            self.position -= 1;
            while matches!(items, Items::Class(_))
                && !utf8::is_boundary(self.haystack, self.position)
            {
                self.position -= 1;
            }
            if self.position <= least || self.allows(next) {
                break;
            }
        }
        self.charge(start - self.position)?;
        if self.position > least {
            self.push(own, self.position, least)?;
        }
        Ok(self.allows(next))
    }

    pub(super) fn run_lazy(
        &mut self,
        companion: usize,
        items: Items,
        min: u32,
        max: Option<u32>,
    ) -> Result<Then, Exhausted> {
        if self.items(items, min)? < min {
            return Ok(Then::Fail);
        }
        if max.is_none_or(|max| min < max) {
            self.push(companion, self.position, min as usize)?;
        }
        Ok(Then::Go(companion + 1))
    }

    pub(super) fn longer(
        &mut self,
        own: usize,
        count: usize,
        items: Items,
        max: Option<u32>,
        next: Option<SetId>,
    ) -> Result<Then, Exhausted> {
        let (start, max) = (self.position, max.map_or(usize::MAX, |max| max as usize));
        let mut count = count;
        loop {
            let Some(length) = self.item(items).filter(|_| count < max) else {
                self.charge(self.position - start)?;
                return Ok(Then::Fail);
            };
            self.position += length;
            count += 1;
            if self.allows(next) {
                break;
            }
        }
        self.charge(self.position - start)?;
        if count < max {
            self.push(own, self.position, count)?;
        }
        Ok(Then::Next)
    }
}

/// The length of the scalar value that `bytes` begin with, if the class has it.
pub(super) fn item(class: &Class, bytes: &[u8]) -> Option<usize> {
    match bytes.first() {
        Some(&byte) if byte < 0x80 => class.ascii().contains(byte).then_some(1),
        _ => {
            let (scalar, length) = utf8::decode(bytes)?;
            class.contains(scalar).then_some(length)
        }
    }
}
