//! The engines agree with each other and with the crates `regex` and `fancy-regex`, over
//! random patterns and texts.

mod patterns;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rvregex::backtrack::run::{Executor, Limits, Outcome};
use rvregex::budget::{Budget, BudgetExceeded};
use rvregex::engine::EngineKind;
use rvregex::hir::{Hir, Node};
use rvregex::{BuildError, Captures, Cursor, Regex, Span, backtrack, syntax};

/// The matches of a text: of each, its groups.
type Found = Vec<Vec<Option<(usize, usize)>>>;

/// Fixed seeds, so that a run is like the one before; `PROPTEST_CASES` makes it longer.
fn runner(seed: u8) -> TestRunner {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    let config = Config {
        cases: cases.unwrap_or(4000),
        failure_persistence: None,
        max_global_rejects: 1 << 20,
        ..Config::default()
    };
    TestRunner::new_with_rng(
        config,
        TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]),
    )
}

fn ours(regex: &mut Regex, text: &str) -> Result<Found, BudgetExceeded> {
    let mut captures = Captures::default();
    let mut cursor = Cursor::default();
    let mut found = Found::new();
    loop {
        let next = cursor.next(|at| {
            let is_match = regex.captures_at(text.as_bytes(), at, &mut captures)?;
            Ok(is_match.then(|| captures.get(0)).flatten())
        });
        if next?.is_none() {
            return Ok(found);
        }
        let groups = (0..captures.len()).map(|index| captures.get(index));
        found.push(
            groups
                .map(|group| group.map(|Span { start, end }| (start, end)))
                .collect(),
        );
    }
}

fn built(pattern: &str, engine: EngineKind) -> Result<Regex, BuildError> {
    let budget = Budget {
        steps: 1 << 24,
        ..Budget::default()
    };
    Regex::builder()
        .engine(engine)
        .budget(budget)
        .build(pattern)
}

/// That an engine finds what is expected, with its groups and without. A backtracker may
/// exceed its budget where there is no careful program, and never finds something else.
fn check(pattern: &str, engine: EngineKind, text: &str, expected: &Found) {
    let mut regex = built(pattern, engine).unwrap();
    let Ok(found) = ours(&mut regex, text) else {
        assert!(!matches!(
            engine,
            EngineKind::Linear | EngineKind::Pike | EngineKind::Atom
        ));
        return;
    };
    assert_eq!(&found, expected, "{engine} {pattern:?} in {text:?}");
    let spans = regex.find_iter(text.as_bytes()).map(|span| span.unwrap());
    let spans = spans
        .map(|Span { start, end }| Some((start, end)))
        .collect::<Vec<_>>();
    let whole = expected.iter().map(|groups| groups[0]).collect::<Vec<_>>();
    assert_eq!(spans, whole, "spans: {engine} {pattern:?} in {text:?}");
}

fn by_regex(pattern: &str, text: &str) -> Found {
    let regex = regex::Regex::new(pattern).unwrap();
    let all = regex.captures_iter(text);
    all.map(|captures| {
        captures
            .iter()
            .map(|group| group.map(|group| (group.start(), group.end())))
            .collect()
    })
    .collect()
}

/// The first match by the program that remembers where it has been.
fn by_careful(hir: &Hir, text: &str) -> Option<Vec<Option<(usize, usize)>>> {
    let program = backtrack::compile_careful(hir).unwrap();
    let mut executor = Executor::new(&program);
    executor.forget(&program, text.as_bytes(), 0);
    let mut limits = Limits {
        steps: u64::MAX,
        entries: usize::MAX,
    };
    let outcome = executor.search(&program, text.as_bytes(), 0..=text.len(), &mut limits);
    let groups = executor.slots(&program).chunks_exact(2);
    let groups = groups.map(|slots| (slots[1] != usize::MAX).then(|| (slots[0], slots[1])));
    (outcome == Outcome::Match).then(|| groups.collect())
}

#[test]
fn regular_patterns_match_as_those_of_regex_do() {
    let texts = prop_oneof![3 => patterns::text(), 1 => patterns::text_of_all_cases()];
    let cases = (patterns::regular(), prop::collection::vec(texts, 4));
    let engines = [
        EngineKind::Linear,
        EngineKind::Pike,
        EngineKind::Backtrack,
        EngineKind::Auto,
    ];
    runner(1)
        .run(&cases, |(pattern, texts)| {
            // Counted loops within counted loops may be too much for an automaton.
            prop_assume!(regex::Regex::new(&pattern).is_ok());
            prop_assume!(built(&pattern, EngineKind::Linear).is_ok());
            let hir = syntax::parse(&pattern, &syntax::Options::default()).unwrap();
            for text in texts {
                let expected = by_regex(&pattern, &text);
                for engine in engines {
                    check(&pattern, engine, &text, &expected);
                }
                if backtrack::compile_careful(&hir).is_ok() {
                    let first = by_careful(&hir, &text);
                    assert_eq!(first.as_ref(), expected.first(), "{pattern:?} in {text:?}");
                }
            }
            Ok(())
        })
        .unwrap();
}

/// What `fancy-regex` finds; nothing where it gives up.
fn by_fancy(pattern: &fancy_regex::Regex, text: &str) -> Option<Found> {
    let all = pattern
        .captures_iter(text)
        .collect::<Result<Vec<_>, _>>()
        .ok()?;
    let groups = |captures: fancy_regex::Captures<'_, str>| {
        captures
            .iter()
            .map(|group| group.map(|group| (group.start(), group.end())))
            .collect()
    };
    Some(all.into_iter().map(groups).collect())
}

/// Whether a round of a loop can match nothing. There an automaton and a backtracker of the
/// usual kind differ; we go by the automaton, as `syntax` says, and `fancy-regex` does not.
fn has_empty_rounds(node: &Node) -> bool {
    match node {
        Node::Repeat(repeat) if repeat.max != Some(1) && repeat.body.nullable() => true,
        _ => node.parts().iter().any(has_empty_rounds),
    }
}

#[test]
fn other_patterns_match_as_those_of_fancy_regex_do() {
    let cases = (
        patterns::irregular(),
        prop::collection::vec(patterns::text(), 4),
    );
    runner(2)
        .run(&cases, |(pattern, texts)| {
            let theirs = fancy_regex::Regex::new(&pattern);
            prop_assume!(theirs.is_ok() && built(&pattern, EngineKind::Auto).is_ok());
            let hir = syntax::parse(&pattern, &syntax::Options::default()).unwrap();
            prop_assume!(!has_empty_rounds(&hir.root));
            let theirs = theirs.unwrap();
            for text in texts {
                if let Some(expected) = by_fancy(&theirs, &text) {
                    check(&pattern, EngineKind::Backtrack, &text, &expected);
                }
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn literals_are_found_by_all_engines() {
    let cases = ("[abé]{1,9}", patterns::text());
    runner(3)
        .run(&cases, |(pattern, text)| {
            let expected = by_regex(&pattern, &text);
            let engines = EngineKind::ALL
                .into_iter()
                .filter(|&engine| engine != EngineKind::Jit);
            engines.for_each(|engine| check(&pattern, engine, &text, &expected));
            Ok(())
        })
        .unwrap();
}
