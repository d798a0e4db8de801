//! The engines agree with each other and with the crates `regex` and `fancy-regex`, over
//! random patterns and texts.

mod patterns;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rvregex::backtrack::run::{Executor, Limits, Outcome};
use rvregex::budget::Budget;
use rvregex::engine::EngineKind;
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

fn ours(regex: &mut Regex, text: &str) -> Found {
    let mut captures = Captures::default();
    let mut cursor = Cursor::default();
    let mut found = Found::new();
    loop {
        let next = cursor.next(|at| {
            let is_match = regex.captures_at(text.as_bytes(), at, &mut captures)?;
            Ok::<_, rvregex::budget::BudgetExceeded>(is_match.then(|| captures.get(0)).flatten())
        });
        if next.unwrap().is_none() {
            return found;
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

/// That an engine finds what is expected, with its groups and without.
fn check(pattern: &str, engine: EngineKind, text: &str, expected: &Found) {
    let mut regex = built(pattern, engine).unwrap();
    assert_eq!(
        &ours(&mut regex, text),
        expected,
        "{engine} {pattern:?} in {text:?}"
    );
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
fn by_careful(pattern: &str, text: &str) -> Option<Vec<Option<(usize, usize)>>> {
    let hir = syntax::parse(pattern, &syntax::Options::default()).unwrap();
    let program = backtrack::compile_careful(&hir).unwrap();
    let mut executor = Executor::default();
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
            for text in texts {
                let expected = by_regex(&pattern, &text);
                for engine in engines {
                    check(&pattern, engine, &text, &expected);
                }
                let first = by_careful(&pattern, &text);
                assert_eq!(first.as_ref(), expected.first(), "{pattern:?} in {text:?}");
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
