//! Trees from those of `regex-syntax`, so that what is tested is no parser.

use std::boxed::Box;
use std::vec;
use std::vec::Vec;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{self as theirs, HirKind};

use crate::hir::{Class, Greed, Hir, Node, Repeat};
use crate::look::Look;
use crate::set::ByteSet;

/// What stands for `\Z`, which the crate has not got.
pub(crate) const Z: &str = r"\b{start-half}";

/// The tree of a pattern.
pub(crate) fn translate(pattern: &str, unicode: bool) -> Hir {
    let mut parser = ParserBuilder::new().unicode(unicode).utf8(unicode).build();
    let hir = parser.parse(pattern).unwrap();
    let groups = hir.properties().explicit_captures_len() + 1;
    Hir {
        root: node(&hir),
        groups: vec![None; groups],
        unicode,
    }
}

fn node(hir: &theirs::Hir) -> Node {
    let nodes = |parts: &[theirs::Hir]| parts.iter().map(node).collect();
    match hir.kind() {
        HirKind::Empty => Node::Empty,
        HirKind::Literal(literal) => Node::Literal(literal.0.clone()),
        HirKind::Class(theirs::Class::Bytes(class)) => {
            let ranges = class
                .iter()
                .map(|range| ByteSet::range(range.start(), range.end()));
            Node::Bytes(ranges.fold(ByteSet::EMPTY, |all, some| all.union(&some)))
        }
        HirKind::Class(theirs::Class::Unicode(class)) => unicode_class(class),
        HirKind::Look(found) => Node::Look(look(*found)),
        HirKind::Repetition(repetition) => Node::Repeat(Repeat {
            min: repetition.min,
            max: repetition.max,
            greed: if repetition.greedy {
                Greed::Greedy
            } else {
                Greed::Lazy
            },
            body: Box::new(node(&repetition.sub)),
        }),
        HirKind::Capture(capture) => Node::Capture {
            index: capture.index,
            body: Box::new(node(&capture.sub)),
        },
        HirKind::Concat(parts) => Node::Concat(nodes(parts)),
        HirKind::Alternation(parts) => Node::Alternate(nodes(parts)),
    }
}

fn unicode_class(class: &theirs::ClassUnicode) -> Node {
    let ranges = class.iter().map(|range| (range.start(), range.end()));
    let class = Class::new(ranges.collect::<Vec<_>>());
    match class.ranges().last() {
        Some(last) if last.1 >= '\u{80}' => Node::Class(class),
        _ => Node::Bytes(*class.ascii()),
    }
}

fn look(look: theirs::Look) -> Look {
    match look {
        theirs::Look::Start => Look::StartText,
        theirs::Look::End => Look::EndText,
        theirs::Look::StartLF => Look::StartLine,
        theirs::Look::EndLF => Look::EndLine,
        theirs::Look::WordAscii => Look::WordAscii,
        theirs::Look::WordAsciiNegate => Look::NotWordAscii,
        theirs::Look::WordUnicode => Look::Word,
        theirs::Look::WordUnicodeNegate => Look::NotWord,
        theirs::Look::WordStartHalfUnicode => Look::EndTextOrNewline,
        other => panic!("{other:?} is not in our patterns"),
    }
}
