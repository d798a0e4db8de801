//! A compiled pattern, whichever engine it is for.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::fmt;

use regex_automata::MatchError;
use rvregex::budget::{Budget, BudgetExceeded};
use rvregex::engine::EngineKind;
use rvregex::syntax::Options;
use rvregex::{BuildError, Captures, Cursor, Regex, Span};

use crate::engine::Engine;
use crate::one_line;
use crate::peer::Peer;

/// How patterns are compiled.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// By what.
    pub engine: Engine,
    /// Flag `i`.
    pub ignore_case: bool,
    /// Whether classes are Unicode's and matches do not begin within a character.
    pub unicode: bool,
    /// What a search may use.
    pub budget: Budget,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            engine: Engine::Ours(EngineKind::Auto),
            ignore_case: false,
            unicode: true,
            budget: Budget::default(),
        }
    }
}

/// A compiled pattern.
pub enum Expression {
    /// By an engine of this crate.
    Ours(Box<Regex>, Captures),
    /// By one of `regex_automata`.
    Peer(Box<Peer>),
    /// By `fancy_regex`.
    Fancy(Box<fancy_regex::Regex>),
}

/// Why a pattern cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPattern {
    /// Why.
    pub cause: String,
    /// At which byte of the pattern, if it is about one.
    pub at: Option<usize>,
}

/// Why a search has no result.
#[derive(Debug)]
pub enum Failure {
    /// An engine of this crate has reached a limit.
    Ours(BudgetExceeded),
    /// One of `regex_automata` has.
    Peer(MatchError),
    /// `fancy_regex` has.
    Fancy(Box<fancy_regex::Error>),
    /// The engine cannot say where groups are.
    NoGroups(Engine),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ours(error) => error.fmt(f),
            Self::Peer(error) => write!(f, "budget exceeded: {error}"),
            Self::Fancy(error) => write!(f, "budget exceeded: {error}"),
            Self::NoGroups(engine) => write!(f, "engine {engine} does not find groups"),
        }
    }
}

impl From<BudgetExceeded> for Failure {
    fn from(error: BudgetExceeded) -> Self {
        Self::Ours(error)
    }
}

impl From<MatchError> for Failure {
    fn from(error: MatchError) -> Self {
        Self::Peer(error)
    }
}

impl From<fancy_regex::Error> for Failure {
    fn from(error: fancy_regex::Error) -> Self {
        Self::Fancy(Box::new(error))
    }
}

impl fmt::Display for BadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bad pattern: {}", self.cause)?;
        self.at
            .iter()
            .try_for_each(|at| write!(f, ", at byte {at}"))
    }
}

impl BadPattern {
    /// Lines that show where it is in `pattern`, by a caret.
    pub fn lines(&self, pattern: &str) -> String {
        let mut lines = alloc::format!("{self}\n    {}", one_line(pattern));
        if let Some(before) = self.at.and_then(|at| pattern.get(..at)) {
            let column = one_line(before).chars().count();
            lines += &alloc::format!("\n    {:column$}^", "");
        }
        lines
    }
}

impl Expression {
    /// Compiles a pattern.
    pub fn new(pattern: &str, settings: &Settings) -> Result<Self, BadPattern> {
        match settings.engine {
            Engine::Ours(kind) => ours(pattern, kind, settings),
            Engine::Fancy => fancy(pattern, settings),
            _ => Peer::new(pattern, settings).map(|peer| Self::Peer(Box::new(peer))),
        }
    }

    /// The engine that searches; after enough work it may be another.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Ours(regex, _) => Engine::Ours(regex.engine()),
            Self::Peer(peer) => peer.engine(),
            Self::Fancy(_) => Engine::Fancy,
        }
    }

    /// Hands the matches that do not overlap to `each`.
    pub fn for_each(&mut self, haystack: &[u8], mut each: impl FnMut(Span)) -> Result<(), Failure> {
        match self {
            Self::Ours(regex, _) => {
                for found in regex.find_iter(haystack) {
                    each(found?);
                }
            }
            Self::Peer(peer) => peer.for_each(haystack, each)?,
            Self::Fancy(regex) => {
                for found in regex.find_iter(haystack) {
                    let found = found?;
                    let (start, end) = (found.start(), found.end());
                    each(Span { start, end });
                }
            }
        }
        Ok(())
    }

    /// How many groups are part of the matches, with the whole match as one.
    pub fn groups(&mut self, haystack: &[u8]) -> Result<u64, Failure> {
        match self {
            Self::Ours(regex, captures) => Ok(groups(regex, captures, haystack)?),
            Self::Peer(peer) => peer.groups(haystack),
            Self::Fancy(regex) => {
                let matches = regex.captures_iter(haystack);
                let groups = matches.map(|found| Ok(found?.iter().flatten().count() as u64));
                groups.sum()
            }
        }
    }

    /// Whether there is a match.
    pub fn is_match(&mut self, haystack: &[u8]) -> Result<bool, Failure> {
        match self {
            Self::Ours(regex, _) => Ok(regex.find_at(haystack, 0)?.is_some()),
            Self::Peer(peer) => Ok(peer.is_match(haystack)?),
            Self::Fancy(regex) => Ok(regex.is_match(haystack)?),
        }
    }
}

fn ours(pattern: &str, kind: EngineKind, settings: &Settings) -> Result<Expression, BadPattern> {
    let options = Options {
        unicode: settings.unicode,
        ignore_case: settings.ignore_case,
        ..Options::default()
    };
    let builder = Regex::builder()
        .engine(kind)
        .options(options)
        .budget(settings.budget);
    match builder.build(pattern) {
        Ok(regex) => Ok(Expression::Ours(Box::new(regex), Captures::default())),
        Err(BuildError::Syntax(error)) => Err(BadPattern {
            cause: error.cause.to_string(),
            at: Some(error.span.start),
        }),
        Err(error) => Err(BadPattern {
            cause: error.to_string(),
            at: None,
        }),
    }
}

fn groups(
    regex: &mut Regex,
    captures: &mut Captures,
    haystack: &[u8],
) -> Result<u64, BudgetExceeded> {
    let mut cursor = Cursor::default();
    let mut groups = 0;
    loop {
        let found = cursor.next(|at| {
            let found = regex.captures_at(haystack, at, captures)?;
            Ok(found.then(|| captures.get(0)).flatten())
        })?;
        if found.is_none() {
            return Ok(groups);
        }
        let part = (0..captures.len()).filter(|&index| captures.get(index).is_some());
        groups += part.count() as u64;
    }
}

fn fancy(pattern: &str, settings: &Settings) -> Result<Expression, BadPattern> {
    use fancy_regex::{BytesMode, Error, RegexBuilder};

    let mode = match settings.unicode {
        true => BytesMode::Unicode,
        false => BytesMode::Ascii,
    };
    let limit = usize::try_from(settings.budget.steps).unwrap_or(usize::MAX);
    let built = RegexBuilder::new(pattern)
        .case_insensitive(settings.ignore_case)
        .bytes_mode(mode)
        .backtrack_limit(limit)
        .build();
    match built {
        Ok(regex) => Ok(Expression::Fancy(Box::new(regex))),
        Err(Error::ParseError(at, error)) => Err(BadPattern {
            cause: error.to_string(),
            at: Some(at),
        }),
        Err(error) => Err(BadPattern {
            cause: error.to_string(),
            at: None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad(pattern: &str, engine: &str) -> String {
        let settings = Settings {
            engine: Engine::named(engine).unwrap(),
            ..Settings::default()
        };
        match Expression::new(pattern, &settings) {
            Ok(_) => panic!("{pattern} can be compiled"),
            Err(bad) => bad.lines(pattern),
        }
    }

    #[test]
    fn a_caret_is_below_what_is_wrong_whatever_is_before_it() {
        let caret = |lines: String| {
            let lines: Vec<&str> = lines.lines().collect();
            assert_eq!(lines.len(), 3, "{lines:?}");
            let column = lines[2].find('^').unwrap();
            lines[1].chars().skip(column).collect::<String>()
        };
        assert_eq!(caret(bad("a(b", "auto")), "(b");
        assert_eq!(caret(bad("é\tü\n(", "auto")), "(");
        assert_eq!(caret(bad("é\u{7}[z-a]", "regex-automata")), "z-a]");
        assert_eq!(caret(bad("a**)", "regex-automata-pikevm")), ")");
    }

    #[test]
    fn an_engine_that_cannot_do_a_pattern_says_so() {
        assert!(bad("(a)\\1", "linear").starts_with("bad pattern: "));
        assert!(bad("a|b", "atom").contains("not a literal"));
        assert!(bad("(a)\\1", "regex-automata-hybrid").contains("backreferences"));
    }
}
