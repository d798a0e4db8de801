//! That classes are those of the crate `regex`.

use std::format;
use std::string::String;
use std::vec::Vec;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, HirKind};

use super::{BYTES, check};
use crate::hir::Node;
use crate::syntax::{Options, parse};

#[test]
fn a_class_is_bytes_if_it_can_be() {
    check(
        &Options::default(),
        &[
            ("[a-c]", "[a-c]"),
            ("[a]", "'a'"),
            ("[é]", r"'\xc3\xa9'"),
            ("[a&&b]", "[]"),
            ("[]a]", "[]a]"),
            ("[^]]", "['\\0'-'\\\\' '^'-'\\u{10ffff}']"),
            ("[a[bc]--c]", "[a-b]"),
            ("[[:alpha:]&&[^a-y]]", "[A-Zz]"),
            ("[[:alpha]]", "[:ahlp]"),
            ("[+-[]b", "([+-[] 'b')"),
            ("(?i)[k]", "['K'-'K' 'k'-'k' '\u{212a}'-'\u{212a}']"),
            (r"\pZ", &super::shown(r"\p{Separator}", &Options::default())),
            (
                r"(?-i)\d&&\D|[\d&&\D]",
                &format!("(({} '&&' {}) | [])", digits(r"\d"), digits(r"\D")),
            ),
        ],
    );
    check(
        &BYTES,
        &[
            (r"[\xFE-\xFF]\d", r"([\xfe-\xff] [0-9])"),
            (r"\W", r"[\x00-/:-@[-^`{-\xff]"),
            ("(?i)[k]", "[Kk]"),
            ("[^a]", r"[\x00-`b-\xff]"),
        ],
    );
}

fn digits(class: &str) -> String {
    super::shown(class, &Options::default())
}

/// The ranges of a pattern that is a class, by our parser.
fn ours(pattern: &str, options: &Options) -> Option<Vec<(u32, u32)>> {
    let single = |scalar: u32| Some([(scalar, scalar)].into());
    match parse(pattern, options).ok()?.root {
        Node::Class(class) => Some(
            class
                .ranges()
                .iter()
                .map(|&(a, b)| (a.into(), b.into()))
                .collect(),
        ),
        Node::Bytes(set) => Some(joined(set.iter().map(|byte| (byte.into(), byte.into())))),
        Node::Literal(bytes) if !options.unicode => single(bytes[0].into()),
        Node::Literal(bytes) => single(std::str::from_utf8(&bytes).ok()?.chars().next()?.into()),
        _ => None,
    }
}

/// The same by `regex_syntax`.
fn theirs(pattern: &str, options: &Options) -> Option<Vec<(u32, u32)>> {
    let mut parser = ParserBuilder::new()
        .unicode(options.unicode)
        .utf8(false)
        .case_insensitive(options.ignore_case)
        .ignore_whitespace(options.ignore_whitespace)
        .build();
    let class = match parser.parse(pattern).ok()?.into_kind() {
        HirKind::Class(class) => class,
        HirKind::Literal(literal) if options.unicode => {
            let scalar = std::str::from_utf8(&literal.0).ok()?.chars().next()?.into();
            return Some([(scalar, scalar)].into());
        }
        HirKind::Literal(literal) => {
            return Some([(literal.0[0].into(), literal.0[0].into())].into());
        }
        _ => return None,
    };
    Some(match class {
        Class::Unicode(class) => class
            .iter()
            .map(|range| (range.start().into(), range.end().into()))
            .collect(),
        Class::Bytes(class) => class
            .iter()
            .map(|range| (range.start().into(), range.end().into()))
            .collect(),
    })
}

fn joined(ranges: impl Iterator<Item = (u32, u32)>) -> Vec<(u32, u32)> {
    let mut all: Vec<(u32, u32)> = Vec::new();
    for (first, last) in ranges {
        match all.last_mut() {
            Some(range) if range.1 + 1 == first => range.1 = last,
            _ => all.push((first, last)),
        }
    }
    all
}

fn options() -> impl Strategy<Value = Options> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(unicode, ignore_case, ignore_whitespace)| Options {
            unicode,
            ignore_case,
            ignore_whitespace,
            ..Options::default()
        },
    )
}

fn members() -> impl Strategy<Value = String> {
    let member = prop_oneof![
        "[a-zA-Z0-9éſ☃]",
        "[a-c]-[x-z]",
        r"\\[dDsSwW]",
        r"\\x[0-9A-F]{2}|\\x\{[0-9A-F]{1,3}\}",
        r"\\[pP](L|\{Greek\}|\{gc=Nd\})",
        r"\[:\^?(alpha|word|space):\]",
        r"&&|--|~~|-|\^|\\\]",
    ];
    prop::collection::vec(member, 1..6).prop_map(|members| members.concat())
}

fn class() -> impl Strategy<Value = String> {
    (members(), members(), any::<bool>()).prop_map(|(outer, inner, negated)| {
        format!(
            "[{}{outer}[{inner}]{outer}]",
            if negated { "^" } else { "" }
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, rng_seed: RngSeed::Fixed(14), failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn classes_have_the_members_that_regex_gives_them(class in class(), options in options()) {
        prop_assert_eq!(ours(&class, &options), theirs(&class, &options));
    }

    #[test]
    fn escapes_have_the_members_that_regex_gives_them(
        class in r"\\[dDsSwW]|\\[pP](L|N|\{Greek\}|\{Lu\}|\{sc=Cyrl\}|\{\^L\}|\{scx!=Grek\})",
        options in options(),
    ) {
        prop_assert_eq!(ours(&class, &options), theirs(&class, &options));
    }

    #[test]
    fn characters_fold_as_regex_folds_them(scalar in any::<char>(), unicode in any::<bool>()) {
        let options = Options { unicode, ignore_case: true, ..Options::default() };
        let scalar = if unicode { scalar } else { char::from(scalar as u8 & 0x7f) };
        let class = format!(r"\x{{{:X}}}", u32::from(scalar));
        prop_assert_eq!(ours(&class, &options), theirs(&class, &options));
    }
}

#[test]
fn ascii_folds_as_regex_folds_it() {
    for unicode in [false, true] {
        let options = Options {
            unicode,
            ignore_case: true,
            ..Options::default()
        };
        for byte in 0..0x80 {
            let class = format!(r"\x{byte:02X}");
            assert_eq!(ours(&class, &options), theirs(&class, &options), "{class}");
        }
    }
}
