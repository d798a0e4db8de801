//! Which engine searches.

use core::fmt;

use crate::hir::{Hir, Node};

/// An engine, or the choice of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineKind {
    /// The one that the pattern asks for: a search for a literal, an automaton where that
    /// can do it, and backtracking for the rest, in machine code after enough work.
    Auto,
    /// Search for a literal.
    Atom,
    /// An automaton whose states are made by need, and a simulation of one for groups.
    Linear,
    /// The simulation alone.
    Pike,
    /// The executor of the backtracker's programs.
    Backtrack,
    /// Those programs as machine code.
    Jit,
}

impl EngineKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Auto,
        Self::Atom,
        Self::Linear,
        Self::Pike,
        Self::Backtrack,
        Self::Jit,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Atom => "atom",
            Self::Linear => "linear",
            Self::Pike => "pike",
            Self::Backtrack => "backtrack",
            Self::Jit => "jit",
        }
    }

    /// What [`Self::Auto`] comes to. A pattern that an automaton could search for, but only
    /// with too many states, is left to the backtracker by whoever finds that out.
    pub fn of(hir: &Hir) -> Self {
        match &hir.root {
            Node::Literal(_) => Self::Atom,
            root if root.is_regular() => Self::Linear,
            _ => Self::Backtrack,
        }
    }
}

impl fmt::Display for EngineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
