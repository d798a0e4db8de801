//! Patterns that were thought of.

use std::vec::Vec;

use super::{Linear, Z, all, by_span, check, translate};
use crate::budget::Budget;

const HAYSTACKS: &[&str] = &[
    "",
    "a",
    "ab",
    "aab baab\nab",
    "abcabcabc",
    "foo bar foobar quuxing\nfoo",
    "words, more words; and a few\nlines\n\n",
    "\n\na\n",
    "é",
    "aé bé, é_é — x—y",
    "naïve café, the “end” of Ωmega\n",
    "日本語 text 日本",
    "x\u{10ffff}y𝛿z",
    "aaaaaaaaaaaaaaaaaaaab",
    "2024-05-06 and 12-34",
];

const PATTERNS: &[&str] = &[
    "",
    "a",
    "ab",
    "a|ab",
    "ab|a",
    "a*",
    "a*?",
    "a+",
    "a+?",
    "a??b",
    "(a|b)*",
    "(a*)*",
    "(a*)+",
    "(a*?)*",
    "(?:a*)*b",
    "(?:a|)+",
    "(a|b|)*?b",
    "(?:|a)*",
    "(?:|a)+",
    "(?:a?)*?",
    "((a)|b)*",
    "((a)|(b))+",
    "(a?)(a*)(a)",
    "(?:(a)|b)*b",
    "a{2}",
    "a{2,}",
    "a{2,3}",
    "a{0,2}?b",
    "(?:ab?){2,3}",
    "(?:a*){2,3}",
    "(?:a|b){0}",
    "(a{0})*",
    "(?:a{1,2}){2}?",
    "x{0}y",
    "^",
    "$",
    "^a",
    "a$",
    "^$",
    "(?m)^",
    "(?m)$",
    "(?m)^a",
    "(?m)b$",
    "(?m)^$",
    r"\b",
    r"\B",
    r"\b\w",
    r"\w\b",
    r"\b\w{2,3}\b",
    r"\B\w\B",
    r"\ba|b\b",
    r"(?:\b|a)+b",
    r"(?:\b|a)*",
    r"(?:\B|a)*?b",
    r"(?:\b)*a",
    r"(\b)+a",
    r"(?:\b|(a))*",
    r"a\b|a",
    r"(?-u:\b)\w+",
    r"(?-u:\B)",
    r"(?-u:\b|a)+",
    r"\w+",
    r"\W+",
    r"\w+?\s",
    r"\s*",
    ".",
    ".*",
    ".+?",
    "(?s).",
    "(?s).*",
    ".{3}",
    "[^a]",
    "[^a]*",
    "[aé]",
    "[a-é]+",
    "é?",
    "é*",
    "(é|b)*",
    r"\d{2,4}-\d\d",
    r"(\d+)-(\d+)(-(\d+))?",
    "[a-z]+ing",
    "(?:foo|bar|quux)[a-z]*",
    "foo|foobar",
    "foobar|foo",
    "(foo|foob)(ar|bar)?",
    "[a-f]+o|f",
    "a.*c|b",
    r"^(a+)+$",
    r"(?m)^(\w+)$",
    r"\A\w+|\w+\z",
    "(^|b)a",
    "(?:^a|b)+",
    "a($|b)",
    "(?:^)*a",
    "(?m)(?:^|a)+",
    "(?m)(?:$\n?)+",
    r"[\x{100}-\x{10ffff}]",
    r"𝛿|y",
    "(?i)É",
    "(?i)k",
    "(?i:foo)Bar",
    "[^é]b",
    "(?:é|)",
    "(?:日|本)+",
    "(?:a|é|—)*?x",
    "[[:alpha:]]+",
    r"\p{Greek}\w+",
    r"\pL+",
    "a|b|c|d|e|f|ab|bc",
    "(a)(b)?(c)?",
    "(?:(x)|(y)|(z))*",
];

#[test]
fn patterns_match_as_they_do_elsewhere() {
    let haystacks: Vec<_> = HAYSTACKS
        .iter()
        .map(|haystack| haystack.as_bytes())
        .collect();
    for pattern in PATTERNS {
        check(pattern, true, &haystacks);
    }
}

const BYTE_PATTERNS: &[&str] = &[
    "a",
    ".",
    r"\w+",
    r"\W",
    r"[^a]",
    r"\b",
    r"\B",
    "",
    "a*",
    r"(?s).*",
    r"[\x80-\xff]+",
    r"\xc3",
    r"(\xc3)?\xa9",
    r"\b\w\b",
    r"(?:\b|\xc3)+",
    r"\xff*",
    "é",
    "(?i)k",
];

const BYTES: &[&[u8]] = &[
    b"",
    b"\xc3\xa9",
    b"a\xffb\xc3",
    b"\xa9\xa9a",
    b"caf\xc3\xa9 k K\n\xe2\x84\xaa",
    b"\xf0\x9f\x98",
];

#[test]
fn patterns_of_bytes_match_in_any_bytes() {
    for pattern in BYTE_PATTERNS {
        check(pattern, false, BYTES);
    }
}

#[test]
fn unicode_patterns_match_beside_what_is_not_utf8() {
    for pattern in PATTERNS {
        check(pattern, true, BYTES);
    }
}

#[test]
fn a_last_newline_is_looked_at_before_the_end() {
    let spans = |pattern: &str, haystack: &str| {
        let hir = translate(&pattern.replace("Z", Z), true);
        let mut linear = Linear::new(&hir, Budget::default()).unwrap();
        let find = |at| by_span(linear.find(haystack.as_bytes(), at));
        let spans = all(haystack.as_bytes(), find).into_iter();
        spans.map(|span| (span[0], span[1])).collect::<Vec<_>>()
    };
    assert_eq!(spans("aZ", "a\na\n"), [(2, 3)]);
    assert_eq!(spans("aZ", "a\na\n\n"), []);
    assert_eq!(spans("aZ", "aa"), [(1, 2)]);
    assert_eq!(spans("Z", "a\n\n"), [(2, 2), (3, 3)]);
    assert_eq!(spans("[a\n]+?Z", "a\n\n"), [(0, 2), (2, 3)]);
    assert_eq!(spans("a+Z\n?", "a\naa\n"), [(2, 5)]);
}
