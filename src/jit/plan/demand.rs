//! What of each result is looked at before it is overwritten.

use super::{Planned, Step};
use crate::isa::Reg;

/// How much of a register's value matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Demand {
    Nothing,
    /// The low half.
    Low,
    All,
}

/// Marks the steps whose results matter by half, and drops those whose do not
/// matter. Execution may leave before those that `starts` tells, too.
pub(super) fn demand(steps: Vec<Step>, starts: &[bool]) -> Vec<Planned> {
    let mut demands = Demands([Demand::All; 32]);
    let mut planned: Vec<Planned> = steps
        .into_iter()
        .zip(starts)
        .rev()
        .map(|(step, starts)| {
            let planned = demands.before(step);
            if *starts {
                demands.0 = [Demand::All; 32];
            }
            planned
        })
        .collect();
    planned.reverse();
    planned
}

/// The demands at a point of the path.
struct Demands([Demand; 32]);

impl Demands {
    /// Goes back over `step`.
    fn before(&mut self, step: Step) -> Planned {
        let wanted = step.rd().map_or(Demand::Nothing, |rd| {
            std::mem::replace(&mut self.0[rd.index()], Demand::Nothing)
        });
        if !step.is_pure() {
            self.0 = [Demand::All; 32];
            return Planned { step, low: false };
        }
        if wanted == Demand::Nothing {
            let step = Step::Nothing;
            return Planned { step, low: false };
        }
        let low = wanted == Demand::Low;
        let of_sources = match step.wants_low() || (low && step.keeps_low()) {
            true => Demand::Low,
            false => Demand::All,
        };
        for reg in step.reads().into_iter().flatten() {
            self.raise(reg, of_sources);
        }
        Planned { step, low }
    }

    fn raise(&mut self, reg: Reg, demand: Demand) {
        let of = &mut self.0[reg.index()];
        *of = demand.max(*of);
    }
}
