//! Literals that every match has in it.

use alloc::vec::Vec;

use super::program::Required;
use crate::hir::Node;

/// Shorter ones are too common to be worth a search of their own.
const LEAST: usize = 3;

/// The longest literal that every match of `root` has in it.
pub fn required(root: &Node) -> Option<Required> {
    let mut found = Found {
        best: None,
        offset: Some(0),
    };
    found.walk(root);
    found.best.filter(|best| best.bytes.len() >= LEAST)
}

struct Found {
    best: Option<Required>,
    /// How far behind the match's beginning the walk is, if that is the same for all matches.
    offset: Option<usize>,
}

impl Found {
    /// Goes over what `node` matches in any case, in order.
    fn walk(&mut self, node: &Node) {
        match node {
            Node::Literal(bytes) => self.offer(bytes),
            Node::Concat(parts) => return parts.iter().for_each(|part| self.walk(part)),
            Node::Capture { body, .. } | Node::Atomic(body) => return self.walk(body),
            Node::Repeat(repeat) if repeat.min > 0 => {
                let start = self.offset;
                self.walk(&repeat.body);
                self.offset = start;
            }
            _ => {}
        }
        self.pass(node);
    }

    fn offer(&mut self, bytes: &[u8]) {
        let longest = self.best.as_ref().map_or(0, |best| best.bytes.len());
        if bytes.len() > longest {
            self.best = Some(Required {
                bytes: Vec::from(bytes),
                offset: self.offset,
            });
        }
    }

    fn pass(&mut self, node: &Node) {
        let length = match node.lengths() {
            (least, Some(most)) if least == most => Some(least),
            _ => None,
        };
        let sum = self.offset.zip(length).and_then(|(a, b)| a.checked_add(b));
        self.offset = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Options, parse};

    #[test]
    fn the_longest_literal_counts_and_its_offset_where_that_is_fixed() {
        let cases = [
            ("abc", "abc", Some(0)),
            ("[0-9]{4}abc", "abc", Some(4)),
            ("x+abc(defg)", "defg", None),
            ("(?:abcd)*xyz", "xyz", None),
            ("(?:abcd){2,3}xyz", "abcd", Some(0)),
            ("(?:abcd){2}efghi", "efghi", Some(8)),
            ("abc|abd", "", None),
            ("(?=abcd)ab", "", None),
        ];
        for (pattern, literal, offset) in cases {
            let hir = parse(pattern, &Options::default()).unwrap();
            let found = required(&hir.root).unwrap_or(Required {
                bytes: Vec::new(),
                offset: None,
            });
            assert_eq!(
                (&*found.bytes, found.offset),
                (literal.as_bytes(), offset),
                "{pattern}"
            );
        }
    }
}
