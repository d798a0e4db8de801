//! Classes: what `regex_syntax` says is in them.

use alloc::vec::Vec;

use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::build::Tree;
use super::error::{Cause, Error};
use super::extent::Extent;
use super::parser::{Parser, fail};
use super::{MAX_DEPTH, Options};
use crate::Span;
use crate::set::ByteSet;

/// The greatest length of a class: the time for one may grow with its length's square.
const MAX_CLASS: usize = 1 << 14;

/// What a class or an escape in one costs: about as much as so many ranges.
const COST: usize = 1 << 6;

/// By how much all is more with flag `i`.
const COST_OF_CASE: usize = 1 << 3;

impl Parser<'_> {
    /// What is behind a `[`, which is at `start`.
    pub(super) fn class(&mut self, start: usize) -> Result<Tree, Error> {
        let opening = self.cursor.since(start);
        let mut extent = Extent {
            cursor: self.cursor,
            spaced: self.flags.ignore_whitespace,
            costs: 1,
        };
        if extent.skip_class().is_none() {
            return fail(Cause::UnclosedClass, opening);
        }
        self.cursor = extent.cursor;
        self.translated(extent.costs, start)
    }

    /// `\d` and its like, which have been read.
    pub(super) fn named_class(&mut self, start: usize) -> Result<Tree, Error> {
        self.translated(0, start)
    }

    /// `\pL` or `\p{..}`, of which the `\p` has been read.
    pub(super) fn property(&mut self, start: usize) -> Result<Tree, Error> {
        if self.cursor.eat("{") {
            self.cursor.take_until('}');
        }
        self.cursor.bump();
        self.translated(1, start)
    }

    /// The class whose text has been read from `start` on, and that costs so many units.
    fn translated(&mut self, costs: usize, start: usize) -> Result<Tree, Error> {
        let span = self.cursor.since(start);
        if span.end - span.start > MAX_CLASS {
            return fail(Cause::LongClass { limit: MAX_CLASS }, span);
        }
        let wide = self.flags.unicode && self.flags.ignore_case;
        self.charge(costs * COST * if wide { COST_OF_CASE } else { 1 }, span)?;
        let hir = translate(self.cursor.text(span), &self.flags, start)?;
        match hir.into_kind() {
            HirKind::Literal(literal) => Ok(Tree::literal(&literal.0)),
            HirKind::Class(Class::Unicode(class)) => {
                self.charge(class.ranges().len(), span)?;
                let ranges = class.iter().map(|range| (range.start(), range.end()));
                Ok(Tree::class(ranges.collect::<Vec<_>>()))
            }
            HirKind::Class(Class::Bytes(class)) => {
                let bytes = class.iter().flat_map(|range| range.start()..=range.end());
                Ok(Tree::bytes(bytes.collect::<ByteSet>()))
            }
            // If the end was found where `regex_syntax` sees none.
            _ => fail(Cause::UnclosedClass, span),
        }
    }
}

/// What `regex_syntax` says of a class, whose text is at `start` of the pattern.
fn translate(text: &str, flags: &Options, start: usize) -> Result<Hir, Error> {
    let place = |span: &regex_syntax::ast::Span| Span {
        start: start + span.start.offset,
        end: start + span.end.offset,
    };
    let ast = ParserBuilder::new()
        .nest_limit(MAX_DEPTH as u32)
        .ignore_whitespace(flags.ignore_whitespace)
        .build()
        .parse(text)
        .map_err(|error| Error {
            span: place(error.span()),
            cause: Cause::ClassSyntax(error.kind().clone()),
        })?;
    TranslatorBuilder::new()
        .unicode(flags.unicode)
        .utf8(false)
        .case_insensitive(flags.ignore_case)
        .build()
        .translate(text, &ast)
        .map_err(|error| Error {
            span: place(error.span()),
            cause: Cause::ClassMeaning(error.kind().clone()),
        })
}
