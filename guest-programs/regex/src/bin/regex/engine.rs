//! The engines that a pattern can be run by.

use core::fmt;

use rvregex::engine::EngineKind;

/// An engine of this crate, or of one that it is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One of [`rvregex`].
    Ours(EngineKind),
    /// `regex_automata::meta`, which is what the crate `regex` runs.
    Meta,
    /// Its lazy DFA alone.
    Hybrid,
    /// Its simulation of an NFA alone.
    PikeVm,
    /// Its backtracker alone, which wants short haystacks.
    Bounded,
    /// `fancy_regex`.
    Fancy,
}

impl Engine {
    /// Those of other crates.
    const PEERS: [Self; 5] = [
        Self::Meta,
        Self::Hybrid,
        Self::PikeVm,
        Self::Bounded,
        Self::Fancy,
    ];

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let ours = EngineKind::ALL.into_iter().map(Self::Ours);
        ours.chain(Self::PEERS)
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours(kind) => kind.name(),
            Self::Meta => "regex-automata",
            Self::Hybrid => "regex-automata-hybrid",
            Self::PikeVm => "regex-automata-pikevm",
            Self::Bounded => "regex-automata-backtrack",
            Self::Fancy => "fancy-regex",
        }
    }

    /// The engine of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|engine| engine.name() == name)
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
