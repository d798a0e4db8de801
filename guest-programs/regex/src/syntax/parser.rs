//! Goes through a pattern: alternatives of sequences of repeated atoms.

use super::build::{Alternatives, Sequence, Tree};
use super::cursor::Cursor;
use super::error::{Cause, Error};
use super::group::Groups;
use super::reference::References;
use super::{MAX_DEPTH, MAX_LENGTH, Options};
use crate::Span;
use crate::hir::{Hir, Node};
use crate::look::Look;
use crate::set::ByteSet;
use alloc::vec;
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// How much the classes of one pattern may cost; see [`Parser::charge`].
const ALLOWANCE: usize = 1 << 22;

pub(super) struct Parser<'p> {
    pub(super) cursor: Cursor<'p>,
    /// The flags that hold here.
    pub(super) flags: Options,
    /// How many groups are open.
    pub(super) open: usize,
    pub(super) groups: Groups<'p>,
    pub(super) references: References<'p>,
    allowance: usize,
}

impl<'p> Parser<'p> {
    pub(super) fn new(pattern: &'p str, options: &Options) -> Self {
        Self {
            cursor: Cursor::new(pattern),
            flags: *options,
            open: 0,
            groups: Groups::default(),
            references: References::default(),
            allowance: ALLOWANCE,
        }
    }

    pub(super) fn parse(mut self) -> Result<Hir, Error> {
        let length = self.cursor.rest().len();
        if length > MAX_LENGTH {
            let span = Span {
                start: MAX_LENGTH,
                end: length,
            };
            return fail(
                Cause::TooLong {
                    length,
                    limit: MAX_LENGTH,
                },
                span,
            );
        }
        let mut root = self.alternatives()?.node;
        if self.cursor.peek().is_some() {
            return fail(Cause::UnopenedGroup, self.cursor.here());
        }
        self.references.resolve(&mut root, &self.groups)?;
        let unicode = self.flags.unicode;
        Ok(Hir {
            root,
            groups: self.groups.into_names(),
            unicode,
        })
    }

    /// Up to a `)` or the end.
    pub(super) fn alternatives(&mut self) -> Result<Tree, Error> {
        let start = self.cursor.at();
        let mut alternatives = Alternatives::default();
        loop {
            alternatives.push(self.sequence()?);
            if !self.cursor.eat("|") {
                return self.within_depth(alternatives.finish(), start);
            }
        }
    }

    fn sequence(&mut self) -> Result<Tree, Error> {
        let mut sequence = Sequence::default();
        loop {
            self.skip_ignored()?;
            let start = self.cursor.at();
            if matches!(self.cursor.peek(), None | Some('|' | ')')) {
                return Ok(sequence.finish());
            }
            if self.times()?.is_some() {
                return fail(Cause::NothingToRepeat, self.cursor.since(start));
            }
            if let Some(atom) = self.atom()? {
                sequence.push(self.repeated(atom, start)?);
            }
        }
    }

    /// What a quantifier would refer to; nothing if there were only flags.
    fn atom(&mut self) -> Result<Option<Tree>, Error> {
        let start = self.cursor.at();
        let Some(first) = self.cursor.bump() else {
            return Ok(None);
        };
        Ok(Some(match first {
            '(' => return self.group(start),
            '[' => self.class(start)?,
            '\\' => self.escape(start)?,
            '.' => self.dot(),
            '^' if self.flags.multi_line => Tree::leaf(Node::Look(Look::StartLine)),
            '^' => Tree::leaf(Node::Look(Look::StartText)),
            '$' if self.flags.multi_line => Tree::leaf(Node::Look(Look::EndLine)),
            '$' => Tree::leaf(Node::Look(Look::EndText)),
            scalar => self.scalar(scalar),
        }))
    }

    fn dot(&self) -> Tree {
        let newline = self.flags.dot_matches_newline;
        match (self.flags.unicode, newline) {
            (true, true) => Tree::class(vec![('\0', char::MAX)]),
            (true, false) => Tree::class(vec![('\0', '\x09'), ('\x0b', char::MAX)]),
            (false, true) => Tree::bytes(ByteSet::ALL),
            (false, false) => Tree::bytes(ByteSet::range(b'\n', b'\n').complement()),
        }
    }

    /// A character that stands for itself, in either case if the flag says so.
    pub(super) fn scalar(&self, scalar: char) -> Tree {
        let flags = &self.flags;
        // These have a case outside of ASCII: U+017F and U+212A.
        let wide = flags.unicode && (!scalar.is_ascii() || matches!(scalar, 'k' | 'K' | 's' | 'S'));
        match u8::try_from(scalar) {
            _ if !flags.ignore_case => Tree::scalar(scalar),
            _ if wide => folded(scalar),
            Ok(byte) if byte.is_ascii_alphabetic() => Tree::bytes(
                [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()]
                    .into_iter()
                    .collect(),
            ),
            _ => Tree::scalar(scalar),
        }
    }

    /// Reads comments and, with flag `x`, white space.
    pub(super) fn skip_ignored(&mut self) -> Result<(), Error> {
        loop {
            if self.flags.ignore_whitespace {
                self.cursor.skip_space();
            }
            let start = self.cursor.at();
            if !self.cursor.eat("(?#") {
                return Ok(());
            }
            if self.cursor.take_until(')').is_none() {
                return fail(Cause::UnclosedComment, self.cursor.since(start));
            }
            self.cursor.bump();
        }
    }

    /// The tree, unless it is too deep.
    pub(super) fn within_depth(&self, tree: Tree, start: usize) -> Result<Tree, Error> {
        if tree.depth > MAX_DEPTH {
            return fail(
                Cause::TooDeep { limit: MAX_DEPTH },
                self.cursor.since(start),
            );
        }
        Ok(tree)
    }

    /// Takes note of work and memory that are out of proportion to the pattern's length:
    /// ranges of classes, or what it takes to compute them.
    pub(super) fn charge(&mut self, units: usize, span: Span) -> Result<(), Error> {
        let left = self.allowance.checked_sub(units);
        self.allowance = left.ok_or(Error {
            cause: Cause::TooLarge,
            span,
        })?;
        Ok(())
    }
}

/// A scalar value and all that differ from it in case only.
fn folded(scalar: char) -> Tree {
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(scalar, scalar)]);
    class.case_fold_simple();
    Tree::class(
        class
            .iter()
            .map(|range| (range.start(), range.end()))
            .collect(),
    )
}

pub(super) fn fail<T>(cause: Cause, span: Span) -> Result<T, Error> {
    Err(Error { cause, span })
}
