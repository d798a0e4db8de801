//! Patterns that nobody thought of.

use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

use super::{Z, check};

const ATOMS: &[&str] = &[
    "a", "b", "é", "—", "ab", "[ab]", "[^a]", "[aé]", r"\w", r"\W", ".", "", "\n", "(?s:.)",
];
const LOOKS: &[&str] = &["^", "$", "(?m:^)", "(?m:$)", r"\b", r"\B", r"(?-u:\b)", Z];
const REPEATS: &[&str] = &[
    "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{2,}", "{0}",
];
const PIECES: &[&[u8]] = &[
    b"a",
    b"b",
    b"a",
    b"b",
    b" ",
    b"\n",
    "é".as_bytes(),
    "—".as_bytes(),
    b"\xc3",
    b"\x94",
];

fn pattern() -> impl Strategy<Value = String> {
    let leaf =
        prop_oneof![4 => select(ATOMS), 1 => select(LOOKS)].prop_map(|leaf| leaf.to_string());
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| std::format!("(?:{})", parts.join("|"))),
            (inner.clone(), select(REPEATS))
                .prop_map(|(body, repeat)| std::format!("(?:{body}){repeat}")),
            inner.prop_map(|body| std::format!("({body})")),
        ]
    })
}

fn haystack() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(select(PIECES), 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(899), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_patterns_match_as_they_do_elsewhere(pattern in pattern(), haystacks in prop::collection::vec(haystack(), 4)) {
        let haystacks: Vec<_> = haystacks.iter().map(|haystack| &**haystack).collect();
        check(&pattern, true, &haystacks);
    }
}
