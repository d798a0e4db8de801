//! The encodings of a class's members, as a graph over bytes.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use regex_syntax::utf8::{Utf8Range, Utf8Sequences};

use super::nfa::Edge;
use crate::hir::Class;

/// The node that ends every path.
pub(super) const LAST: u32 = 0;

/// A graph without cycles, whose paths from its last node to [`LAST`] are encodings. Nodes
/// that the same paths lead on from are one; an edge leads to a node with a lower index.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    /// The edges of each node; [`LAST`] has none.
    pub(super) nodes: Vec<Vec<Edge>>,
    known: BTreeMap<Vec<Edge>, u32>,
}

impl Graph {
    /// Of the encodings of a class's members.
    pub(super) fn new(class: &Class) -> Self {
        let ranges = class.ranges().iter();
        let sequences = ranges.flat_map(|&(first, last)| Utf8Sequences::new(first, last));
        let sequences: Vec<_> = sequences.collect();
        let paths: Vec<_> = sequences.iter().map(|path| path.as_slice()).collect();
        let mut graph = Self::empty();
        graph.node_of_paths(&paths);
        graph
    }

    /// Of the same encodings read backward. Its edges may overlap.
    pub(super) fn reversed(&self) -> Self {
        let root = self.nodes.len() as u32 - 1;
        let mut nodes = vec![vec![]; self.nodes.len()];
        for (edges, from) in self.nodes.iter().zip(0..) {
            for &edge in edges {
                let into: &mut Vec<Edge> = &mut nodes[(root - edge.to) as usize];
                into.push(Edge {
                    to: root - from,
                    ..edge
                });
            }
        }
        nodes.iter_mut().for_each(|edges| edges.sort_unstable());
        Self {
            nodes,
            known: BTreeMap::new(),
        }
    }

    fn empty() -> Self {
        Self {
            nodes: vec![vec![]],
            known: BTreeMap::new(),
        }
    }

    /// The node that sorted paths lead on from. Their first ranges are equal or disjoint:
    /// a range of several bytes has all continuations behind it.
    fn node_of_paths(&mut self, paths: &[&[Utf8Range]]) -> u32 {
        if paths.iter().any(|path| path.is_empty()) {
            return LAST;
        }
        let mut edges = vec![];
        for group in paths.chunk_by(|a, b| a[0] == b[0]) {
            let tails: Vec<_> = group.iter().map(|path| &path[1..]).collect();
            let to = self.node_of_paths(&tails);
            let Utf8Range { start, end } = group[0][0];
            add_edge(&mut edges, start, end, to);
        }
        self.node(edges)
    }

    fn node(&mut self, edges: Vec<Edge>) -> u32 {
        if let Some(&node) = self.known.get(&edges) {
            return node;
        }
        let node = self.nodes.len() as u32;
        self.nodes.push(edges.clone());
        self.known.insert(edges, node);
        node
    }
}

fn add_edge(edges: &mut Vec<Edge>, low: u8, high: u8, to: u32) {
    match edges.last_mut() {
        Some(last) if last.to == to && last.high.checked_add(1) == Some(low) => last.high = high,
        _ => edges.push(Edge { low, high, to }),
    }
}

/// The graphs of the classes that a pattern had last.
#[derive(Default)]
pub(super) struct Graphs<'h>(Vec<Kept<'h>>);

struct Kept<'h> {
    class: &'h Class,
    graph: Rc<Graph>,
    reversed: Option<Rc<Graph>>,
}

/// How many of them are kept.
const MOST: usize = 8;

impl<'h> Graphs<'h> {
    /// The graph of `class`.
    pub(super) fn forward(&mut self, class: &'h Class) -> Rc<Graph> {
        self.kept(class).graph.clone()
    }

    /// Its reversal.
    pub(super) fn backward(&mut self, class: &'h Class) -> Rc<Graph> {
        let Kept {
            graph, reversed, ..
        } = self.kept(class);
        let reversed = reversed.get_or_insert_with(|| Rc::new(graph.reversed()));
        reversed.clone()
    }

    fn kept(&mut self, class: &'h Class) -> &mut Kept<'h> {
        let place = self.0.iter().position(|kept| kept.class == class);
        let place = place.unwrap_or_else(|| {
            if self.0.len() == MOST {
                self.0.remove(0);
            }
            self.0.push(Kept {
                class,
                graph: Rc::new(Graph::new(class)),
                reversed: None,
            });
            self.0.len() - 1
        });
        &mut self.0[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex_syntax::hir::{Class as Parsed, HirKind};

    fn class(pattern: &str) -> Class {
        let hir = regex_syntax::parse(pattern).unwrap();
        let HirKind::Class(Parsed::Unicode(class)) = hir.kind() else {
            panic!("{pattern} is no class");
        };
        let ranges = class.iter().map(|range| (range.start(), range.end()));
        Class::new(ranges.collect::<Vec<_>>())
    }

    fn leads_to_last(graph: &Graph, bytes: impl Iterator<Item = u8>) -> bool {
        let mut nodes = vec![graph.nodes.len() as u32 - 1];
        for byte in bytes {
            let edges = nodes.iter().flat_map(|&node| &graph.nodes[node as usize]);
            let edges = edges.filter(|edge| (edge.low..=edge.high).contains(&byte));
            nodes = edges.map(|edge| edge.to).collect();
        }
        nodes == [LAST]
    }

    #[test]
    fn paths_are_the_encodings_of_members_in_both_directions() {
        for pattern in [
            r"\w",
            r"\W",
            r"\s",
            r".",
            r"[a-cé]",
            r"[^\x00-\x{ffff}]",
            r"[\x{7f}-\x{800}]",
        ] {
            let class = class(pattern);
            let forward = Graph::new(&class);
            let backward = forward.reversed();
            // A prime number apart, and all of the first planes' denser part.
            for scalar in ('\0'..'\u{3000}').chain(('\u{3000}'..=char::MAX).step_by(31)) {
                let bytes = &mut [0; 4];
                let bytes = scalar.encode_utf8(bytes).as_bytes();
                let expected = class.contains(scalar);
                assert_eq!(
                    leads_to_last(&forward, bytes.iter().copied()),
                    expected,
                    "{pattern} {scalar:?}"
                );
                assert_eq!(
                    leads_to_last(&backward, bytes.iter().rev().copied()),
                    expected,
                    "{pattern} {scalar:?}"
                );
            }
        }
    }

    fn size(graph: &Graph) -> usize {
        graph.nodes.iter().map(Vec::len).sum()
    }

    #[test]
    fn paths_share_what_they_end_in() {
        let class = class(r"\w");
        let ranges = class.ranges().len();
        let graph = Graph::new(&class);
        assert!(graph.nodes.len() < ranges, "{} nodes", graph.nodes.len());
        assert!(size(&graph) < 2 * ranges, "{} edges", size(&graph));
    }
}
