//! Random patterns and texts, from few characters so that they meet often.

use proptest::prelude::*;

/// Patterns that an automaton can match.
pub fn regular() -> BoxedStrategy<String> {
    leaf()
        .prop_recursive(5, 24, 4, |inner| any_of_regular(inner).boxed())
        .boxed()
}

/// Patterns with what only backtracking can do as well. Groups are numbered by where they
/// stand, so a reference may be to one that is not there; those patterns are not patterns.
pub fn irregular() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        6 => leaf(),
        1 => Just(r"\1".to_owned()),
        1 => Just(r"(?i:\1)".to_owned()),
        1 => Just(r"\2".to_owned()),
    ];
    leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            6 => any_of_regular(inner.clone()),
            1 => inner.clone().prop_map(|body| format!("(?>{body})")),
            1 => inner.clone().prop_map(|body| format!("(?={body})")),
            1 => inner.clone().prop_map(|body| format!("(?!{body})")),
            1 => (fixed(), "=|!").prop_map(|(body, sign)| format!("(?<{sign}{body})")),
            1 => (inner, "[*+?]").prop_map(|(body, times)| format!("(?:{body}){times}+")),
        ]
        .boxed()
    })
    .boxed()
}

fn any_of_regular(inner: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let times = prop_oneof![
        8 => "[*+?]",
        4 => "\\{[0-2],[2-3]\\}",
        4 => "\\{[1-3]\\}",
        4 => "\\{[0-2],\\}",
        // Too often to be unrolled: loops that count.
        2 => "\\{([0-2]|9),(9|1[0-9])\\}",
        1 => "\\{[7-9],?\\}",
    ];
    prop_oneof![
        4 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.concat()),
        2 => prop::collection::vec(inner.clone(), 2..4).prop_map(|ways| format!("(?:{})", ways.join("|"))),
        2 => inner.clone().prop_map(|body| format!("({body})")),
        // A place that is come to again at the same position, in the next round of a count.
        1 => (inner.clone(), "\\||a\\?\\?|a\\*\\?|\\\\b\\|", "[+*]\\??", "\\{([0-3]|9),1[0-9]\\}", "[ab]?").prop_map(
            |(body, empty, often, times, rest)| format!("(?:(?:{empty}(?:{body})){often}){times}{rest}"),
        ),
        3 => (inner, times, "\\??").prop_map(|(body, times, lazy)| format!("(?:{body}){times}{lazy}")),
    ]
}

/// Classes, literals and assertions; literals the most often.
fn leaf() -> impl Strategy<Value = String> {
    let literals = ["a", "b", "c", "ab", "bca", "é", " ", "abcabcabc"];
    let classes = [
        "[ab]", "[^a]", ".", "(?s:.)", r"\w", r"\W", "[a-cé]", "(?i:a)", "(?i:ké)", r"\d",
    ];
    let looks = ["^", "$", r"\b", r"\B", "(?m:^)", "(?m:$)", "", r"\A", r"\z"];
    prop_oneof![
        5 => prop::sample::select(literals.to_vec()),
        3 => prop::sample::select(classes.to_vec()),
        1 => prop::sample::select(looks.to_vec()),
    ]
    .prop_map(str::to_owned)
}

/// What a look behind takes everywhere: always as many characters.
fn fixed() -> impl Strategy<Value = String> {
    prop::sample::select(&["a", "b", "ab", "[ab]c", ".", "é", r"\w ", "^", r"\b"][..])
        .prop_map(str::to_owned)
}

/// Texts of the patterns' characters.
pub fn text() -> impl Strategy<Value = String> {
    let characters = [
        'a', 'b', 'c', 'a', 'b', 'é', 'É', ' ', '\n', 'A', 'K', '7', '€', '😀',
    ];
    text_of(characters.to_vec())
}

/// As well of letters that change their length with their case. `fancy-regex` does not know
/// them where it compares with a group.
pub fn text_of_all_cases() -> impl Strategy<Value = String> {
    text_of(vec![
        'a', 'b', 'é', 'É', 'k', 'K', '\u{212a}', 's', 'ſ', ' ',
    ])
}

fn text_of(characters: Vec<char>) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(characters), 0..24)
        .prop_map(|characters| characters.into_iter().collect())
}
