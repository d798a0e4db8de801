//! The corpus: every engine finds what `corpus.json` says, and so do the peers.

mod entry;

use entry::{Entry, Total, corpus};
use rvregex::budget::BudgetExceeded;
use rvregex::engine::EngineKind;
use rvregex::syntax::Options;
use rvregex::{BuildError, Captures, Cursor, Regex};

fn build(entry: &Entry, engine: EngineKind) -> Result<Regex, BuildError> {
    let options = Options {
        unicode: !entry.bytes,
        ignore_case: entry.ignore_case,
        ..Options::default()
    };
    Regex::builder()
        .engine(engine)
        .options(options)
        .build(&entry.pattern)
}

fn total(regex: &mut Regex, text: &[u8]) -> Result<Total, BudgetExceeded> {
    let (mut captures, mut cursor, mut total) =
        (Captures::default(), Cursor::default(), Total::default());
    while let Some(found) = cursor.next(|at| {
        let is_match = regex.captures_at(text, at, &mut captures)?;
        Ok(is_match.then(|| captures.get(0)).flatten())
    })? {
        total.matches += 1;
        total.bytes += found.end - found.start;
        total.groups += (0..captures.len())
            .filter(|&group| captures.get(group).is_some())
            .count();
    }
    Ok(total)
}

/// Whether `engine` is one for the pattern; it must find what is expected then.
fn searches(entry: &Entry, engine: EngineKind, text: &[u8]) -> bool {
    let mut regex = match build(entry, engine) {
        Ok(regex) => regex,
        Err(BuildError::NotLiteral | BuildError::NotLinear(_)) => return false,
        Err(error) => panic!("{}, {engine}: {error}", entry.name),
    };
    if engine == EngineKind::Auto {
        assert_eq!(regex.engine().name(), entry.auto, "{}", entry.name);
    }
    let found = total(&mut regex, text).ok();
    assert_eq!(found, entry.expected(), "{}, {engine}", entry.name);
    true
}

#[test]
fn every_engine_that_can_finds_what_is_expected() {
    let mut used = [0; EngineKind::ALL.len()];
    for entry in corpus() {
        let text = entry.text();
        for (count, engine) in used.iter_mut().zip(EngineKind::ALL) {
            // Machine code is for the guest alone.
            if engine != EngineKind::Jit {
                *count += usize::from(searches(&entry, engine, &text));
            }
        }
    }
    let [auto, atom, linear, pike, backtrack, jit] = used;
    assert_eq!((auto, backtrack, jit), (corpus().len(), corpus().len(), 0));
    assert!(
        linear == pike && linear > corpus().len() / 2 && atom > 3,
        "{used:?}"
    );
}

fn groups<'t>(captures: impl Iterator<Item = Option<&'t [u8]>>) -> Total {
    let groups = captures.collect::<Vec<_>>();
    Total {
        matches: 1,
        bytes: groups[0].map_or(0, <[u8]>::len),
        groups: groups.iter().flatten().count(),
    }
}

/// What `regex` finds. It takes `x++` for `(?:x+)+`.
fn by_regex(entry: &Entry, text: &[u8]) -> Option<Total> {
    if entry.pattern.contains("++") {
        return None;
    }
    if entry.bytes {
        let mut builder = regex::bytes::RegexBuilder::new(&entry.pattern);
        let regex = builder
            .case_insensitive(entry.ignore_case)
            .unicode(false)
            .build()
            .ok()?;
        let each = regex
            .captures_iter(text)
            .map(|found| groups(found.iter().map(|group| Some(group?.as_bytes()))));
        return Some(each.sum());
    }
    let mut builder = regex::RegexBuilder::new(&entry.pattern);
    let regex = builder.case_insensitive(entry.ignore_case).build().ok()?;
    let text = std::str::from_utf8(text).unwrap();
    let each = regex
        .captures_iter(text)
        .map(|found| groups(found.iter().map(|group| Some(group?.as_str().as_bytes()))));
    Some(each.sum())
}

/// What `fancy-regex` finds; nothing where it gives up.
fn by_fancy(entry: &Entry, text: &[u8]) -> Option<Total> {
    let mut builder = fancy_regex::RegexBuilder::new(&entry.pattern);
    let regex = builder.case_insensitive(entry.ignore_case).build().unwrap();
    let text = std::str::from_utf8(text).unwrap();
    let each = regex.captures_iter(text).map(|found| {
        let found = found.ok()?;
        Some(groups(
            found.iter().map(|group| Some(group?.as_str().as_bytes())),
        ))
    });
    each.sum()
}

#[test]
fn the_peers_find_the_same() {
    let mut by_peers = [0, 0];
    for entry in corpus() {
        let text = entry.text();
        if let Some(found) = by_regex(&entry, &text) {
            assert_eq!(Some(found), entry.expected(), "{}, regex", entry.name);
            by_peers[0] += 1;
        }
        if !entry.bytes {
            assert_eq!(
                by_fancy(&entry, &text),
                entry.expected(),
                "{}, fancy-regex",
                entry.name
            );
            by_peers[1] += 1;
        }
    }
    assert!(
        by_peers.iter().all(|&count| count > corpus().len() / 2),
        "{by_peers:?}"
    );
}
