//! No environment at all: for tests of the engines, and for code without an operating system.

use super::{Abi, Flow, StartError};
use crate::isa::Reg;
use crate::machine::{Exit, Hart};
use crate::program::Program;

/// Every `ecall` ends the run, with `a0` as exit code. All registers start at zero.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bare;

impl Abi for Bare {
    fn name(&self) -> &'static str {
        "bare"
    }

    fn start(&mut self, _program: &Program, _hart: &mut Hart) -> Result<(), StartError> {
        Ok(())
    }

    fn ecall(&mut self, hart: &mut Hart) -> Result<Flow, Exit> {
        let code = hart.state.reg(Reg::A0) as i32;
        Err(Exit::Exited { code })
    }
}
