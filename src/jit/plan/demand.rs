//! What of each result is looked at before it is overwritten, and by whom.
//!
//! What only someone who leaves the path would look at is left to be computed
//! where execution leaves, as long as the operands are still there by then.

use super::repair::Pool;
use super::{Plan, Planned, Point, Step};
use crate::isa::{AluOp, Inst, Reg, Width};

/// How much of a register's value the path itself looks at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Demand {
    Nothing,
    /// The low half.
    Low,
    All,
}

/// What becomes of a step.
#[derive(Clone, Copy)]
struct Verdict {
    step: Step,
    low: bool,
    /// What computes the register's value where execution leaves.
    later: Option<Step>,
}

impl Verdict {
    fn kept(step: Step) -> Verdict {
        Verdict {
            step,
            low: false,
            later: None,
        }
    }
}

/// Marks the steps whose results matter by half, drops those whose do not
/// matter, and defers those that matter where execution leaves. `points` tells
/// what is in front of each step.
pub(super) fn demand(steps: &[Step], points: &[Point]) -> Plan {
    let mut verdicts = vec![Verdict::kept(Step::Nothing); steps.len()];
    let mut backward = Backward::new();
    for (index, (&step, &point)) in steps.iter().zip(points).enumerate().rev() {
        verdicts[index] = backward.pass(index as u16, step);
        backward.reach(index as u16, point);
    }
    let mut pool = Pool::default();
    let planned = verdicts.iter().zip(steps).zip(points);
    let steps = planned.map(|((verdict, step), &point)| {
        let repairs = pool.at(point);
        let waits = verdict.step == Step::Nothing;
        pool.written(step.rd(), verdict.later, waits);
        Planned {
            step: verdict.step,
            low: verdict.low,
            repairs,
        }
    });
    Plan {
        steps: steps.collect(),
        repairs: pool.steps,
    }
}

/// What is known of the rest of the path.
struct Backward {
    demands: [Demand; 32],
    /// The last point at which execution may leave with the register's value,
    /// as the index of the step behind it.
    seen: [Option<u16>; 32],
    /// The next step that writes the register.
    written: [u16; 32],
}

impl Backward {
    fn new() -> Backward {
        Backward {
            demands: [Demand::All; 32],
            seen: [None; 32],
            written: [u16::MAX; 32],
        }
    }

    /// Goes back over the point in front of the step of this index.
    fn reach(&mut self, index: u16, point: Point) {
        match point {
            Point::Inner => {}
            Point::Leaving => {
                for seen in &mut self.seen {
                    seen.get_or_insert(index);
                }
            }
            Point::Exact => self.demands = [Demand::All; 32],
        }
    }

    /// Goes back over `step`.
    fn pass(&mut self, index: u16, step: Step) -> Verdict {
        let Some(rd) = step.rd() else {
            if step.is_pure() {
                return Verdict::kept(Step::Nothing);
            }
            self.read_by_jump_or_store(step);
            return Verdict::kept(step);
        };
        let wanted = std::mem::replace(&mut self.demands[rd.index()], Demand::Nothing);
        let seen = self.seen[rd.index()].take();
        let verdict = match (wanted, seen) {
            _ if !step.is_pure() => Verdict::kept(step),
            (Demand::Nothing, None) => return Verdict::kept(Step::Nothing),
            (Demand::Nothing, Some(until)) if self.can_wait(step, until) => {
                if step.is_reading(rd) {
                    // So the value before is needed until then, too.
                    self.seen[rd.index()] = seen;
                }
                Verdict {
                    later: Some(step),
                    ..Verdict::kept(Step::Nothing)
                }
            }
            (Demand::Low, _) if step.is_word() => Verdict {
                step,
                low: true,
                later: seen.map(|_| extension(rd)),
            },
            _ => Verdict::kept(step),
        };
        self.written[rd.index()] = index;
        if verdict.step != Step::Nothing {
            let is_low = wanted == Demand::Low && seen.is_none();
            let wants_low = step.wants_low() || (is_low && step.keeps_low());
            self.read(step, if wants_low { Demand::Low } else { Demand::All });
        }
        verdict
    }

    fn read_by_jump_or_store(&mut self, step: Step) {
        let Step::Inst(Inst::Store {
            width, rs1, rs2, ..
        }) = step
        else {
            return self.read(step, Demand::All);
        };
        self.raise(rs1, Demand::All);
        let low = width <= Width::Word;
        self.raise(rs2, if low { Demand::Low } else { Demand::All });
    }

    fn read(&mut self, step: Step, demand: Demand) {
        for reg in step.reads().into_iter().flatten() {
            self.raise(reg, demand);
        }
    }

    fn raise(&mut self, reg: Reg, demand: Demand) {
        let of = &mut self.demands[reg.index()];
        *of = demand.max(*of);
    }

    /// Whether what `step` reads is there until the point in front of step `until`.
    fn can_wait(&self, step: Step, until: u16) -> bool {
        let stays = |reg: Reg| self.written[reg.index()] >= until;
        step.may_wait() && step.reads().into_iter().flatten().all(stays)
    }
}

/// What makes up for a sign extension that was left out.
fn extension(reg: Reg) -> Step {
    Step::Inst(Inst::AluImm {
        op: AluOp::Addw,
        rd: reg,
        rs1: reg,
        imm: 0,
    })
}
