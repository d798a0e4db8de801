//! The automaton that a pattern becomes, over bytes.

use alloc::vec::Vec;

use super::side::Assertion;

/// The index of a state.
pub(super) type StateId = u32;

/// A state, and where it leads.
#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    /// Over one byte, by the edge that has it.
    Edges(Edges),
    /// To the first and, with lower priority, to the second. They are numbered.
    Split(StateId, StateId, u32),
    /// Onward if an assertion holds.
    Assert(Assertion, StateId),
    /// Onward, with the position written to a slot.
    Save(u32, StateId),
    /// The pattern has matched.
    Match,
}

/// Edges of one state, in ascending order. No byte is in two of them, unless the automaton
/// reads backward.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edges {
    pub(super) first: u32,
    pub(super) count: u32,
}

/// A way over a byte from `low` to `high`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) low: u8,
    pub(super) high: u8,
    pub(super) to: StateId,
}

/// How many edges are looked at one after the other.
const FEW: usize = 4;

/// An automaton. For a pattern that is read backward it has no slots.
#[derive(Clone, Debug)]
pub(super) struct Nfa {
    pub(super) states: Vec<State>,
    pub(super) edges: Vec<Edge>,
    /// Where a match begins.
    pub(super) start: StateId,
    /// As `start`, but with lower priority also over any byte and back to here.
    pub(super) anywhere: StateId,
    /// How many [`State::Split`] there are.
    pub(super) splits: u32,
    /// The assertions in it, each once.
    pub(super) assertions: Vec<Assertion>,
}

impl Nfa {
    pub(super) fn state(&self, state: StateId) -> State {
        self.states[state as usize]
    }

    pub(super) fn edges(&self, edges: Edges) -> &[Edge] {
        let first = edges.first as usize;
        &self.edges[first..first + edges.count as usize]
    }

    /// Where `byte` leads if no two edges have it.
    #[inline]
    pub(super) fn over(&self, edges: Edges, byte: u8) -> Option<StateId> {
        let edges = self.edges(edges);
        // What is ASCII is in one of the first few edges, of what may be very many.
        let mut early = edges.iter().take(FEW);
        let edge = match early.find(|edge| byte <= edge.high) {
            Some(edge) => edge,
            None => edges.get(edges.partition_point(|edge| edge.high < byte))?,
        };
        (edge.low <= byte).then_some(edge.to)
    }

    /// Where `byte` leads.
    pub(super) fn all_over(&self, edges: Edges, byte: u8) -> impl Iterator<Item = StateId> {
        let edges = self.edges(edges).iter();
        let edges = edges.take_while(move |edge| edge.low <= byte);
        edges
            .filter(move |edge| byte <= edge.high)
            .map(|edge| edge.to)
    }
}
