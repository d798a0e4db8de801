//! What a chunk has come to, when its instructions have been executed.

use super::{Replayer, Run};
use crate::machine::{SeenCode, Touch};
use crate::replay::{Difference, Mismatch, difference};
use crate::trace::Boundary;

/// A chunk that was replayed without a difference.
#[derive(Clone, Debug)]
pub(crate) struct Replayed {
    /// It ends where the policy says, not where the run did.
    pub(crate) is_full: bool,
    /// It has a page of code that only the instruction after it is in.
    pub(crate) looks_ahead: bool,
    /// Its last instruction is a call that stays where it is, as one does that
    /// ends the run.
    pub(crate) stays: bool,
    /// What memory held of the chunk's pages of code when they were executed.
    pub(crate) seen: Vec<SeenCode>,
    /// The values of the words that it touched, in the end.
    pub(crate) values: Vec<u64>,
}

impl Replayer {
    /// The chunk's instructions have been executed: compares what came of it.
    pub(crate) fn close(&mut self, mut run: Run<'_>) -> Result<Replayed, Mismatch> {
        match self.compare(&mut run) {
            Ok(replayed) => {
                self.finish(&[]);
                Ok(replayed)
            }
            Err(difference) => Err(self.abandon(&run, difference)),
        }
    }

    fn compare(&mut self, run: &mut Run<'_>) -> Result<Replayed, Difference> {
        let chunk = run.chunk;
        if run.times < chunk.times.len() {
            return Err(Difference::NoTime);
        }
        let looks_ahead = self.compare_code(run)?;
        let end = Boundary {
            state: self.hart.state.clone(),
            accesses: chunk
                .start
                .accesses
                .wrapping_add(self.hart.memory.accesses()),
            ecalls: chunk.start.ecalls + run.ecalls as u64,
        };
        let touched = self.hart.memory.touches();
        if let Some(difference) = first_difference(&chunk.touches, touched) {
            return Err(difference);
        }
        if let Some(difference) = difference(&chunk.end, &end) {
            return Err(Difference::End(difference));
        }
        Ok(Replayed {
            is_full: self.is_full(run),
            looks_ahead,
            stays: run.stays,
            seen: std::mem::take(&mut run.seen),
            values: self.hart.memory.values(&chunk.touches),
        })
    }

    /// Whether a page of code was recorded for the instruction after the last:
    /// one that traps is fetched, and does not retire.
    fn compare_code(&mut self, run: &mut Run<'_>) -> Result<bool, Difference> {
        let mut fetched = self.fetched(run);
        let shown = &run.chunk.code[run.executed..run.shown];
        let looks_ahead = shown.iter().any(|page| !fetched.contains(&page.addr));
        if looks_ahead {
            // The fault, if it is one, is the ending's.
            let _fault = self.hart.memory.fetch(self.hart.state.pc);
            fetched.extend(self.fetched(run));
        }
        self.check_code(run, &fetched)?;
        match run.chunk.code.get(run.shown) {
            Some(page) => Err(Difference::UnusedCode { addr: page.addr }),
            None => Ok(looks_ahead),
        }
    }
}

/// The first touch that is not as recorded.
pub(super) fn first_difference(recorded: &[Touch], touched: &[Touch]) -> Option<Difference> {
    let pairs = recorded.iter().zip(touched);
    let same = pairs.take_while(|(a, b)| a == b).count();
    let index = same;
    match (recorded.get(same), touched.get(same)) {
        (None, None) => None,
        (None, Some(touch)) => Some(Difference::Untouched { addr: touch.addr }),
        (Some(touch), None) => Some(Difference::UnusedTouch {
            index,
            addr: touch.addr,
        }),
        (Some(recorded), Some(touched)) => {
            let known = recorded.addr;
            Some(Difference::TouchOrder {
                index,
                recorded: known,
                replayed: touched.addr,
            })
        }
    }
}
