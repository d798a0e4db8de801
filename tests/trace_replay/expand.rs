//! The full access trace: what comes of chunks is what the run itself makes.

use std::convert::Infallible;

use rvjet::replay::{Access, Expand, Link};
use rvjet::trace::Policy;

use crate::manifest::guests;
use crate::rich;
use crate::trace::{Plan, Trace, builder, elf, linux};

const POLICIES: [(Policy, u64); 6] = [
    (Policy::Insns(1), 1_500),
    (Policy::Insns(1000), 100_000),
    (Policy::Insns(1 << 20), 2_500_000),
    (Policy::Accesses(7), 3_000),
    (Policy::Touches(1), 1_000),
    (Policy::Touches(100), 200_000),
];

impl Trace {
    /// All accesses, and how many each chunk has.
    pub fn expand(&self, threads: usize) -> (Vec<Access>, Vec<u64>) {
        let (mut all, mut counts) = (Vec::new(), Vec::new());
        let expand = Expand {
            header: &self.header,
            elf: &self.elf,
            threads,
        };
        let get = |number: u64| Ok(self.chunks[number as usize].clone());
        let count = self.chunks.len() as u64;
        let made = expand.run(count, get, |_, chunk| {
            counts.push(chunk.accesses.len() as u64);
            all.extend(chunk.accesses);
            Ok::<_, Infallible>(())
        });
        assert_eq!(made.unwrap(), all.len() as u64);
        (all, counts)
    }
}

#[test]
fn chunks_expand_to_what_the_run_does() {
    for guest in guests() {
        for (policy, max_insns) in POLICIES {
            let plan = Plan::new(policy, max_insns);
            let direct = builder(&elf(&guest), linux(&guest), plan).trace_accesses();
            let direct: Vec<Access> = direct.unwrap().flatten().collect();
            let trace = Trace::of(&guest, plan);
            let (expanded, counts) = trace.expand(2);
            let wanted: Vec<u64> = trace.chunks.iter().map(|chunk| chunk.accesses()).collect();
            assert_eq!(counts, wanted, "{} {policy}", guest.name);
            let differs = direct.iter().zip(&expanded).position(|(a, b)| a != b);
            if let Some(at) = differs {
                let (want, got) = (direct[at], expanded[at]);
                panic!("{} {policy}: {at}: {want:x?} {got:x?}", guest.name);
            }
            assert_eq!(direct.len(), expanded.len());
        }
    }
}

impl Trace {
    /// What all accesses find.
    fn links(&self, threads: usize) -> Vec<Link> {
        let mut all = Vec::new();
        let expand = Expand {
            header: &self.header,
            elf: &self.elf,
            threads,
        };
        let get = |number: u64| Ok(self.chunks[number as usize].clone());
        let count = self.chunks.len() as u64;
        let made = expand.links(count, get, |chunk, made| {
            assert_eq!(made.links.len() as u64, chunk.accesses());
            all.extend_from_slice(&made.links);
            Ok::<_, Infallible>(())
        });
        assert_eq!(made.unwrap(), all.len() as u64);
        all
    }
}

/// What accesses find, of all that is known of them.
fn found(accesses: &[Access]) -> Vec<Link> {
    let link = |access: &Access| Link {
        previous: access.previous.unwrap_or(u64::MAX),
        before: access.before,
    };
    accesses.iter().map(link).collect()
}

fn same_links(what: &str, want: &[Link], got: &[Link]) {
    if let Some(at) = want.iter().zip(got).position(|(want, got)| want != got) {
        panic!("{what}: {at}: {:x?} not {:x?}", got[at], want[at]);
    }
    assert_eq!(want.len(), got.len(), "{what}");
}

#[test]
fn links_are_those_of_all_accesses() {
    for guest in guests() {
        for (policy, max_insns) in POLICIES {
            let trace = Trace::of(&guest, Plan::new(policy, max_insns));
            let want = found(&trace.expand(2).0);
            let what = format!("{} {policy}", guest.name);
            same_links(&what, &want, &trace.links(2));
        }
    }
}

#[test]
fn a_rich_guest_expands_to_what_it_does() {
    for policy in [Policy::Insns(1), Policy::Insns(50), Policy::Touches(3)] {
        let plan = Plan::new(policy, u64::MAX);
        let direct = builder(&rich::elf(), rich::linux(), plan).trace_accesses();
        let direct: Vec<Access> = direct.unwrap().flatten().collect();
        let trace = Trace::record(&rich::elf(), rich::linux(), plan);
        assert_eq!(trace.expand(2).0, direct, "{policy}");
        same_links(&policy.to_string(), &found(&direct), &trace.links(1));
    }
}
