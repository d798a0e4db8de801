//! Code and executor against each other: the same outcome, slots and steps left, on any
//! pattern, text, range of starts and limits.

use alloc::string::String;
use alloc::vec::Vec;
use std::format;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::{Jit, NoCode, listing};
use crate::NONE;
use crate::backtrack::program::{Op, Program};
use crate::backtrack::run::{Executor, Limits, Outcome};
use crate::backtrack::{compile, compile_careful};
use crate::syntax::{Options, parse};

fn program(pattern: &str, unicode: bool) -> Option<Program> {
    let options = Options {
        unicode,
        ..Options::default()
    };
    compile(&parse(pattern, &options).ok()?).ok()
}

/// One search by both; the steps that it used.
fn agree(program: &Program, jit: &mut Jit, text: &[u8], limits: Limits) -> u64 {
    let mut executor = Executor::new(program);
    let [mut by_executor, mut by_jit] = [limits; 2];
    let expected = executor.search(program, text, 0..=text.len(), &mut by_executor);
    let mut slots = std::vec![NONE; 2 * program.groups];
    let outcome = jit.search(text, 0..=text.len(), &mut by_jit, &mut slots);
    assert_eq!(
        (outcome, by_jit),
        (expected, by_executor),
        "{limits:?} {text:?} {:?}",
        program.ops
    );
    if outcome == Outcome::Match {
        assert_eq!(slots, executor.slots(program), "{text:?} {:?}", program.ops);
    }
    limits.steps - by_jit.steps
}

/// Searches with limits that suffice and with ones that do not.
fn agree_on_all(pattern: &str, unicode: bool, texts: &[&[u8]]) {
    let Some(program) = program(pattern, unicode) else {
        return;
    };
    let mut jit = Jit::new(&program).unwrap();
    for text in texts {
        let ample = Limits {
            steps: 2000,
            entries: 600,
        };
        let used = agree(&program, &mut jit, text, ample);
        for steps in [used.saturating_sub(1), used / 2, 1, 0] {
            agree(&program, &mut jit, text, Limits { steps, ..ample });
        }
        for entries in 0..8 {
            agree(&program, &mut jit, text, Limits { entries, ..ample });
        }
    }
}

const TEXTS: [&[u8]; 8] = [
    b"",
    b"a",
    b"abc abc\n",
    b"the cat sat on the the mat, aaaaaaaaaaaaaaaaaaaaaaab",
    "é\u{e9}à жжжж Ж€€ \u{1f600}a\u{212a}k ſS".as_bytes(),
    b"\xff\xc3\x80 a\xe2\x82 ab\xc3",
    b"xABCabcABC_1 22-22\n\nabab abab ababab",
    b"aaaaabbbbbaaaaabbbbbaaaaabbbbbaaaaabbbbbaaaaabbbbbaaaaabbbbb c",
];

#[test]
fn every_kind_of_op_does_what_the_executor_does() {
    let patterns = [
        r"",
        r"a",
        r"abcd",
        r"abc abc\n",
        r"[ab][^a]c",
        r"(?i:abcabc)",
        r"a|b|cd",
        r"(a)|(b)|c",
        r"(?:ab|a)*b",
        r"(?:ab|a)*?b",
        r"(a*)*",
        r"(?:a?|b)+c",
        r"(a|ab)(c|bcd)*\n",
        r"a*",
        r"a+b",
        r"a*?b",
        r"a+?",
        r"a{2,4}",
        r"a{2,4}?b",
        r"a{3}",
        r"a++b",
        r"[a-c]{2,}?c",
        r".*c",
        r".*?c",
        r"(?s:.*)b",
        r"(?s:.)+?\z",
        r"\w+",
        r"\w*é",
        r"\w+?ж",
        r"\w{2,3}",
        r"\w{2,3}?ж",
        r"\w{3}+",
        r"[à-é]+",
        r"€*\s",
        r"\p{Greek}",
        r"[^x]€",
        r"(?:a(?:b|c)?){2,30}b",
        r"(?:a|b){33,}c",
        r"(?:ab?){35,40}?",
        r"(?:(?:a?){2,}){33,}",
        r"^a",
        r"a$",
        r"c\Z",
        r"(?m:^)a",
        r"c(?m:$)",
        r"\b",
        r"\B",
        r"\bж",
        r"é\B",
        r"(?>a*)b",
        r"(?>a|ab)c",
        r"(?:a|b)*+c",
        r"(?=(a+))a\1?b",
        r"(?!ab)a",
        r"(?<=b)a",
        r"(?<!b)a",
        r"(?<=a|bb)a",
        r"(?<=a{1,4})b",
        r"(?<=(.))a\1",
        r"(?<!^|a.)b",
        r"(a+)\1",
        r"(ab)+ \1",
        r"(?i)(abc)\1",
        r"(ſ|k)(?i:\1)",
        r"(?i)(.)\1",
        r"(?:(a)|\1b)+",
        r"(?:(a|b\1))+",
        r"\b([a-z]+) \1\b",
        r"\b(\w+)\s+\1",
        r"\b([a-c]{2,3})b",
        r"(\b\w{2,}) ",
        r"\b(?i:[a-k]+)c",
        r"(?=\w{3} )\w",
        r"(?=(a))(?=(a))\1a\2",
    ];
    for pattern in patterns {
        assert!(program(pattern, true).is_some(), "{pattern}");
        agree_on_all(pattern, true, &TEXTS);
        agree_on_all(pattern, false, &TEXTS);
    }
}

#[test]
fn starts_are_those_of_the_range() {
    let program = program(r"\b([a-z]+) \1|a(?!b)", true).unwrap();
    let mut jit = Jit::new(&program).unwrap();
    let text = b"xabab abab aa aa a";
    let mut executor = Executor::new(&program);
    for first in 0..=text.len() {
        for last in first..=text.len() + 1 {
            let [mut ours, mut theirs] = [Limits {
                steps: 1000,
                entries: 100,
            }; 2];
            let expected = executor.search(&program, text, first..=last, &mut theirs);
            let mut slots = [NONE; 4];
            let outcome = jit.search(text, first..=last, &mut ours, &mut slots);
            assert_eq!((outcome, ours), (expected, theirs), "{first} {last}");
        }
    }
}

#[test]
fn the_stack_grows_up_to_its_limit() {
    let text = "ab".repeat(2000) + "c";
    let program = program(r"(?:(a)|b)*c", true).unwrap();
    let mut jit = Jit::new(&program).unwrap();
    for entries in [0, 1, 255, 256, 257, 5000, 100_000, usize::MAX] {
        let limits = Limits {
            steps: 100_000,
            entries,
        };
        agree(&program, &mut jit, text.as_bytes(), limits);
    }
}

#[test]
fn more_steps_than_a_register_has_are_as_good_as_any() {
    let program = program("a+b", true).unwrap();
    let mut jit = Jit::new(&program).unwrap();
    let limits = Limits {
        steps: u64::MAX,
        entries: 10,
    };
    assert_eq!(agree(&program, &mut jit, b"aaab", limits), 4);
}

#[test]
fn far_branches_and_far_tables_lead_where_near_ones_do() {
    let words: Vec<String> = (0..300)
        .map(|i| {
            format!(
                "{}[{}x]w*?{i}(?:a|[bq])*",
                ["ab", "c", "d"][i % 3],
                char::from(b'a' + (i % 25) as u8)
            )
        })
        .collect();
    let pattern = format!("(?:{})+z", words.join("|"));
    let program = program(&pattern, true).unwrap();
    let mut jit = Jit::new(&program).unwrap();
    let text = b"abxw0abqcb1aqddx299az abx0z";
    agree(
        &program,
        &mut jit,
        text,
        Limits {
            steps: 10_000,
            entries: 1000,
        },
    );
    assert!(listing(&program).unwrap().len() * 4 > 0x4000);
}

#[test]
fn a_doubled_word_costs_few_instructions() {
    let program = program(r"\b([A-Za-z]+) \1\b", true).unwrap();
    let mut jit = Jit::new(&program).unwrap();
    let text = "It was the second of the words that she had written without any haste. ".repeat(20);
    let mut limits = Limits {
        steps: u64::MAX,
        entries: 100,
    };
    let outcome = jit.search(text.as_bytes(), 0..=text.len(), &mut limits, &mut [NONE; 4]);
    assert_eq!(outcome, Outcome::NoMatch);
    let each = jit.code.retired() as usize / text.len();
    assert!(each < 20, "{each} instructions a byte");
}

#[test]
fn what_has_no_code_says_why() {
    let hir = parse("(?:(a*)*|b)*c", &Options::default()).unwrap();
    assert_eq!(
        listing(&compile_careful(&hir).unwrap()),
        Err(NoCode::Remembers)
    );
    let mut huge = program("a", true).unwrap();
    huge.ops = (0..60_000)
        .map(|_| Op::Look(crate::look::Look::Word))
        .chain([Op::Match])
        .collect();
    assert_eq!(listing(&huge), Err(NoCode::TooLarge));
    assert_eq!(
        format!("{}", NoCode::Refused { errno: 12 }),
        "no memory for code: error number 12"
    );
}

/// A pattern; those that do not parse are passed over.
fn patterns() -> impl Strategy<Value = String> {
    let atoms = [
        "a",
        "b",
        "abc",
        " ",
        "[ab]",
        "[^a]",
        ".",
        r"\w",
        r"\d",
        "é",
        "[éж]",
        r"\b",
        r"\B",
        "^",
        "$",
        r"(?m:^)",
        r"\Z",
        "(?i:ab)",
        "[a-z]+",
        r"\w*",
        ".*?",
        r"(\w+)",
        r"\1",
        r"(?i:\1)",
        r"\b([a-z]+)",
    ];
    let leaf = proptest::sample::select(atoms.to_vec()).prop_map(String::from);
    leaf.prop_recursive(4, 24, 4, |inner| {
        let around =
            proptest::sample::select(&["(", "(?:", "(?>", "(?=", "(?!", "(?<=", "(?<!"][..]);
        let times = [
            "*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "{3,40}", "*?", "+?", "{1,3}?", "*+",
            "{2,}+",
        ];
        let times = proptest::sample::select(times.to_vec());
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            proptest::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("(?:{})", parts.join("|"))),
            (around, inner.clone()).prop_map(|(open, body)| format!("{open}{body})")),
            (inner, times).prop_map(|(body, times)| format!("(?:{body}){times}")),
        ]
    })
}

fn texts() -> impl Strategy<Value = Vec<u8>> {
    let pieces: [&[u8]; 14] = [
        b"a",
        b"b",
        b"abc",
        b"ab",
        b" ",
        b"\n",
        b"A",
        b"x",
        "é".as_bytes(),
        "ж".as_bytes(),
        "€".as_bytes(),
        b"\xff",
        b"\xc3",
        b"aaaaaaaaaa",
    ];
    let piece = proptest::sample::select(pieces.to_vec());
    proptest::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(17), failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn code_and_executor_agree(pattern in patterns(), unicode: bool, text in texts()) {
        agree_on_all(&pattern, unicode, &[&text]);
    }
}
