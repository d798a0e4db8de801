//! Patterns that are none, why, and where.

use std::format;
use std::string::{String, ToString};

use super::BYTES;
use crate::syntax::{
    Cause, ClassMeaning, ClassSyntax, MAX_BEHIND, MAX_DEPTH, MAX_GROUPS, MAX_LENGTH, MAX_TIMES,
    MAX_WORK, Options, parse,
};
use crate::{Regex, Span};

fn fails(pattern: &str, options: &Options, cause: Cause, (start, end): (usize, usize)) {
    let error = parse(pattern, options).unwrap_err();
    assert_eq!(error.cause, cause, "{pattern}");
    assert_eq!(error.span, Span { start, end }, "{pattern}");
}

fn check(table: impl IntoIterator<Item = (&'static str, Cause, (usize, usize))>) {
    for (pattern, cause, span) in table {
        fails(pattern, &Options::default(), cause, span);
    }
}

#[test]
fn groups_are_closed_and_named_once() {
    let first = Span { start: 3, end: 4 };
    check([
        ("abc(d", Cause::UnclosedGroup, (3, 4)),
        ("a(?:b(c)", Cause::UnclosedGroup, (1, 4)),
        ("a(?<n>b|", Cause::UnclosedGroup, (1, 6)),
        ("(?=", Cause::UnclosedGroup, (0, 3)),
        ("(", Cause::UnclosedGroup, (0, 1)),
        ("ab)c", Cause::UnopenedGroup, (2, 3)),
        ("a(?#b", Cause::UnclosedComment, (1, 4)),
        ("(?<1a>b)", Cause::InvalidName, (3, 6)),
        ("(?<>b)", Cause::InvalidName, (3, 4)),
        ("(?<n", Cause::InvalidName, (3, 4)),
        ("(?P<n'b)", Cause::InvalidName, (4, 6)),
        ("(?<n>a)(?'n'b)", Cause::DuplicateName { first }, (10, 11)),
    ]);
}

#[test]
fn flags_are_known_and_closed() {
    check([
        ("(?z)", Cause::UnknownFlag { flag: 'z' }, (2, 3)),
        ("(?i-é:a)", Cause::UnknownFlag { flag: 'é' }, (4, 6)),
        ("(?i--m)", Cause::UnknownFlag { flag: '-' }, (4, 5)),
        ("(?Pa)", Cause::UnknownFlag { flag: 'P' }, (2, 3)),
        ("(?i-u)", Cause::FlagOfBuilder { flag: 'u' }, (4, 5)),
        ("a(?im", Cause::UnclosedFlags, (1, 5)),
        ("(?", Cause::UnclosedFlags, (0, 2)),
    ]);
}

#[test]
fn quantifiers_have_something_to_repeat() {
    let limit = MAX_TIMES;
    check([
        ("*", Cause::NothingToRepeat, (0, 1)),
        ("a|+", Cause::NothingToRepeat, (2, 3)),
        ("a(?i)*", Cause::NothingToRepeat, (5, 6)),
        ("{2,3}", Cause::NothingToRepeat, (0, 5)),
        ("a{3,2}", Cause::NoTimes { min: 3, max: 2 }, (1, 6)),
        ("a{65536}", Cause::TooManyTimes { limit }, (1, 8)),
        (
            "a{1,99999999999999999999}b",
            Cause::TooManyTimes { limit },
            (1, 25),
        ),
    ]);
}

#[test]
fn escapes_are_known_and_whole() {
    check([
        ("ab\\", Cause::DanglingBackslash, (2, 3)),
        (r"a\q", Cause::UnknownEscape { escaped: 'q' }, (1, 3)),
        (r"\é", Cause::UnknownEscape { escaped: 'é' }, (0, 3)),
        (r"\07", Cause::Octal, (0, 2)),
        (r"\x4", Cause::InvalidHex, (0, 2)),
        (r"\x4é", Cause::InvalidHex, (0, 2)),
        (r"\x{}", Cause::InvalidHex, (0, 3)),
        (r"\x{+1}", Cause::InvalidHex, (0, 5)),
        (r"\u{12", Cause::InvalidHex, (0, 3)),
        (r"\uD800", Cause::NotScalar, (0, 6)),
        (r"a\x{FFFFFFFFFFFF}b", Cause::NotScalar, (1, 17)),
    ]);
}

#[test]
fn references_have_their_groups() {
    check([
        (r"(a)\2", Cause::NoSuchGroup { groups: 1 }, (3, 5)),
        (r"(a)\10", Cause::NoSuchGroup { groups: 1 }, (3, 6)),
        (
            r"(a)\99999999999",
            Cause::NoSuchGroup { groups: 1 },
            (3, 15),
        ),
        (r"\k<n>(?<m>a)", Cause::NoSuchGroup { groups: 1 }, (0, 5)),
        (r"(a)\g{-2}(b)", Cause::NoSuchGroup { groups: 1 }, (3, 9)),
        (r"(a)\g0", Cause::NoSuchGroup { groups: 1 }, (3, 6)),
        (r"\1{0}", Cause::NoSuchGroup { groups: 0 }, (0, 2)),
        (r"(a)\g{1", Cause::InvalidReference, (3, 7)),
        (r"(a)\g", Cause::InvalidReference, (3, 5)),
        (r"(a)\kn", Cause::InvalidReference, (3, 6)),
        (r"(a)\k<1>", Cause::InvalidName, (6, 8)),
        (r"(?<n>a)\k<n", Cause::InvalidName, (10, 11)),
        ("(?P=n)", Cause::NoSuchGroup { groups: 0 }, (0, 6)),
    ]);
}

#[test]
fn lookbehinds_have_a_greatest_length() {
    let limit = MAX_BEHIND;
    check([
        ("a(?<=b*)c", Cause::UnboundedLookbehind, (1, 8)),
        (r"(a)(?<!\1)", Cause::UnboundedLookbehind, (3, 10)),
        (
            "(?<=(?:ab){65535})",
            Cause::LongLookbehind {
                length: 131_070,
                limit,
            },
            (0, 18),
        ),
    ]);
    assert!(parse("(?<=a{65535})", &Options::default()).is_ok());
}

#[test]
fn classes_are_well_formed() {
    check([
        ("a[b", Cause::UnclosedClass, (1, 2)),
        ("[]", Cause::UnclosedClass, (0, 1)),
        ("[[a]", Cause::UnclosedClass, (0, 1)),
        ("[\\", Cause::UnclosedClass, (0, 1)),
        (
            "a[z-b]",
            Cause::ClassSyntax(ClassSyntax::ClassRangeInvalid),
            (2, 5),
        ),
        (
            r"é[\e]",
            Cause::ClassSyntax(ClassSyntax::EscapeUnrecognized),
            (3, 5),
        ),
        (
            r"a\p{Nope}",
            Cause::ClassMeaning(ClassMeaning::UnicodePropertyNotFound),
            (1, 9),
        ),
        (
            r"a\p{L",
            Cause::ClassSyntax(ClassSyntax::EscapeUnexpectedEof),
            (5, 5),
        ),
        (
            r"a\p",
            Cause::ClassSyntax(ClassSyntax::EscapeUnexpectedEof),
            (3, 3),
        ),
    ]);
    for pattern in ["a[é]", r"a\pL"] {
        let error = parse(pattern, &BYTES).unwrap_err();
        assert_eq!(
            error.cause,
            Cause::ClassMeaning(ClassMeaning::UnicodeNotAllowed)
        );
    }
}

#[test]
fn what_is_missing_is_named() {
    let unsupported = [
        (r"a\G", "`\\G` is", (1, 3)),
        (r"a\Kb", "`\\K` is", (1, 3)),
        (r"\R", "`\\R` is", (0, 2)),
        (r"\X", "`\\X` is", (0, 2)),
        (r"\h", "horizontal white space is", (0, 2)),
        (r"\Qa\E", "quoting is", (0, 2)),
        (r"\b{start}", "named boundaries are", (0, 2)),
        ("(a)(?(1)b|c)", "conditionals are", (3, 6)),
        ("a(?R)", "recursion is", (1, 4)),
        ("(a(?1))", "recursion is", (2, 5)),
        ("(a(?-1))", "recursion is", (2, 5)),
        ("(a(?+1))", "recursion is", (2, 5)),
        ("(?&n)", "recursion is", (0, 3)),
        ("(?|a)", "branch reset is", (0, 3)),
        ("(?C1)", "callouts are", (0, 3)),
        ("(?{a})", "code is", (0, 3)),
        ("(*FAIL)", "verbs are", (0, 1)),
    ];
    check(unsupported.map(|(pattern, what, span)| (pattern, Cause::Unsupported { what }, span)));
    let error = parse("(?R)", &Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "recursion is not supported, at byte 0");
}

#[test]
fn patterns_have_limits() {
    let options = Options::default();
    let length = MAX_LENGTH + 1;
    fails(
        &"a".repeat(length),
        &options,
        Cause::TooLong {
            length,
            limit: MAX_LENGTH,
        },
        (MAX_LENGTH, length),
    );
    assert!(parse(&"a".repeat(MAX_LENGTH), &options).is_ok());

    let groups = "()".repeat(MAX_GROUPS);
    let end = groups.len();
    assert_eq!(
        parse(&groups, &options).unwrap().groups.len(),
        MAX_GROUPS + 1
    );
    fails(
        &format!("{groups}()"),
        &options,
        Cause::TooManyGroups { limit: MAX_GROUPS },
        (end, end + 1),
    );

    let cause = Cause::TooDeep { limit: MAX_DEPTH };
    let nested = |depth: usize| format!("{}a{}", "(?:".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(MAX_DEPTH), &options).is_ok());
    fails(
        &nested(MAX_DEPTH + 1),
        &options,
        cause.clone(),
        (3 * MAX_DEPTH, 3 * MAX_DEPTH + 3),
    );
    assert!(parse(&format!("a{}", "*".repeat(MAX_DEPTH - 1)), &options).is_ok());
    fails(
        &format!("ba{}", "*".repeat(MAX_DEPTH)),
        &options,
        cause,
        (1, MAX_DEPTH + 2),
    );
}

/// So many loops side by side, so many atomic groups around them.
fn deep_and_wide(around: usize, loops: usize) -> String {
    format!(
        "{}{}{}",
        "(?>".repeat(around),
        "a*".repeat(loops),
        ")".repeat(around)
    )
}

#[test]
fn a_deep_pattern_is_not_wide() {
    let options = Options::default();
    // The groups, the concatenation, a loop, its body.
    let depth = |around: usize| around + 3;
    let nodes = |around: usize, loops: usize| around + 1 + 2 * loops;

    let around = 125;
    let most = (MAX_WORK / depth(around).pow(2) - nodes(around, 0)) / 2;
    let pattern = deep_and_wide(around, most);
    assert!(parse(&pattern, &options).is_ok());
    let pattern = deep_and_wide(around, most + 1);
    let cause = Cause::TooComplex {
        nodes: nodes(around, most + 1),
        depth: depth(around),
    };
    fails(&pattern, &options, cause, (0, pattern.len()));

    // Nothing of the greatest patterns takes long: they are refused before they are compiled.
    let around = MAX_DEPTH - 3;
    let loops = (MAX_LENGTH - 4 * around) / 2;
    let error = Regex::new(&deep_and_wide(around, loops)).unwrap_err();
    let (nodes, depth) = (nodes(around, loops), depth(around));
    assert_eq!(
        error.to_string(),
        format!("too complex: {nodes} parts in {depth} levels, at byte 0")
    );
}
