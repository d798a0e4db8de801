//! When floating-point registers get homes, and when code with them may run.
#![forbid(unsafe_code)]

use super::emitter::Context;
use super::float_regs::FloatHomes;
use super::path::Floats;
use super::{Jit, mxcsr, path};
use crate::isa::Inst;
use crate::machine::{Hart, Memory};

impl Jit {
    /// Before the unit of `pc` is compiled: gives floating-point registers homes if they
    /// have none and it starts with an instruction that wants them. All units are
    /// dropped then.
    pub(super) fn make_floats(&mut self, memory: &mut Memory, pc: u64) -> std::io::Result<()> {
        if self.homes.floats().is_some() {
            return Ok(());
        }
        let first = path::fetch(memory, pc);
        if !first.is_some_and(|fetched| matches!(fetched.inst, Inst::Fp(_))) {
            return Ok(());
        }
        self.homes = self.homes.clone().with_floats(FloatHomes::usual());
        self.clear(memory)
    }

    /// Whether the host rounds as the hart has to, or nothing is to be rounded. Only
    /// what leaves emitted code changes that.
    pub(super) fn can_round(&self, hart: &Hart) -> bool {
        self.homes.floats().is_none() || hart.state.fcsr >> mxcsr::FRM_SHIFT <= mxcsr::MAX_FRM
    }
}

impl Context<'_> {
    /// Which floating-point instructions there may be.
    pub(super) fn floats(&self) -> Floats {
        match self.homes.floats() {
            Some(_) => Floats::All { fma: self.host.fma },
            None => Floats::None,
        }
    }
}
