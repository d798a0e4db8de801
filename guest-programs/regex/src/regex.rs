//! A compiled pattern, whatever engine searches for it.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::atom::Atom;
use crate::backtrack::{Backtrack, NoJit, TooLarge};
use crate::budget::{Budget, BudgetExceeded};
use crate::engine::EngineKind;
use crate::hir::{Hir, Node};
use crate::linear::{Linear, NotLinear, Pike};
use crate::syntax::{self, Options};
use crate::{NONE, Span};

/// A compiled pattern with what its searches need, which is why they want `&mut`.
///
/// ```
/// use rvregex::Regex;
///
/// let mut doubled = Regex::new(r"\b(\w+) \1\b")?;
/// let found = doubled.find_at(b"once in a a while", 0)?;
/// assert_eq!(found.map(|span| (span.start, span.end)), Some((8, 11)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Regex {
    engine: Engine,
    groups: Vec<Option<String>>,
    slots: Vec<usize>,
}

#[derive(Debug)]
enum Engine {
    Atom(Atom),
    Linear(Box<Linear>),
    Pike(Box<Pike>),
    Backtrack(Box<Backtrack>),
}

/// How a pattern is to be read, and by what it is to be searched for.
#[derive(Clone, Debug)]
pub struct Builder {
    options: Options,
    engine: EngineKind,
    budget: Budget,
}

/// Why there is no [`Regex`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildError {
    /// The pattern is none.
    Syntax(syntax::Error),
    /// [`EngineKind::Atom`] was asked for, and the pattern is no literal.
    NotLiteral,
    /// There is no automaton of it, or too large a one.
    NotLinear(NotLinear),
    /// The backtracker's program would be too large.
    TooLarge(TooLarge),
    /// There is no machine code of it.
    NoJit(NoJit),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => error.fmt(f),
            Self::NotLiteral => f.write_str("the pattern is not a literal, as engine atom needs"),
            Self::NotLinear(error) => error.fmt(f),
            Self::TooLarge(error) | Self::NoJit(NoJit::TooLarge(error)) => error.fmt(f),
            Self::NoJit(NoJit::NoCode(error)) => error.fmt(f),
        }
    }
}

impl core::error::Error for BuildError {}

impl Builder {
    /// What searches; [`EngineKind::Auto`] unless told otherwise.
    pub fn engine(mut self, engine: EngineKind) -> Self {
        self.engine = engine;
        self
    }

    /// What one search may use.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// The flags that the pattern begins with.
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Compiles a pattern.
    pub fn build(&self, pattern: &str) -> Result<Regex, BuildError> {
        let hir = syntax::parse(pattern, &self.options).map_err(BuildError::Syntax)?;
        let engine = self.engine_for(&hir)?;
        let slots = vec![NONE; 2 * hir.groups.len()];
        let groups = hir.groups;
        Ok(Regex {
            engine,
            groups,
            slots,
        })
    }

    fn engine_for(&self, hir: &Hir) -> Result<Engine, BuildError> {
        let budget = self.budget;
        match self.engine {
            EngineKind::Auto => self.chosen(hir),
            EngineKind::Atom => match &hir.root {
                Node::Literal(bytes) => Ok(Engine::Atom(Atom::new(bytes))),
                _ => Err(BuildError::NotLiteral),
            },
            EngineKind::Linear => Linear::new(hir, budget)
                .map(|linear| Engine::Linear(Box::new(linear)))
                .map_err(BuildError::NotLinear),
            EngineKind::Pike => Pike::new(hir, budget)
                .map(|pike| Engine::Pike(Box::new(pike)))
                .map_err(BuildError::NotLinear),
            EngineKind::Backtrack => Backtrack::new(hir, budget)
                .map(|search| Engine::Backtrack(Box::new(search)))
                .map_err(BuildError::TooLarge),
            EngineKind::Jit => Backtrack::by_jit(hir, budget)
                .map(|search| Engine::Backtrack(Box::new(search)))
                .map_err(BuildError::NoJit),
        }
    }

    /// By what the pattern needs, and by backtracking where an automaton is too large.
    fn chosen(&self, hir: &Hir) -> Result<Engine, BuildError> {
        let engine = EngineKind::of(hir);
        if engine != EngineKind::Backtrack {
            let named = Self {
                engine,
                ..self.clone()
            }
            .engine_for(hir);
            if named.is_ok() {
                return named;
            }
        }
        Backtrack::tiered(hir, self.budget)
            .map(|search| Engine::Backtrack(Box::new(search)))
            .map_err(BuildError::TooLarge)
    }
}

impl Regex {
    /// The pattern with the usual flags, for the engine that suits it.
    pub fn new(pattern: &str) -> Result<Self, BuildError> {
        Self::builder().build(pattern)
    }

    /// What says how to compile a pattern.
    pub fn builder() -> Builder {
        Builder {
            options: Options::default(),
            engine: EngineKind::Auto,
            budget: Budget::default(),
        }
    }

    /// The engine that searches now; after enough work it may be another.
    pub fn engine(&self) -> EngineKind {
        match &self.engine {
            Engine::Atom(_) => EngineKind::Atom,
            Engine::Linear(_) => EngineKind::Linear,
            Engine::Pike(_) => EngineKind::Pike,
            Engine::Backtrack(search) if search.is_jit() => EngineKind::Jit,
            Engine::Backtrack(_) => EngineKind::Backtrack,
        }
    }

    /// The groups' names by number; group 0 is the whole match and has none.
    pub fn groups(&self) -> &[Option<String>] {
        &self.groups
    }

    /// The leftmost match that begins at or behind `at`; none where `at` is behind the end.
    /// What is before `at` counts for assertions and look-behind.
    pub fn find_at(&mut self, haystack: &[u8], at: usize) -> Result<Option<Span>, BudgetExceeded> {
        if at > haystack.len() {
            return Ok(None);
        }
        match &mut self.engine {
            Engine::Atom(atom) => {
                let length = atom.needle().len();
                let found = atom.find(haystack, at);
                Ok(found.map(|start| Span {
                    start,
                    end: start + length,
                }))
            }
            Engine::Linear(linear) => Ok(linear.find(haystack, at)),
            Engine::Pike(pike) => Ok(pike.find(haystack, at)),
            Engine::Backtrack(search) => {
                let found = search.search(haystack, at, &mut self.slots)?;
                Ok(found.then(|| span(&self.slots, 0)).flatten())
            }
        }
    }

    /// As [`Self::find_at`], with the groups: whether there is a match.
    pub fn captures_at(
        &mut self,
        haystack: &[u8],
        at: usize,
        captures: &mut Captures,
    ) -> Result<bool, BudgetExceeded> {
        if at > haystack.len() {
            return Ok(false);
        }
        captures.slots.clear();
        captures.slots.resize(2 * self.groups.len(), NONE);
        match &mut self.engine {
            Engine::Atom(_) => {
                let found = self.find_at(haystack, at)?;
                if let Some(Span { start, end }) = found {
                    captures.slots[..2].copy_from_slice(&[start, end]);
                }
                Ok(found.is_some())
            }
            Engine::Linear(linear) => Ok(linear.captures(haystack, at, &mut captures.slots)),
            Engine::Pike(pike) => Ok(pike.captures(haystack, at, &mut captures.slots)),
            Engine::Backtrack(search) => search.search(haystack, at, &mut captures.slots),
        }
    }

    /// All matches that do not overlap, from left to right. An empty match does not directly
    /// follow another match.
    pub fn find_iter<'r, 'h>(&'r mut self, haystack: &'h [u8]) -> Matches<'r, 'h> {
        Matches {
            regex: self,
            haystack,
            cursor: Cursor::default(),
        }
    }
}

/// Where a match's groups are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captures {
    slots: Vec<usize>,
}

impl Captures {
    /// Where group `index` is; nothing where it is not part of the match.
    pub fn get(&self, index: usize) -> Option<Span> {
        span(&self.slots, index)
    }

    /// How many groups there are, the whole match among them.
    pub fn len(&self) -> usize {
        self.slots.len() / 2
    }

    /// Whether there was no search yet.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }
}

fn span(slots: &[usize], index: usize) -> Option<Span> {
    match *slots.get(2 * index..2 * index + 2)? {
        [start, end] if end != NONE => Some(Span { start, end }),
        _ => None,
    }
}

/// Where to search on after a match.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cursor {
    at: usize,
    last_end: Option<usize>,
}

impl Cursor {
    /// The next match by `find`, which searches from a position on.
    pub fn next<E>(
        &mut self,
        mut find: impl FnMut(usize) -> Result<Option<Span>, E>,
    ) -> Result<Option<Span>, E> {
        loop {
            let Some(found) = find(self.at)? else {
                return Ok(None);
            };
            let empty = found.start == found.end;
            self.at = found.end + usize::from(empty);
            if !empty || self.last_end != Some(found.end) {
                self.last_end = Some(found.end);
                return Ok(Some(found));
            }
        }
    }
}

/// The iterator of [`Regex::find_iter`]. It ends behind an error.
#[derive(Debug)]
pub struct Matches<'r, 'h> {
    regex: &'r mut Regex,
    haystack: &'h [u8],
    cursor: Cursor,
}

impl Iterator for Matches<'_, '_> {
    type Item = Result<Span, BudgetExceeded>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = self.cursor.next(|at| self.regex.find_at(self.haystack, at));
        if found.is_err() {
            self.cursor.at = self.haystack.len() + 1;
        }
        found.transpose()
    }
}
