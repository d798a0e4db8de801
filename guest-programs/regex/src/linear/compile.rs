//! From a pattern to its automaton.
//!
//! Each part is compiled with the state to go on at behind it, so a part's states exist
//! before those of the part in front of it, and nothing but loops has to be patched.

use alloc::vec;
use alloc::vec::Vec;
use core::mem::size_of;

use super::error::NotLinear;
use super::graph::{Graph, Graphs, LAST};
use super::nfa::{Edge, Edges, Nfa, State, StateId};
use super::side::Assertion;
use crate::hir::{Class, Greed, Hir, Node, Repeat};
use crate::set::ByteSet;

/// Which way the automaton reads the haystack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Backward,
}

/// The automaton of `hir`, in at most `limit` bytes.
pub(super) fn compile<'h>(
    hir: &'h Hir,
    direction: Direction,
    limit: usize,
    graphs: &mut Graphs<'h>,
) -> Result<Nfa, NotLinear> {
    let mut compiler = Compiler::new(direction, limit, graphs);
    let end = compiler.push(State::Match)?;
    compiler.nfa.start = compiler.capture(0, &hir.root, end)?;
    // Nothing else of a Unicode pattern than the empty string can match amid an encoding.
    if direction == Direction::Forward && hir.unicode && hir.root.nullable() {
        compiler.nfa.start = compiler.assert(Assertion::Boundary, compiler.nfa.start)?;
    }
    compiler.nfa.anywhere = compiler.anywhere()?;
    Ok(compiler.nfa)
}

struct Compiler<'h, 'g> {
    nfa: Nfa,
    direction: Direction,
    limit: usize,
    used: usize,
    graphs: &'g mut Graphs<'h>,
}

type Compiled = Result<StateId, NotLinear>;

impl<'h, 'g> Compiler<'h, 'g> {
    fn new(direction: Direction, limit: usize, graphs: &'g mut Graphs<'h>) -> Self {
        let nfa = Nfa {
            states: vec![],
            edges: vec![],
            start: 0,
            anywhere: 0,
            splits: 0,
            assertions: vec![],
        };
        Self {
            nfa,
            direction,
            limit,
            used: 0,
            graphs,
        }
    }

    /// The start of `node`, which goes on at `next`.
    fn node(&mut self, node: &'h Node, next: StateId) -> Compiled {
        // Also what makes no state is charged for, as it may be repeated.
        self.charge(size_of::<State>())?;
        match node {
            Node::Empty => Ok(next),
            Node::Literal(bytes) => self.literal(bytes, next),
            Node::Bytes(set) => self.bytes(set, next),
            Node::Class(class) => self.class(class, next),
            Node::Look(look) => self.assert(Assertion::Look(*look), next),
            Node::Repeat(repeat) => self.repeat(repeat, next),
            Node::Capture { index, body } => self.capture(*index, body, next),
            Node::Concat(parts) => self.concat(parts, next),
            Node::Alternate(parts) => self.alternate(parts, next),
            Node::Atomic(_) | Node::Around(_) | Node::Backreference { .. } => {
                Err(NotLinear::NotRegular)
            }
        }
    }

    fn literal(&mut self, bytes: &[u8], next: StateId) -> Compiled {
        match self.direction {
            Direction::Forward => bytes
                .iter()
                .rev()
                .try_fold(next, |next, &byte| self.byte(byte, next)),
            Direction::Backward => bytes
                .iter()
                .try_fold(next, |next, &byte| self.byte(byte, next)),
        }
    }

    fn byte(&mut self, byte: u8, next: StateId) -> Compiled {
        let edge = Edge {
            low: byte,
            high: byte,
            to: next,
        };
        self.edges([edge])
    }

    fn bytes(&mut self, set: &ByteSet, next: StateId) -> Compiled {
        let mut edges: Vec<Edge> = vec![];
        for byte in set.iter() {
            match edges.last_mut() {
                Some(last) if last.high + 1 == byte => last.high = byte,
                _ => edges.push(Edge {
                    low: byte,
                    high: byte,
                    to: next,
                }),
            }
        }
        self.edges(edges)
    }

    fn class(&mut self, class: &'h Class, next: StateId) -> Compiled {
        let graph = match self.direction {
            Direction::Forward => self.graphs.forward(class),
            Direction::Backward => self.graphs.backward(class),
        };
        self.copy(&graph, next)
    }

    fn copy(&mut self, graph: &Graph, next: StateId) -> Compiled {
        let mut states = vec![next];
        for edges in graph.nodes.iter().skip(LAST as usize + 1) {
            let edge = |edge: &Edge| Edge {
                to: states[edge.to as usize],
                ..*edge
            };
            let state = self.edges(edges.iter().map(edge))?;
            states.push(state);
        }
        Ok(states[states.len() - 1])
    }

    fn capture(&mut self, group: u32, body: &'h Node, next: StateId) -> Compiled {
        if self.direction == Direction::Backward {
            return self.node(body, next);
        }
        let end = self.push(State::Save(2 * group + 1, next))?;
        let start = self.node(body, end)?;
        self.push(State::Save(2 * group, start))
    }

    fn concat(&mut self, parts: &'h [Node], next: StateId) -> Compiled {
        match self.direction {
            Direction::Forward => parts
                .iter()
                .rev()
                .try_fold(next, |next, part| self.node(part, next)),
            Direction::Backward => parts
                .iter()
                .try_fold(next, |next, part| self.node(part, next)),
        }
    }

    fn alternate(&mut self, parts: &'h [Node], next: StateId) -> Compiled {
        let Some((last, others)) = parts.split_last() else {
            return Ok(next);
        };
        let last = self.node(last, next)?;
        others.iter().rev().try_fold(last, |second, part| {
            let first = self.node(part, next)?;
            self.split(first, second)
        })
    }

    fn repeat(&mut self, repeat: &'h Repeat, next: StateId) -> Compiled {
        let (body, greed) = (&*repeat.body, repeat.greed);
        if greed == Greed::Possessive {
            return Err(NotLinear::NotRegular);
        }
        let (copies, rest) = match (repeat.min, repeat.max) {
            (min, Some(max)) => (min, self.at_most(max - min, body, greed, next)?),
            (0, None) => (0, self.star(body, greed, next)?),
            (min, None) => (min - 1, self.plus(body, greed, next)?.0),
        };
        (0..copies).try_fold(rest, |next, _| self.node(body, next))
    }

    /// `(x(x(x)?)?)?`: each round is tried only behind the one before it.
    fn at_most(&mut self, rounds: u32, body: &'h Node, greed: Greed, exit: StateId) -> Compiled {
        (0..rounds).try_fold(exit, |next, _| {
            let round = self.node(body, next)?;
            self.choice(greed, round, exit)
        })
    }

    /// One round or more: where it begins, and where it is decided upon another one.
    fn plus(
        &mut self,
        body: &'h Node,
        greed: Greed,
        exit: StateId,
    ) -> Result<(StateId, StateId), NotLinear> {
        let again = self.choice(greed, exit, exit)?;
        let start = self.node(body, again)?;
        if let State::Split(first, second, _) = &mut self.nfa.states[again as usize] {
            *(if greed == Greed::Lazy { second } else { first }) = start;
        }
        Ok((start, again))
    }

    /// A round that matches the empty string ends the loop, since a state is entered but
    /// once at a position. So that it can still be entered to do so, the first round is
    /// decided upon by another state than all others.
    fn star(&mut self, body: &'h Node, greed: Greed, exit: StateId) -> Compiled {
        let (start, again) = self.plus(body, greed, exit)?;
        match body.nullable() {
            true => self.choice(greed, start, exit),
            false => Ok(again),
        }
    }

    fn anywhere(&mut self) -> Compiled {
        let here = self.nfa.states.len() as StateId;
        let any = Edge {
            low: 0,
            high: u8::MAX,
            to: here + 1,
        };
        let any = self.edges([any])?;
        self.split(self.nfa.start, any)
    }

    fn choice(&mut self, greed: Greed, round: StateId, exit: StateId) -> Compiled {
        match greed {
            Greed::Lazy => self.split(exit, round),
            Greed::Greedy | Greed::Possessive => self.split(round, exit),
        }
    }

    fn split(&mut self, first: StateId, second: StateId) -> Compiled {
        let number = self.nfa.splits;
        self.nfa.splits += 1;
        self.push(State::Split(first, second, number))
    }

    fn assert(&mut self, assertion: Assertion, next: StateId) -> Compiled {
        if !self.nfa.assertions.contains(&assertion) {
            self.nfa.assertions.push(assertion);
        }
        self.push(State::Assert(assertion, next))
    }

    fn edges(&mut self, edges: impl IntoIterator<Item = Edge>) -> Compiled {
        let first = self.nfa.edges.len();
        self.nfa.edges.extend(edges);
        let count = self.nfa.edges.len() - first;
        self.charge(count * size_of::<Edge>())?;
        self.push(State::Edges(Edges {
            first: first as u32,
            count: count as u32,
        }))
    }

    fn push(&mut self, state: State) -> Compiled {
        self.charge(size_of::<State>())?;
        self.nfa.states.push(state);
        Ok(self.nfa.states.len() as StateId - 1)
    }

    fn charge(&mut self, bytes: usize) -> Result<(), NotLinear> {
        self.used += bytes;
        let limit = self.limit.min(u32::MAX as usize);
        match self.used <= limit {
            true => Ok(()),
            false => Err(NotLinear::TooLarge { limit }),
        }
    }
}
