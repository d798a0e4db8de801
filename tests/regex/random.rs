//! Random patterns: the machine code that the workload writes, and its executor.

use crate::dice::Dice;
use crate::emulator::{Emulator, emulators};

/// Patterns of one run.
const BATCH: usize = 40;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(default)
}

/// A pattern in which there is a group 1.
fn pattern(dice: &mut Dice) -> String {
    format!("{}(a|b?c)?{}", part(dice, 2), part(dice, 4))
}

/// A part of a pattern that is `depth` deep at most, without a group.
fn part(dice: &mut Dice, depth: u64) -> String {
    let literals = ["a", "b", "ab", "é", "bcabcab", " ", "c"];
    let classes = [
        ".", "[ab]", "[^a]", r"\w", "[a-cé]", "(?i:é)", r"\s", r"\p{L}",
    ];
    let looks = [r"\b", r"\B", "^", "$", "(?m:^)", "(?m:$)", ""];
    let inner = |dice: &mut Dice| match depth {
        0 => dice.pick(&literals).to_owned(),
        _ => part(dice, depth - 1),
    };
    match dice.below(16) {
        0..=2 => dice.pick(&literals).to_owned(),
        3..=4 => dice.pick(&classes).to_owned(),
        5 => dice.pick(&looks).to_owned(),
        6..=7 => inner(dice) + &inner(dice),
        8 => format!("(?:{}|{})", inner(dice), inner(dice)),
        9..=11 => {
            let times = dice.pick(&["*", "+", "?", "{2}", "{1,3}", "{2,}", "{0,40}", "{17,}"]);
            let greed = dice.pick(&["", "", "?", "+"]);
            format!("(?:{}){times}{greed}", inner(dice))
        }
        12 => format!("{}{}", dice.pick(&[r"\1", r"(?i:\1)"]), inner(dice)),
        13 => format!("(?>{})", inner(dice)),
        14 => format!("{}{})", dice.pick(&["(?=", "(?!"]), inner(dice)),
        _ => format!(
            "{}{})",
            dice.pick(&["(?<=", "(?<!"]),
            dice.pick(&["a", "b?c", "é|ab", "."])
        ),
    }
}

fn text(dice: &mut Dice) -> Vec<u8> {
    let pieces: [&[u8]; 12] = [
        b"a",
        b"b",
        b"c",
        b"ab",
        b" ",
        b"\n",
        "é".as_bytes(),
        "É".as_bytes(),
        b"bcabcab",
        b"aaaa",
        b"\xff",
        b"A",
    ];
    let length = dice.below(300);
    (0..length)
        .flat_map(|_| {
            pieces[dice.below(pieces.len() as u64) as usize]
                .iter()
                .copied()
        })
        .collect()
}

/// What a run over all patterns counts. Budgets are small, for they are part of the result.
fn count(
    emulator: Emulator,
    engine: &str,
    model: &str,
    patterns: &[String],
    text: &[u8],
) -> (Option<i32>, String, String) {
    let mut arguments = vec![
        "--engine",
        engine,
        "--model",
        model,
        "--budget-steps",
        "60000",
        "--",
    ];
    arguments.extend(patterns.iter().map(String::as_str));
    let ended = emulator.run(&arguments, text);
    (ended.code, ended.stdout, ended.stderr)
}

#[test]
fn machine_code_of_random_patterns_does_what_the_executor_does() {
    let emulators = emulators();
    let mut dice = Dice::new(number("RVJET_TEST_SEED", 1));
    let mut searched = 0;
    for batch in 0..number("RVJET_TEST_CASES", 800).div_ceil(BATCH as u64) {
        let patterns = (0..BATCH).map(|_| pattern(&mut dice)).collect::<Vec<_>>();
        let text = text(&mut dice);
        for model in ["count-spans", "count-captures"] {
            let expected = count(emulators[0], "backtrack", model, &patterns, &text);
            assert!(matches!(expected.0, Some(0 | 3)), "{expected:?}");
            searched += expected.1.lines().count();
            for &emulator in &emulators {
                let found = count(emulator, "jit", model, &patterns, &text);
                assert_eq!(
                    found, expected,
                    "batch {batch}, {emulator:?}, {model}: {text:?}"
                );
            }
        }
    }
    assert!(searched > 0);
}
