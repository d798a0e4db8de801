//! Whole traces that are right.

use rvjet::EngineKind;
use rvjet::machine::Exit;
use rvjet::replay::{Level, Verified, Verify, VerifyError};
use rvjet::trace::Policy;

use crate::manifest::guests;
use crate::trace::{Plan, Trace};

const PLANS: [Plan; 8] = [
    Plan::new(Policy::Insns(1), 1_000),
    Plan::new(Policy::Insns(1000), 100_000),
    Plan::new(Policy::Insns(1 << 20), u64::MAX),
    Plan::new(Policy::Accesses(1), 1_000),
    Plan::new(Policy::Accesses(7), 3_000),
    Plan::new(Policy::Accesses(1000), 100_000),
    Plan::new(Policy::Touches(1), 1_000),
    Plan::new(Policy::Touches(100), 100_000),
];

impl Trace {
    pub fn verify(&self, level: Level, threads: usize) -> Result<Verified, VerifyError> {
        Verify {
            ending: Some(self.ending.clone()),
            level,
            threads,
            engine: EngineKind::Auto,
            ..Verify::new(&self.header, &self.elf)
        }
        .run_all(&self.chunks)
    }
}

#[test]
fn what_is_recorded_is_right() {
    for guest in guests() {
        for plan in PLANS {
            let plan = Plan {
                max_insns: plan.max_insns.min(4_000_000),
                ..plan
            };
            let trace = Trace::of(&guest, plan);
            for (level, threads) in [(Level::Chain, 1), (Level::Replay, 2)] {
                let verified = trace.verify(level, threads);
                let verified = verified.unwrap_or_else(|e| panic!("{} {plan:?}: {e}", guest.name));
                assert_eq!(verified.chunks, trace.chunks.len() as u64);
                let end = trace.chunks.last().map(|chunk| chunk.end.clone()).unwrap();
                assert_eq!(verified.insns, end.state.insns);
                assert_eq!(
                    (verified.accesses, verified.ecalls),
                    (end.accesses, end.ecalls)
                );
            }
        }
    }
}

#[test]
fn an_ending_is_verified() {
    let mut trace = Trace::named("echoargs", Plan::new(Policy::Insns(100), u64::MAX));
    assert!(matches!(trace.ending.exit, Exit::Exited { .. }));
    trace.verify(Level::Replay, 1).unwrap();
    trace.chunks.pop();
    let cut = trace.verify(Level::Replay, 1);
    assert!(matches!(cut, Err(VerifyError::Exit { .. })), "{cut:?}");
    trace.chunks.clear();
    let cut = trace.verify(Level::Chain, 1);
    assert!(matches!(cut, Err(VerifyError::Exit { .. })), "{cut:?}");
}
