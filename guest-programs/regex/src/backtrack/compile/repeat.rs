//! Repetition: runs of single items, unrolled bodies, loops, and loops that count.
//!
//! What the loops mean is what an automaton makes of them, so that all engines agree:
//! `x{n,}` is `n - 1` times `x` and then `x+`; `x*` is `(?:x+)?` where `x` can be empty; and
//! no place of `x+` is come to twice at one position.

use super::choice::Ways;
use super::{Compiler, TooLarge, fixed};
use crate::NONE;
use crate::backtrack::next::first;
use crate::backtrack::program::{Items, NextSet, Op};
use crate::hir::{Greed, Node, Repeat};

/// A body is copied rather than counted as long as the copies have no more nodes than this.
const UNROLLED_NODES: usize = 32;

impl Compiler {
    pub fn repeat(&mut self, repeat: &Repeat, follow: &NextSet) -> Result<(), TooLarge> {
        if repeat.max == Some(0) {
            return Ok(());
        }
        if repeat.min == 1 && repeat.max == Some(1) {
            return self.node(&repeat.body, follow);
        }
        // A run of its own choosing is no place of the automaton.
        let is_place = self.careful || self.in_empty_round && repeat.greed == Greed::Lazy;
        if !is_place && let Some((items, starts)) = self.items(&repeat.body)? {
            return self.run(repeat, items, &starts, follow);
        }
        if repeat.greed == Greed::Possessive {
            let fence = self.slot()?;
            self.emit(Op::Fence(fence))?;
            self.with_empty_round(false, |compiler| compiler.rounds(repeat, &NextSet::ANY))?;
            return self.emit(Op::Commit(fence)).map(drop);
        }
        self.rounds(repeat, follow)
    }

    /// What a run of `body` goes over, and what an item can begin with.
    fn items(&mut self, body: &Node) -> Result<Option<(Items, NextSet)>, TooLarge> {
        let items = match body {
            Node::Bytes(set) => Items::Bytes(self.byte_set(*set)?),
            Node::Literal(bytes) => match **bytes {
                [byte] => Items::Bytes(self.byte_set([byte].into_iter().collect())?),
                _ => return Ok(None),
            },
            Node::Class(class) => Items::Class(self.class(class)?),
            _ => return Ok(None),
        };
        Ok(Some((items, first(body, &NextSet::NEVER))))
    }

    fn run(
        &mut self,
        repeat: &Repeat,
        items: Items,
        starts: &NextSet,
        follow: &NextSet,
    ) -> Result<(), TooLarge> {
        let (min, max) = (repeat.min, repeat.max);
        let next = self.next_set(follow)?;
        if max == Some(min) || repeat.greed == Greed::Possessive {
            return self.possessive(items, min, max);
        }
        if repeat.greed == Greed::Lazy {
            self.emit(Op::RunLazy { items, min, max })?;
            return self.emit(Op::Longer { items, max, next }).map(drop);
        }
        // What is given back begins with what an item begins with.
        if starts.bytes.intersection(&follow.bytes).is_empty() {
            return self.possessive(items, min, max);
        }
        let possessive = false;
        self.emit(Op::Run {
            items,
            min,
            max,
            possessive,
        })?;
        self.emit(Op::Shorter { items, next }).map(drop)
    }

    fn possessive(&mut self, items: Items, min: u32, max: Option<u32>) -> Result<(), TooLarge> {
        let possessive = true;
        self.emit(Op::Run {
            items,
            min,
            max,
            possessive,
        })
        .map(drop)
    }

    /// Any body, as often as `repeat` says.
    fn rounds(&mut self, repeat: &Repeat, follow: &NextSet) -> Result<(), TooLarge> {
        let body = &*repeat.body;
        let inner = follow.union(&first(body, follow));
        let nodes = nodes(body);
        let copies = repeat.max.unwrap_or(repeat.min) as usize;
        // To come again to a place in the same round of a count, by a loop around it, is no way;
        // to come there in another one is. Copies tell these apart.
        let told_apart = self.in_empty_round && body.nullable();
        if self.careful || told_apart || nodes.saturating_mul(copies) <= UNROLLED_NODES {
            return self.unrolled(repeat, &inner, follow);
        }
        match repeat.max {
            None if body.nullable() => {
                self.counted(repeat, repeat.min - 1, Some(repeat.min - 1), &inner, &inner)?;
                self.plus(body, repeat.greed, &inner, follow)
            }
            max => self.counted(repeat, repeat.min, max, &inner, follow),
        }
    }

    fn unrolled(
        &mut self,
        repeat: &Repeat,
        inner: &NextSet,
        follow: &NextSet,
    ) -> Result<(), TooLarge> {
        let body = &*repeat.body;
        let Some(max) = repeat.max else {
            for _ in 1..repeat.min {
                self.node(body, inner)?;
            }
            return match repeat.min {
                0 => self.star(body, repeat.greed, inner, follow),
                _ => self.plus(body, repeat.greed, inner, follow),
            };
        };
        for round in 0..repeat.min {
            let last = round + 1 == max;
            self.node(body, if last { follow } else { inner })?;
        }
        let mut exits = alloc::vec::Vec::new();
        for round in repeat.min..max {
            let last = round + 1 == max;
            self.memo()?;
            exits.push(self.another(body, repeat.greed, follow)?);
            self.node(body, if last { follow } else { inner })?;
        }
        exits.into_iter().for_each(|exit| self.aim(exit));
        self.memo()
    }

    /// A choice between another round, which is next, and the end of the loop.
    fn another(&mut self, body: &Node, greed: Greed, follow: &NextSet) -> Result<u32, TooLarge> {
        if greed == Greed::Lazy {
            self.once_a_position()?;
        }
        let near = first(body, follow);
        let ways = Ways {
            near: if body.nullable() {
                near.union(follow)
            } else {
                near
            },
            far: *follow,
            far_first: greed == Greed::Lazy,
        };
        self.split(&ways)
    }

    fn star(
        &mut self,
        body: &Node,
        greed: Greed,
        inner: &NextSet,
        follow: &NextSet,
    ) -> Result<(), TooLarge> {
        if body.nullable() {
            let exit = self.another(body, greed, follow)?;
            self.plus(body, greed, inner, follow)?;
            self.aim(exit);
            return self.memo();
        }
        let head = self.here();
        self.memo()?;
        let exit = self.another(body, greed, follow)?;
        self.node(body, inner)?;
        self.again(head)?;
        self.aim(exit);
        Ok(())
    }

    fn plus(
        &mut self,
        body: &Node,
        greed: Greed,
        inner: &NextSet,
        follow: &NextSet,
    ) -> Result<(), TooLarge> {
        // A round that matches nothing comes to the head or to the choice behind the body
        // twice at one position. A program that remembers knows by that.
        let watched = body.nullable() && !self.careful;
        let slots = match watched {
            true => Some((self.slot()?, self.slot()?)),
            false => None,
        };
        if let Some((at_head, at_choice)) = slots {
            self.emit(Op::Set(at_head, NONE))?;
            self.emit(Op::Set(at_choice, NONE))?;
        }
        let head = self.here();
        if let Some((at_head, _)) = slots {
            self.emit(Op::Progress(at_head))?;
        }
        self.memo()?;
        let outermost = !self.in_empty_round;
        let outer = core::mem::take(&mut self.once_slots);
        let within = body.nullable() || self.in_empty_round;
        self.with_empty_round(within, |compiler| compiler.node(body, inner))?;
        let of_rounds = core::mem::replace(&mut self.once_slots, outer);
        if let Some((_, at_choice)) = slots {
            self.emit(Op::Progress(at_choice))?;
        }
        self.memo()?;
        let exit = self.another(body, greed, follow)?;
        self.again(head)?;
        self.aim(exit);
        self.memo()?;
        if !outermost {
            self.once_slots.extend(of_rounds);
            return Ok(());
        }
        // The loop may be come to again at this position, by a loop around it that counts.
        of_rounds
            .into_iter()
            .try_for_each(|slot| self.emit(Op::Set(slot, NONE)).map(drop))
    }

    fn counted(
        &mut self,
        repeat: &Repeat,
        min: u32,
        max: Option<u32>,
        inner: &NextSet,
        follow: &NextSet,
    ) -> Result<(), TooLarge> {
        let count = self.slot()?;
        self.emit(Op::Set(count, 0))?;
        let near = first(&repeat.body, inner);
        let (body_next, exit_next) = (self.next_set(&near)?, self.next_set(follow)?);
        let head = self.here();
        self.emit(Op::Rounds {
            count,
            min,
            max,
            lazy: repeat.greed == Greed::Lazy,
            body: head + 1,
            exit: 0,
            body_next,
            exit_next,
        })?;
        self.emit(Op::Count(count))?;
        // A later round is another place, and may be at the same position.
        self.with_empty_round(false, |compiler| compiler.node(&repeat.body, inner))?;
        self.again(head)?;
        self.aim(head);
        Ok(())
    }
}

/// How many nodes `node` has, as a measure of its instructions.
fn nodes(node: &Node) -> usize {
    let parts = node.parts().iter().map(nodes);
    let inner = parts.fold(0, usize::saturating_add);
    let times = match node {
        Node::Repeat(repeat) if !fixed::is_fixed(node) => repeat.max.unwrap_or(repeat.min).max(1),
        _ => 1,
    };
    inner.saturating_mul(times as usize).saturating_add(1)
}
