//! What programs are made of, and how searches end.

use alloc::vec::Vec;
use std::format;

use super::program::{Op, Program};
use super::run::{Executor, Limits, Outcome};
use super::{Backtrack, compile, compile_careful};
use crate::NONE;
use crate::budget::{Budget, BudgetExceeded, Resource};
use crate::hir::Hir;
use crate::syntax::{Options, parse};

fn hir(pattern: &str) -> Hir {
    parse(pattern, &Options::default()).unwrap()
}

fn program(pattern: &str) -> Program {
    compile(&hir(pattern)).unwrap()
}

/// What kinds of instructions there are, in order, without those at either end.
fn kinds(program: &Program) -> Vec<std::string::String> {
    let name = |op: &Op| format!("{op:?}");
    let first_word = |text: std::string::String| {
        text.chars()
            .take_while(|letter| letter.is_alphanumeric())
            .collect()
    };
    let inner = &program.ops[1..program.ops.len() - 2];
    inner.iter().map(name).map(first_word).collect()
}

#[test]
fn a_stretch_is_one_check_of_length_and_wide_comparisons() {
    assert_eq!(
        kinds(&program("abcdefghijk")),
        ["Need", "Compare", "Compare", "Compare", "Advance"]
    );
    assert_eq!(
        kinds(&program("a[bB]c[xyz]")),
        ["Need", "Compare", "Member", "Advance"]
    );
    assert_eq!(
        kinds(&program("[0-9]{4}-")),
        [
            "Need", "Compare", "Compare", "Member", "Member", "Member", "Member", "Advance"
        ]
    );
    let compare = Op::Compare {
        offset: 0,
        width: super::program::Width::B4,
        mask: 0xffff_dfff,
        value: u64::from(u32::from_le_bytes(*b"aBcd")),
    };
    assert!(program("a[bB]cd").ops.contains(&compare));
}

#[test]
fn a_run_gives_back_only_where_something_can_come_of_it() {
    assert_eq!(
        kinds(&program("[a-z]+ x")),
        ["Run", "Need", "Compare", "Advance"]
    );
    assert_eq!(
        kinds(&program("[a-z]+x")),
        ["Run", "Shorter", "Need", "Compare", "Advance"]
    );
    assert_eq!(kinds(&program("[a-z]*$")), ["Run", "Look"]);
    assert_eq!(kinds(&program("[a-z]{9}")), ["Run"]);
    // In an atomic group, what comes behind it does not count.
    let atomic = kinds(&program("(?>[a-z]+)x"));
    assert_eq!(
        atomic,
        [
            "Fence", "Run", "Shorter", "Commit", "Need", "Compare", "Advance"
        ]
    );
}

#[test]
fn what_cannot_be_a_program_is_too_large() {
    for pattern in ["(?:(?:(?:a?){2,}b?){50,}c?){50,}", "(?:a|bc){3}{65535}"] {
        assert!(compile(&hir(pattern)).is_ok(), "{pattern}");
    }
    let nested = (0..40).fold("a?".into(), |body, _| {
        format!("(?:{body}b?c?d?e?f?){{33,}}")
    });
    assert!(compile(&hir(&nested)).is_err());
    assert!(compile_careful(&hir("(?:ab|cd){60000}")).is_err());
}

/// The whole match, by the executor alone.
fn search(program: &Program, text: &str, steps: u64, entries: usize) -> (Outcome, u64, Vec<usize>) {
    let mut executor = Executor::new(program);
    let mut limits = Limits { steps, entries };
    executor.forget(program, text.as_bytes(), 0);
    let starts = 0..=text.len();
    let outcome = executor.search(program, text.as_bytes(), starts, &mut limits);
    (
        outcome,
        steps - limits.steps,
        executor.slots(program).to_vec(),
    )
}

#[test]
fn a_failed_attempt_leaves_no_group_behind() {
    let (outcome, _, slots) = search(&program("(a)(b)c|(a)d"), "ab ad", 100, 100);
    assert_eq!(outcome, Outcome::Match);
    assert_eq!(slots, [3, 5, NONE, NONE, NONE, NONE, 3, 4]);
}

#[test]
fn limits_are_met_exactly() {
    let program = program(r"(a*)*\1b");
    let (outcome, steps, _) = search(&program, "aaaa", u64::MAX, usize::MAX);
    assert_eq!(outcome, Outcome::NoMatch);
    assert_eq!(
        search(&program, "aaaa", steps, usize::MAX).0,
        Outcome::NoMatch
    );
    assert_eq!(
        search(&program, "aaaa", steps - 1, usize::MAX).0,
        Outcome::OutOfSteps { start: 3 }
    );
    let enough =
        (0..).find(|&entries| search(&program, "aaaa", steps, entries).0 == Outcome::NoMatch);
    let short = search(&program, "aaaa", steps, enough.unwrap() - 1).0;
    assert_eq!(short, Outcome::OutOfStack { start: 0 });
}

#[test]
fn a_reference_that_is_not_there_is_charged_as_one_that_is() {
    // Two attempts, and the four bytes that the first one captures.
    let (outcome, steps, _) = search(&program(r"(aaaa)\1"), "aaaab", u64::MAX, usize::MAX);
    assert_eq!((outcome, steps), (Outcome::NoMatch, 6));
    let (outcome, steps, _) = search(&program(r"(aaaa)\1"), "aaaaaaaa", u64::MAX, usize::MAX);
    assert_eq!((outcome, steps), (Outcome::Match, 5));
}

#[test]
fn the_careful_program_is_linear() {
    let careful = compile_careful(&hir(r"(?:(?:a*)*|(?:a|a?)+)*b")).unwrap();
    let steps = |count| search(&careful, &"a".repeat(count), u64::MAX, usize::MAX).1;
    let (short, long) = (steps(1000), steps(4000));
    assert!(
        long < 5 * short,
        "{short} steps, {long} for four times the text"
    );
}

fn found(pattern: &str, text: &str, budget: Budget) -> Result<bool, BudgetExceeded> {
    let hir = hir(pattern);
    let mut slots = std::vec![NONE; 2 * hir.groups.len()];
    Backtrack::new(&hir, budget)
        .unwrap()
        .search(text.as_bytes(), 0, &mut slots)
}

#[test]
fn a_search_without_end_exceeds_its_budget() {
    let budget = Budget::default();
    let exceeded = found(r"(?:(a*)*)\1b", &"a".repeat(22), budget).unwrap_err();
    let limit = budget.steps_for(22);
    assert_eq!(
        exceeded,
        BudgetExceeded {
            resource: Resource::Steps,
            limit
        }
    );
    let budget = Budget {
        stack: 240,
        ..budget
    };
    let exceeded = found(r"(?:ab|a)*\w!", &"ab".repeat(30), budget).unwrap_err();
    assert_eq!(
        exceeded,
        BudgetExceeded {
            resource: Resource::Stack,
            limit: 240
        }
    );
}

#[test]
fn a_regular_pattern_needs_memory_instead_of_steps() {
    let text = "a".repeat(2000);
    assert_eq!(found("(?:a*)*b", &text, Budget::default()), Ok(false));
    let cramped = Budget {
        memory: 100,
        ..Budget::default()
    };
    let exceeded = found("(?:a*)*b", &text, cramped).unwrap_err();
    assert_eq!(
        exceeded,
        BudgetExceeded {
            resource: Resource::Memory,
            limit: 100
        }
    );
}

#[test]
fn a_literal_that_is_not_there_ends_a_search_at_once() {
    let text = "a".repeat(5000);
    let poor = Budget {
        steps: 0,
        steps_per_byte: 0,
        ..Budget::default()
    };
    assert_eq!(found(r"(\w)\1xyz", &text, poor), Ok(false));
    assert!(found(r"(\w)\1x", &text, poor).is_err());
    let text = format!("{text}--abxyz");
    assert_eq!(
        found(r"\babxyz", &text, Budget { steps: 10, ..poor }),
        Ok(true)
    );
}

#[test]
fn a_group_refers_to_what_it_captured_before() {
    let whole = |pattern, text| {
        let (outcome, _, slots) = search(&program(pattern), text, u64::MAX, usize::MAX);
        (outcome == Outcome::Match).then(|| (slots[0], slots[1]))
    };
    assert_eq!(whole(r"^(?:(a|b\1))+$", "aba"), Some((0, 3)));
    assert_eq!(whole(r"^(?:(a|b\1))+$", "ab"), None);
    assert_eq!(whole(r"(a\1)", "aa"), None);
}
