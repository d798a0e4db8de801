//! The guest programs, under every kind of policy.

use rvjet::EngineKind;
use rvjet::trace::Policy;

use crate::manifest::guests;
use crate::trace::{Plan, Trace};

const PLANS: [Plan; 6] = [
    Plan::new(Policy::Insns(1), 2_000),
    Plan::new(Policy::Insns(1000), 300_000),
    Plan::new(Policy::Insns(1 << 20), 3_000_000),
    Plan::new(Policy::Accesses(7), 5_000),
    Plan::new(Policy::Touches(5), 20_000),
    Plan::new(Policy::Touches(100), 300_000),
];

#[test]
fn every_chunk_replays_in_any_order() {
    for guest in guests() {
        for plan in PLANS {
            let trace = Trace::of(&guest, plan);
            let mut replayer = trace.replayer(EngineKind::Interp);
            for chunk in trace.chunks.iter().rev() {
                let replayed = replayer.replay(chunk);
                assert_eq!(replayed, Ok(()), "{} {plan:?}", guest.name);
            }
        }
    }
}

#[test]
fn steps_are_what_the_chunk_says() {
    for guest in guests() {
        let trace = Trace::of(&guest, PLANS[1]);
        let mut replayer = trace.replayer(EngineKind::Interp);
        for chunk in trace.chunks.iter().step_by(7) {
            let (mut state, mut accesses, mut ecalls) = (chunk.start.state.clone(), 0, 0);
            for step in replayer.steps(chunk).unwrap() {
                let step = step.unwrap_or_else(|mismatch| panic!("{mismatch}"));
                assert_eq!((step.insn, step.pc), (state.insns, state.pc));
                for (reg, value) in step.rs1.into_iter().chain(step.rs2) {
                    assert_eq!(state.reg(reg), value);
                }
                for (reg, value) in step.writes() {
                    state.set_register(reg, value);
                }
                if let Some(record) = step.record(chunk) {
                    ecalls += 1;
                    for &(reg, value) in &record.results {
                        state.set_register(reg, value);
                    }
                }
                (state.insns, state.pc) = (state.insns + 1, step.next_pc);
                accesses += step.accesses.len() as u64;
                assert!(step.accesses.iter().all(|access| access.insn == step.insn));
            }
            assert_eq!((state.x, state.pc), (chunk.end.state.x, chunk.end.state.pc));
            assert_eq!(
                (state.f, state.fcsr),
                (chunk.end.state.f, chunk.end.state.fcsr)
            );
            assert_eq!(state.insns, chunk.end.state.insns);
            assert_eq!(accesses, chunk.accesses());
            assert_eq!(ecalls, chunk.ecalls.len());
        }
    }
}
