//! Detours of a guest: what it computes on one is undone, but for what its personality keeps.

use super::{Called, Machine, Turn, behind_call};
use crate::isa::Reg;
use crate::machine::{CallEffects, MachineState};

impl Machine {
    /// Whether the guest is on a detour, which is a part of the call that began it.
    pub(super) fn is_detoured(&self) -> bool {
        self.detour.is_some()
    }

    /// Goes on behind the call at `pc`, before which the hart was `before`, on a detour.
    pub(super) fn begin_detour(&mut self, before: MachineState) -> Turn {
        self.hart.memory.abandon_call();
        let begun = self.hart.memory.begin_detour();
        debug_assert!(begun, "a detour in memory that has none, or on a detour");
        self.engines.begin_detour(&mut self.hart.memory);
        let next = behind_call(&before);
        self.detour = Some(Box::new(before));
        self.retire_call(Some(next));
        Turn::Ran
    }

    /// Goes on behind the call that began the detour: it has put `value` into `reg`.
    pub(super) fn end_detour(&mut self, reg: Reg, value: u64) -> Turn {
        let Some(before) = self.undo_detour() else {
            return Turn::Ran;
        };
        self.hart.state.set_reg(reg, value);
        self.retire_call(Some(behind_call(&before)));
        if self.hart.memory.is_recording() {
            return Turn::Called(Box::new(Called {
                before,
                trap: None,
                effects: CallEffects::default(),
                exit: None,
            }));
        }
        Turn::Ran
    }

    /// Takes back what has been done since the call that began the detour, if there is one.
    pub(super) fn abandon_detour(&mut self) {
        self.undo_detour();
    }

    /// The hart as it was, and is again.
    fn undo_detour(&mut self) -> Option<MachineState> {
        let before = *self.detour.take()?;
        self.hart.memory.abandon_call();
        self.hart.memory.end_detour();
        self.engines.end_detour();
        self.detoured += self.hart.state.insns - before.insns;
        self.hart.state = before.clone();
        Some(before)
    }
}
