//! Alternation, and bodies that are left for good at their first match.

use super::{Compiler, TooLarge};
use crate::backtrack::next::first;
use crate::backtrack::program::{NextSet, Op, Pc};
use crate::hir::{Around, Node};

/// Which ways of a choice are tried, and in which order.
pub struct Ways {
    /// What has to come next for the way that goes on with the next instruction.
    pub near: NextSet,
    /// What has to come next for the other.
    pub far: NextSet,
    /// Whether the other is tried first.
    pub far_first: bool,
}

impl Compiler {
    /// Emits a choice; [`Self::aim`] says later where its far way leads.
    pub fn split(&mut self, ways: &Ways) -> Result<Pc, TooLarge> {
        let near = (self.here() + 1, self.next_set(&ways.near)?);
        let far = (0, self.next_set(&ways.far)?);
        let (first, second) = if ways.far_first {
            (far, near)
        } else {
            (near, far)
        };
        self.emit(Op::Split {
            first: first.0,
            second: second.0,
            first_next: first.1,
            second_next: second.1,
        })
    }

    /// Lets the far way of the choice or the jump at `pc` lead to the next instruction.
    pub fn aim(&mut self, pc: Pc) {
        let here = self.here();
        match &mut self.program.ops[pc as usize] {
            Op::Split { first, second, .. } => {
                let far = if *first == 0 { first } else { second };
                *far = here;
            }
            Op::Jump(target) | Op::Rounds { exit: target, .. } => *target = here,
            _ => unreachable!("only these lead elsewhere"),
        }
    }

    /// Emits a jump back to `to`.
    pub fn again(&mut self, to: Pc) -> Result<(), TooLarge> {
        self.emit(Op::Again(to)).map(drop)
    }

    pub fn alternate(&mut self, parts: &[Node], follow: &NextSet) -> Result<(), TooLarge> {
        let Some((last, others)) = parts.split_last() else {
            return self.emit(Op::Fail).map(drop);
        };
        // What each way and all behind it can begin with.
        let firsts = parts
            .iter()
            .map(|part| first(part, follow))
            .collect::<alloc::vec::Vec<_>>();
        let mut rests = firsts.clone();
        for at in (0..others.len()).rev() {
            rests[at] = rests[at].union(&rests[at + 1]);
        }
        if others.iter().any(Node::nullable) {
            self.once_a_position()?;
        }
        let mut jumps = alloc::vec::Vec::new();
        for (at, part) in others.iter().enumerate() {
            let split = self.split(&Ways {
                near: firsts[at],
                far: rests[at + 1],
                far_first: false,
            })?;
            self.node(part, follow)?;
            jumps.push(self.emit(Op::Jump(0))?);
            self.aim(split);
        }
        self.node(last, follow)?;
        jumps.into_iter().for_each(|jump| self.aim(jump));
        self.memo()
    }

    pub fn atomic(&mut self, body: &Node) -> Result<(), TooLarge> {
        let fence = self.slot()?;
        self.emit(Op::Fence(fence))?;
        self.by_itself(body)?;
        self.emit(Op::Commit(fence)).map(drop)
    }

    /// Emits a body that is left for good at its first match.
    fn by_itself(&mut self, body: &Node) -> Result<(), TooLarge> {
        self.with_empty_round(false, |compiler| compiler.node(body, &NextSet::ANY))
    }

    pub fn around(&mut self, around: &Around) -> Result<(), TooLarge> {
        let fence = self.slot()?;
        self.emit(Op::Fence(fence))?;
        if !around.negated {
            return self.looked_for(around, fence);
        }
        let near = match around.behind {
            true => NextSet::ANY,
            false => first(&around.body, &NextSet::ANY),
        };
        let absent = self.split(&Ways {
            near,
            far: NextSet::ANY,
            far_first: false,
        })?;
        self.looked_at(around)?;
        self.emit(Op::Reject(fence))?;
        self.aim(absent);
        Ok(())
    }

    fn looked_for(&mut self, around: &Around, fence: u16) -> Result<(), TooLarge> {
        if around.behind {
            self.looked_at(around)?;
            return self.emit(Op::Commit(fence)).map(drop);
        }
        let position = self.slot()?;
        self.emit(Op::Save(position))?;
        self.looked_at(around)?;
        self.emit(Op::Commit(fence))?;
        self.emit(Op::Return(position)).map(drop)
    }

    /// Emits the body, from where it begins.
    fn looked_at(&mut self, around: &Around) -> Result<(), TooLarge> {
        if !around.behind {
            return self.by_itself(&around.body);
        }
        let (min, max) = around.body.lengths();
        let min = u32::try_from(min).map_err(|_| TooLarge)?;
        let max = max
            .and_then(|max| u32::try_from(max).ok())
            .ok_or(TooLarge)?;
        let position = self.slot()?;
        self.emit(Op::Save(position))?;
        self.emit(Op::Behind { min, max })?;
        self.emit(Op::Further { max })?;
        self.by_itself(&around.body)?;
        self.emit(Op::Arrive(position)).map(drop)
    }
}
