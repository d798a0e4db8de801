//! That nothing in a pattern makes the parser panic, or a tree that is not as promised.

use std::format;
use std::string::{String, ToString};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::show;
use crate::hir::Node;
use crate::syntax::{Cause, MAX_DEPTH, MAX_LENGTH, Options, parse};

/// Asserts what `hir` promises, and that the tree is no deeper than `depth`.
fn assert_normal(node: &Node, depth: usize) {
    assert!(depth > 0, "too deep");
    let literals = |pair: &[Node]| pair.iter().all(|part| matches!(part, Node::Literal(_)));
    match node {
        Node::Literal(bytes) => assert!(!bytes.is_empty()),
        Node::Bytes(set) => assert_eq!(set.single(), None),
        Node::Class(class) => {
            assert!(class.ranges().last().is_some_and(|range| range.1 > '\x7f'));
            assert!(class.ranges().len() > 1 || class.ranges()[0].0 < class.ranges()[0].1);
        }
        Node::Concat(parts) => {
            assert!(
                parts.len() > 1 && !parts.windows(2).any(literals),
                "{}",
                show(node)
            );
            assert!(
                !parts
                    .iter()
                    .any(|part| matches!(part, Node::Concat(_) | Node::Empty))
            );
        }
        Node::Alternate(parts) => {
            assert!(
                parts.len() > 1 && !parts.iter().any(|part| matches!(part, Node::Alternate(_)))
            );
        }
        Node::Repeat(repeat) => assert!(repeat.max.is_none_or(|max| max >= repeat.min)),
        _ => {}
    }
    node.parts()
        .iter()
        .for_each(|part| assert_normal(part, depth - 1));
}

/// Parses; what comes of it, if anything, is as promised.
fn survives(pattern: &str, options: &Options) {
    match parse(pattern, options) {
        Ok(hir) => assert_normal(&hir.root, MAX_DEPTH),
        Err(error) => {
            assert!(
                pattern.get(error.span.start..error.span.end).is_some(),
                "{error:?}"
            );
            assert!(!error.to_string().contains('\n'));
        }
    }
}

fn options() -> impl Strategy<Value = Options> {
    any::<[bool; 5]>().prop_map(
        |[
            unicode,
            ignore_case,
            multi_line,
            dot_matches_newline,
            ignore_whitespace,
        ]| {
            Options {
                unicode,
                ignore_case,
                multi_line,
                dot_matches_newline,
                ignore_whitespace,
            }
        },
    )
}

fn tokens() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        "[a-cé0-9 \n]",
        r"[(){}\[\]|?*+^$.\\#&~:<>=!'-]",
        Just(String::from("(?:")),
        Just(String::from("(?<n>")),
        r"\\[a-zA-Z0-9]",
        r"\{[0-9]?,?[0-9]?\}",
        r"\(\?[imsx-]{0,3}[:)]",
        r"\(\?(<?[=!]|>|#)",
        r"\[\^?\]?[a-c]",
    ];
    prop::collection::vec(token, 0..20).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(15), failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_text_is_a_pattern_or_an_error(text in any::<String>(), options in options()) {
        survives(&text, &options);
    }

    #[test]
    fn any_tokens_are_a_pattern_or_an_error(text in tokens(), options in options()) {
        survives(&text, &options);
    }

    #[test]
    fn any_class_is_a_pattern_or_an_error(
        text in r"\[[\[\]^:a-c\\{}&~# \nxpwLé-]{0,12}\]{0,3}",
        options in options(),
    ) {
        survives(&text, &options);
    }
}

#[test]
fn long_patterns_are_a_pattern_or_an_error() {
    let units = [
        "(", ")", "(?:", "(?=", "(?<=", "(?#", "(?i", "(?i)", "[", "[^", "[[:", "[[:a", "a-", "\\",
        "\\[", "|", "a|", "*", "a*", "a**", "{", "a{", "a{1", "{1,", "\\x{", "\\p{", "\\g{",
        "(?<a", "()", "(a)\\1", "(?x)#", "é",
    ];
    for unit in units {
        let text = unit.repeat(MAX_LENGTH / 16 / unit.len());
        survives(&text, &Options::default());
        survives(&format!("[{}", &text[unit.len()..]), &Options::default());
    }
}

#[test]
fn classes_are_bounded_as_a_whole() {
    for unit in [r"\w", r"\pL", r"[\w]", r"[[\w]a]", r"(?i)[^a]"] {
        let text = unit.repeat(MAX_LENGTH / unit.len());
        let error = parse(&text, &Options::default()).unwrap_err();
        assert_eq!(error.cause, Cause::TooLarge, "{unit}");
    }
    let error = parse(
        &format!("[{}]", "a".repeat(MAX_LENGTH / 2)),
        &Options::default(),
    )
    .unwrap_err();
    assert!(matches!(error.cause, Cause::LongClass { .. }));
}
