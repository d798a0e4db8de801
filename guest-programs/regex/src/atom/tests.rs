use std::vec;
use std::vec::Vec;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;

fn naive(needle: &[u8], haystack: &[u8], at: usize) -> Option<usize> {
    (at..=haystack.len()).find(|&start| haystack[start..].starts_with(needle))
}

/// Every algorithm that serves for `needle`, by itself.
fn searches(needle: &[u8]) -> Vec<Adaptive> {
    let mut searches = Vec::new();
    if !needle.is_empty() {
        searches.push(Adaptive::Linear(Linear::new(needle)));
        searches.push(Adaptive::Horspool(Horspool::new(needle)));
        searches.push(Adaptive::BoyerMoore(BoyerMoore::new(needle)));
    }
    if needle.len() > 1 {
        searches.push(Adaptive::Short(Short::new(needle)));
    }
    searches
}

fn name(atom: &Atom) -> &'static str {
    match atom.search {
        Search::Empty => "empty",
        Search::Byte(_) => "byte",
        Search::Common(_) => "common",
        Search::Adaptive(Adaptive::Linear(_)) => "linear",
        Search::Adaptive(Adaptive::Short(_)) => "short",
        Search::Adaptive(Adaptive::Horspool(_)) => "horspool",
        Search::Adaptive(Adaptive::BoyerMoore(_)) => "boyer_moore",
    }
}

/// Where the occurrences are; each search begins `step` behind where the last one was found.
fn all(atom: &mut Atom, haystack: &[u8], step: usize) -> Vec<usize> {
    let first = atom.find(haystack, 0);
    std::iter::successors(first, |last| atom.find(haystack, last + step)).collect()
}

/// Every algorithm finds what the naive search finds, wherever it begins; or says it is bad
/// and skips nothing.
fn check(needle: &[u8], haystack: &[u8]) -> Result<(), TestCaseError> {
    for mut search in searches(needle) {
        for at in 0..=haystack.len().saturating_sub(needle.len()) {
            let expected = naive(needle, haystack, at);
            match search.attempt(needle, haystack, at) {
                Ok(found) => prop_assert_eq!(found, expected, "{:?} at {}", search, at),
                Err(bad) => prop_assert_eq!(
                    naive(needle, haystack, bad.at),
                    expected,
                    "{:?} at {}",
                    search,
                    at
                ),
            }
        }
    }
    let mut atom = Atom::new(needle);
    for at in 0..haystack.len() + 3 {
        let expected = (at <= haystack.len())
            .then(|| naive(needle, haystack, at))
            .flatten();
        prop_assert_eq!(atom.find(haystack, at), expected, "{:?} at {}", atom, at);
    }
    Ok(())
}

/// Bytes of an alphabet of one to four letters.
fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    let letter = |count: u8| prop::sample::select(&b"ae\xffz"[..usize::from(count)]);
    (1..=4u8).prop_flat_map(move |count| prop::collection::vec(letter(count), 0..most))
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(11), failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_needle_is_found(needle in bytes(40), haystack in bytes(200), shift in 0..9usize) {
        check(&needle, haystack.get(shift..).unwrap_or(&[]))?;
    }

    #[test]
    fn a_needle_from_the_haystack_is_found(haystack in bytes(200), start in 0..200usize, length in 0..40usize) {
        let start = start.min(haystack.len());
        check(&haystack[start..haystack.len().min(start + length)], &haystack)?;
    }

    /// The needle is a period many times over, the haystack likewise with some bytes changed.
    #[test]
    fn a_periodic_needle_is_found(
        period in bytes(6), times in 1..60usize, more in 1..60usize, changes in prop::collection::vec((0..400usize, 0..2u8), 0..4),
    ) {
        let needle = period.repeat(times);
        let mut haystack = period.repeat(times + more);
        for (at, change) in changes {
            if let Some(byte) = haystack.get_mut(at) {
                *byte ^= change;
            }
        }
        check(&needle, &haystack)?;
    }

    /// Longer than the moves that fit a table's entry, in a haystack of several windows.
    #[test]
    fn a_long_needle_is_found(text in prop::collection::vec(any::<u8>(), 1..700), before in 0..3000usize, noise: u8) {
        let haystack = [&vec![noise; before][..], &text, b"tail"].concat();
        for mut search in searches(&text) {
            match search.attempt(&text, &haystack, 0) {
                Ok(found) => prop_assert_eq!(found, naive(&text, &haystack, 0)),
                Err(bad) => prop_assert!(bad.at <= before),
            }
        }
        prop_assert_eq!(Atom::new(&text).find(&haystack, 0), naive(&text, &haystack, 0));
    }
}

#[test]
fn an_empty_needle_is_at_every_position_and_at_the_end() {
    let mut atom = Atom::new(b"");
    assert_eq!(all(&mut atom, b"abc", 1), [0, 1, 2, 3]);
    assert_eq!(atom.find(b"", 0), Some(0));
}

#[test]
fn nothing_is_beyond_the_end() {
    for needle in [&b""[..], b"a", b"ab", b"abcdefgh"] {
        let mut atom = Atom::new(needle);
        assert_eq!(atom.needle(), needle);
        assert_eq!(atom.find(b"abcdefgh", 9), None);
        assert_eq!(atom.find(b"abcdefgh", usize::MAX), None);
    }
    assert_eq!(Atom::new(b"gh").find(b"abcdefgh", 7), None);
}

#[test]
fn a_short_needle_with_many_candidates_is_searched_for_by_pairs() {
    let line = [&b"on a hill we saw a red house; ".repeat(10)[..], b"them; "].concat();
    let haystack = line.repeat(50);
    let mut atom = Atom::new(b"the");
    assert_eq!(name(&atom), "linear");
    assert_eq!(all(&mut atom, &haystack, 3).len(), 50);
    assert_eq!(name(&atom), "short");
}

#[test]
fn a_short_needle_that_is_everywhere_is_searched_for_by_skips() {
    let haystack = b"he then told the others that they had thought of that ".repeat(50);
    let mut atom = Atom::new(b"the");
    assert_eq!(all(&mut atom, &haystack, 3).len(), 200);
    assert_eq!(name(&atom), "horspool");
}

#[test]
fn a_short_rare_needle_stays_with_the_linear_search() {
    let haystack = b"nothing of interest is in this sentence at all; ".repeat(500);
    let mut atom = Atom::new(b"zed");
    assert_eq!(atom.find(&haystack, 0), None);
    assert_eq!(name(&atom), "linear");
}

#[test]
fn a_longer_needle_is_worth_a_table_even_without_candidates() {
    let needle = b"neither here nor there, nowhere";
    let mut atom = Atom::new(needle);
    assert_eq!(atom.find(&[b'.'; 300], 0), None);
    assert_eq!(name(&atom), "linear");
    let haystack = [&[b'.'; 20_000][..], needle].concat();
    assert_eq!(atom.find(&haystack, 0), Some(20_000));
    assert_eq!(name(&atom), "horspool");
}

#[test]
fn horspool_is_bad_where_it_compares_the_same_bytes_again_and_again() {
    let needle = b"abababababababab";
    let haystack = b"bbababababababab".repeat(100);
    let mut horspool = Horspool::new(needle);
    let Err(bad) = horspool.find(needle, &haystack, 0) else {
        panic!("{horspool:?}");
    };
    assert!((1..200).contains(&bad.at), "{bad:?}");
    // It stays bad, wherever the next search begins.
    assert_eq!(horspool.find(needle, &haystack, 7), Err(Bad { at: 7 }));

    let haystack = b"nothing that is alike, and bbababababababab once in each line;".repeat(100);
    assert_eq!(Horspool::new(needle).find(needle, &haystack, 0), Ok(None));
}

#[test]
fn horspool_is_bad_where_the_last_byte_is_everywhere() {
    let needle = [&b"z"[..], &[b'a'; 100]].concat();
    let haystack = vec![b'a'; 1000];
    let result = Horspool::new(&needle).find(&needle, &haystack, 0);
    assert!(result.is_err(), "{result:?}");
}

#[test]
fn boyer_moore_takes_over_and_finds_what_horspool_was_bad_at() {
    let needle = b"abababababababab";
    let haystack = [&b"bbababababababab".repeat(200)[..], needle].concat();
    let mut atom = Atom::new(needle);
    assert_eq!(atom.find(&haystack, 0), naive(needle, &haystack, 0));
    assert_eq!(name(&atom), "boyer_moore");
}

#[test]
fn a_switch_is_kept() {
    let haystack = b"eat ".repeat(1000);
    let mut atom = Atom::new(b"eat tea eat");
    assert_eq!(atom.find(&haystack, 0), None);
    let learned = name(&atom);
    assert_ne!(learned, "linear");
    assert_eq!(atom.find(b"eat", 0), None);
    assert_eq!((name(&atom), name(&atom.clone())), (learned, learned));
}
