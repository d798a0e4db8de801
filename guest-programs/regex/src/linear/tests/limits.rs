//! What hostile patterns and haystacks may cost.

use std::boxed::Box;
use std::vec;

use super::{times, translate};
use crate::budget::Budget;
use crate::hir::{Greed, Hir, Node, Repeat};
use crate::linear::{Linear, NotLinear, Pike};

fn many_times(body: Node) -> Node {
    Node::Repeat(Repeat {
        min: 65535,
        max: Some(65535),
        greed: Greed::Greedy,
        body: Box::new(body),
    })
}

fn of(root: Node) -> Hir {
    Hir {
        root,
        groups: vec![None],
        unicode: false,
    }
}

#[test]
fn large_patterns_are_refused() {
    for body in [
        Node::Empty,
        Node::Literal(Box::from(*b"x")),
        Node::Look(crate::look::Look::Word),
    ] {
        let hir = of(many_times(many_times(many_times(body))));
        let refused = |error| matches!(error, NotLinear::TooLarge { .. });
        assert!(Pike::new(&hir, Budget::default()).is_err_and(refused));
        assert!(Linear::new(&hir, Budget::default()).is_err_and(refused));
    }
    let classes = translate(r"\w{1000}", true);
    assert!(Linear::new(&classes, Budget::default()).is_err());
    assert!(Linear::new(&translate(r"\w{50}", true), Budget::default()).is_ok());
}

#[test]
fn many_groups_are_refused() {
    let hir = translate(&times("(a)", 3000), false);
    assert!(Pike::new(&hir, Budget::default()).is_err());
}

#[test]
fn what_is_not_regular_is_refused() {
    let atomic = of(Node::Atomic(Box::new(Node::Empty)));
    assert_eq!(
        Linear::new(&atomic, Budget::default()).unwrap_err(),
        NotLinear::NotRegular
    );
    let possessive = Repeat {
        min: 0,
        max: None,
        greed: Greed::Possessive,
        body: Box::new(Node::Empty),
    };
    assert_eq!(
        Linear::new(&of(Node::Repeat(possessive)), Budget::default()).unwrap_err(),
        NotLinear::NotRegular
    );
}

#[test]
fn work_is_linear() {
    for pattern in ["(a*)*b", "(?:a?){20}a{20}b", "(a|aa)+b", "(?:(?:a*)*)*b"] {
        let hir = translate(pattern, true);
        let mut pike = Pike::new(&hir, Budget::default()).unwrap();
        let mut steps = [1000, 2000].map(|length| {
            let before = pike.steps();
            // Behind a first byte, so that the search has no other start to try.
            assert_eq!(pike.find(times("a", length).as_bytes(), 0), None);
            pike.steps() - before
        });
        steps[0] *= 2;
        assert!(10 * steps[1] <= 11 * steps[0], "{pattern}: {steps:?}");
    }
}
