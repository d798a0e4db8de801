//! References to groups, which may come before the groups.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::build::Tree;
use super::error::{Cause, Error};
use super::group::Groups;
use super::parser::{Parser, fail};
use crate::Span;
use crate::hir::{Around, Node, Repeat};

/// The references up to here. Until all groups are known, a node has the index of its
/// reference in the place of the group.
#[derive(Default)]
pub(super) struct References<'p>(Vec<(Target<'p>, Span)>);

enum Target<'p> {
    Number(u32),
    Name(&'p str),
}

impl<'p> References<'p> {
    fn add(&mut self, target: Target<'p>, span: Span, fold: bool) -> Tree {
        let group = self.0.len() as u32;
        self.0.push((target, span));
        Tree::leaf(Node::Backreference { group, fold })
    }

    /// Puts the groups' numbers into the nodes.
    pub(super) fn resolve(self, root: &mut Node, groups: &Groups<'p>) -> Result<(), Error> {
        let number = |(target, span)| {
            let number = match target {
                Target::Number(number) => (number as usize <= groups.count()).then_some(number),
                Target::Name(name) => groups.number(name),
            };
            let cause = Cause::NoSuchGroup {
                groups: groups.count(),
            };
            number.ok_or(Error { cause, span })
        };
        let numbers: Vec<u32> = self.0.into_iter().map(number).collect::<Result<_, _>>()?;
        if !numbers.is_empty() {
            renumber(root, &numbers);
        }
        Ok(())
    }
}

fn renumber(node: &mut Node, numbers: &[u32]) {
    match node {
        Node::Backreference { group, .. } => *group = numbers[*group as usize],
        Node::Concat(parts) | Node::Alternate(parts) => {
            parts.iter_mut().for_each(|part| renumber(part, numbers));
        }
        Node::Repeat(Repeat { body, .. })
        | Node::Around(Around { body, .. })
        | Node::Capture { body, .. }
        | Node::Atomic(body) => renumber(Box::as_mut(body), numbers),
        _ => {}
    }
}

impl<'p> Parser<'p> {
    fn reference(&mut self, target: Target<'p>, start: usize) -> Tree {
        let span = self.cursor.since(start);
        self.references.add(target, span, self.flags.ignore_case)
    }

    /// `\1`, of which the backslash and the first digit have been read.
    pub(super) fn numbered_reference(&mut self, start: usize) -> Result<Tree, Error> {
        self.cursor.take_while(|next| next.is_ascii_digit());
        let digits = self
            .cursor
            .text(self.cursor.since(start))
            .trim_start_matches('\\');
        let number = digits.parse().unwrap_or(u32::MAX);
        Ok(self.reference(Target::Number(number), start))
    }

    /// `\k<name>`, of which the `\k` has been read.
    pub(super) fn named_reference(&mut self, start: usize) -> Result<Tree, Error> {
        let close = match self.cursor.bump() {
            Some('<') => '>',
            Some('\'') => '\'',
            Some('{') => '}',
            _ => return fail(Cause::InvalidReference, self.cursor.since(start)),
        };
        self.reference_to_name(close, start)
    }

    /// A name with `close` behind it.
    pub(super) fn reference_to_name(&mut self, close: char, start: usize) -> Result<Tree, Error> {
        let (name, _) = self.name(close)?;
        Ok(self.reference(Target::Name(name), start))
    }

    /// `\g1`, `\g-1`, the same in braces, or `\g{name}`; the `\g` has been read.
    pub(super) fn any_reference(&mut self, start: usize) -> Result<Tree, Error> {
        let braced = self.cursor.eat("{");
        let first = self.cursor.peek();
        if braced && first.is_some_and(|next| next == '_' || next.is_alphabetic()) {
            return self.reference_to_name('}', start);
        }
        let relative = self.cursor.eat("-");
        let number = self.cursor.take_while(|next| next.is_ascii_digit());
        if number.is_empty() || braced && !self.cursor.eat("}") {
            return fail(Cause::InvalidReference, self.cursor.since(start));
        }
        let mut number = number.parse().unwrap_or(u32::MAX);
        if relative && number > 0 {
            // Counted from the last group that is open or closed here.
            number = (self.groups.count() as u32 + 1).saturating_sub(number);
        }
        match number {
            0 => {
                let groups = self.groups.count();
                fail(Cause::NoSuchGroup { groups }, self.cursor.since(start))
            }
            _ => Ok(self.reference(Target::Number(number), start)),
        }
    }
}
