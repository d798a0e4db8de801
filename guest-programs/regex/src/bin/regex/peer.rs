//! The engines of `regex_automata`.

use alloc::string::{String, ToString};
use core::fmt::Display;

use regex_automata::hybrid::regex as hybrid;
use regex_automata::nfa::thompson::backtrack::{self, BoundedBacktracker};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::util::captures::Captures;
use regex_automata::util::iter::Searcher;
use regex_automata::util::syntax;
use regex_automata::{Input, Match, MatchError, hybrid::dfa::DFA, meta, nfa::thompson};
use rvregex::Span;

use crate::engine::Engine;
use crate::expression::{BadPattern, Failure, Settings};

/// A compiled pattern with the memory of its searches.
pub struct Peer {
    automaton: Automaton,
    /// What a match's groups are written to, where the engine finds them.
    captures: Option<Captures>,
}

#[expect(clippy::large_enum_variant, reason = "a peer is in a box as a whole")]
enum Automaton {
    Meta(meta::Regex, meta::Cache),
    Hybrid(hybrid::Regex, hybrid::Cache),
    PikeVm(PikeVM, pikevm::Cache),
    Bounded(BoundedBacktracker, backtrack::Cache),
}

impl Peer {
    /// Compiles a pattern for one of the engines that are not this crate's.
    pub fn new(pattern: &str, settings: &Settings) -> Result<Self, BadPattern> {
        // Bytes that are not UTF-8 may be asked for, but an empty match is not within a
        // character of a Unicode pattern: the same counts as by this crate's engines.
        let syntax = syntax::Config::new()
            .utf8(false)
            .unicode(settings.unicode)
            .case_insensitive(settings.ignore_case);
        let nfa = thompson::Config::new().utf8(settings.unicode);
        let built = match settings.engine {
            Engine::Hybrid => by_hybrid(pattern, syntax, nfa),
            Engine::PikeVm => by_pike_vm(pattern, syntax, nfa),
            Engine::Bounded => by_backtracker(pattern, syntax, nfa),
            _ => by_meta(pattern, syntax, settings.unicode),
        };
        built.map_err(|error| explain(pattern, &syntax, error))
    }

    /// Which of them it is.
    pub fn engine(&self) -> Engine {
        match self.automaton {
            Automaton::Meta(..) => Engine::Meta,
            Automaton::Hybrid(..) => Engine::Hybrid,
            Automaton::PikeVm(..) => Engine::PikeVm,
            Automaton::Bounded(..) => Engine::Bounded,
        }
    }

    /// Hands the matches that do not overlap to `each`.
    pub fn for_each(
        &mut self,
        haystack: &[u8],
        mut each: impl FnMut(Span),
    ) -> Result<(), MatchError> {
        let mut searcher = Searcher::new(Input::new(haystack));
        while let Some(found) = searcher.try_advance(|input| self.automaton.find(input))? {
            let (start, end) = (found.start(), found.end());
            each(Span { start, end });
        }
        Ok(())
    }

    /// How many groups are part of the matches, with the whole match as one.
    pub fn groups(&mut self, haystack: &[u8]) -> Result<u64, Failure> {
        let Some(captures) = &mut self.captures else {
            return Err(Failure::NoGroups(self.engine()));
        };
        let mut groups = 0;
        let mut searcher = Searcher::new(Input::new(haystack));
        while searcher
            .try_advance(|input| {
                self.automaton.capture(input, captures)?;
                Ok(captures.get_match())
            })?
            .is_some()
        {
            groups += captures.iter().flatten().count() as u64;
        }
        Ok(groups)
    }

    /// Whether there is a match.
    pub fn is_match(&mut self, haystack: &[u8]) -> Result<bool, MatchError> {
        let input = Input::new(haystack).earliest(true);
        Ok(self.automaton.find(&input)?.is_some())
    }
}

impl Automaton {
    fn find(&mut self, input: &Input<'_>) -> Result<Option<Match>, MatchError> {
        match self {
            Self::Meta(regex, cache) => Ok(regex.search_with(cache, input)),
            Self::Hybrid(regex, cache) => regex.try_search(cache, input),
            Self::PikeVm(regex, cache) => Ok(regex.find(cache, input.clone())),
            Self::Bounded(regex, cache) => regex.try_find(cache, input.clone()),
        }
    }

    fn capture(&mut self, input: &Input<'_>, captures: &mut Captures) -> Result<(), MatchError> {
        match self {
            Self::Meta(regex, cache) => regex.search_captures_with(cache, input, captures),
            Self::Hybrid(..) => unreachable!("there are no `Captures` for it"),
            Self::PikeVm(regex, cache) => regex.search(cache, input, captures),
            Self::Bounded(regex, cache) => regex.try_search(cache, input, captures)?,
        }
        Ok(())
    }
}

fn by_meta(pattern: &str, syntax: syntax::Config, utf8: bool) -> Result<Peer, String> {
    let config = meta::Config::new().utf8_empty(utf8);
    let regex = meta::Builder::new()
        .syntax(syntax)
        .configure(config)
        .build(pattern)
        .map_err(text)?;
    let cache = regex.create_cache();
    Ok(Peer {
        captures: Some(regex.create_captures()),
        automaton: Automaton::Meta(regex, cache),
    })
}

fn by_hybrid(pattern: &str, syntax: syntax::Config, nfa: thompson::Config) -> Result<Peer, String> {
    let regex = hybrid::Builder::new()
        .syntax(syntax)
        .thompson(nfa)
        // A cache that is too small by default grows to what a search needs at least.
        .dfa(DFA::config().skip_cache_capacity_check(true))
        .build(pattern)
        .map_err(text)?;
    let cache = regex.create_cache();
    Ok(Peer {
        captures: None,
        automaton: Automaton::Hybrid(regex, cache),
    })
}

fn by_pike_vm(
    pattern: &str,
    syntax: syntax::Config,
    nfa: thompson::Config,
) -> Result<Peer, String> {
    let regex = PikeVM::builder()
        .syntax(syntax)
        .thompson(nfa)
        .build(pattern)
        .map_err(text)?;
    let cache = regex.create_cache();
    Ok(Peer {
        captures: Some(regex.create_captures()),
        automaton: Automaton::PikeVm(regex, cache),
    })
}

fn by_backtracker(
    pattern: &str,
    syntax: syntax::Config,
    nfa: thompson::Config,
) -> Result<Peer, String> {
    let regex = BoundedBacktracker::builder()
        .syntax(syntax)
        .thompson(nfa)
        .build(pattern)
        .map_err(text)?;
    let cache = regex.create_cache();
    Ok(Peer {
        captures: Some(regex.create_captures()),
        automaton: Automaton::Bounded(regex, cache),
    })
}

fn text(error: impl Display) -> String {
    error.to_string()
}

/// The builders' errors do not show what is wrong with the syntax, the parser's do.
fn explain(pattern: &str, syntax: &syntax::Config, cause: String) -> BadPattern {
    use regex_syntax::Error;

    let (cause, at) = match syntax::parse_with(pattern, syntax) {
        Err(Error::Parse(error)) => (error.kind().to_string(), Some(error.span().start.offset)),
        Err(Error::Translate(error)) => (error.kind().to_string(), Some(error.span().start.offset)),
        _ => (cause, None),
    };
    BadPattern { cause, at }
}
