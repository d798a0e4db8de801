//! Makes nodes, in the form that [`crate::hir`] promises.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem;

use crate::hir::{Around, Class, Greed, Node, Repeat};
use crate::set::ByteSet;

/// A node, and a bound of its depth: of how many nodes are within one another.
pub(super) struct Tree {
    pub(super) node: Node,
    pub(super) depth: usize,
}

impl Tree {
    /// A node without parts.
    pub(super) fn leaf(node: Node) -> Self {
        Self { node, depth: 1 }
    }

    /// A node around a body.
    pub(super) fn around(body: Self, wrap: impl FnOnce(Box<Node>) -> Node) -> Self {
        Self {
            node: wrap(Box::new(body.node)),
            depth: body.depth + 1,
        }
    }

    pub(super) fn literal(bytes: &[u8]) -> Self {
        Self::leaf(if bytes.is_empty() {
            Node::Empty
        } else {
            Node::Literal(bytes.into())
        })
    }

    pub(super) fn scalar(scalar: char) -> Self {
        Self::literal(scalar.encode_utf8(&mut [0; 4]).as_bytes())
    }

    pub(super) fn bytes(set: ByteSet) -> Self {
        match set.single() {
            Some(byte) => Self::literal(&[byte]),
            None => Self::leaf(Node::Bytes(set)),
        }
    }

    /// The class of ranges such as [`Class::new`] takes.
    pub(super) fn class(ranges: Vec<(char, char)>) -> Self {
        match ranges[..] {
            [(first, last)] if first == last => Self::scalar(first),
            [.., (_, '\u{80}'..)] => Self::leaf(Node::Class(Class::new(ranges))),
            _ => Self::bytes(*Class::new(ranges).ascii()),
        }
    }

    /// A body again and again. Of nothing, or not once, it is nothing.
    pub(super) fn repeat(self, (min, max): (u32, Option<u32>), greed: Greed) -> Self {
        match (self.node, max) {
            (Node::Empty, _) | (_, Some(0)) => Self::leaf(Node::Empty),
            (node, Some(1)) if min == 1 && greed != Greed::Possessive => Self { node, ..self },
            (node, max) => Self::around(Self { node, ..self }, |body| {
                Node::Repeat(Repeat {
                    min,
                    max,
                    greed,
                    body,
                })
            }),
        }
    }

    pub(super) fn capture(self, index: u32) -> Self {
        Self::around(self, |body| Node::Capture { index, body })
    }

    pub(super) fn atomic(self) -> Self {
        Self::around(self, Node::Atomic)
    }

    pub(super) fn look(self, behind: bool, negated: bool) -> Self {
        Self::around(self, |body| {
            Node::Around(Around {
                behind,
                negated,
                body,
            })
        })
    }
}

/// Trees one after the other.
#[derive(Default)]
pub(super) struct Sequence {
    parts: Vec<Node>,
    literal: Vec<u8>,
    depth: usize,
}

impl Sequence {
    pub(super) fn push(&mut self, tree: Tree) {
        self.depth = self.depth.max(tree.depth);
        match tree.node {
            Node::Concat(parts) => parts.into_iter().for_each(|part| self.append(part)),
            node => self.append(node),
        }
    }

    fn append(&mut self, node: Node) {
        match node {
            Node::Empty => {}
            Node::Literal(bytes) => self.literal.extend_from_slice(&bytes),
            node => {
                self.end_literal();
                self.parts.push(node);
            }
        }
    }

    fn end_literal(&mut self) {
        if !self.literal.is_empty() {
            let bytes = mem::take(&mut self.literal);
            self.parts.push(Node::Literal(bytes.into()));
        }
    }

    pub(super) fn finish(mut self) -> Tree {
        self.end_literal();
        match self.parts.len() {
            0 => Tree::leaf(Node::Empty),
            1 => Tree {
                node: self.parts.remove(0),
                depth: self.depth,
            },
            _ => Tree {
                node: Node::Concat(self.parts),
                depth: self.depth + 1,
            },
        }
    }
}

/// Trees, one or the other.
#[derive(Default)]
pub(super) struct Alternatives {
    parts: Vec<Node>,
    depth: usize,
}

impl Alternatives {
    pub(super) fn push(&mut self, tree: Tree) {
        self.depth = self.depth.max(tree.depth);
        match tree.node {
            Node::Alternate(parts) => self.parts.extend(parts),
            node => self.parts.push(node),
        }
    }

    pub(super) fn finish(mut self) -> Tree {
        match self.parts.len() {
            1 => Tree {
                node: self.parts.remove(0),
                depth: self.depth,
            },
            _ => Tree {
                node: Node::Alternate(self.parts),
                depth: self.depth + 1,
            },
        }
    }
}
