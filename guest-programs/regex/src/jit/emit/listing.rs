//! What comes out: words of code, and what they count on.

use alloc::vec::Vec;

use super::{Emitter, Window};
use crate::backtrack::program::Program;
use crate::jit::NoCode;

/// A compiled program.
#[derive(Debug)]
pub struct Listing {
    code: Vec<u32>,
    /// What the code reads.
    pub pool: Vec<u64>,
    /// How many entries of the stack the code leaves out.
    pub hidden: usize,
    /// Where attempts may begin.
    pub window: Window,
}

impl Listing {
    /// Compiles a program.
    pub fn of(program: &Program) -> Result<Self, NoCode> {
        if program.memos > 0 {
            return Err(NoCode::Remembers);
        }
        let mut emitter = Emitter::new(program);
        emitter.program()?;
        let Emitter {
            asm, pool, prefix, ..
        } = emitter;
        Ok(Self {
            code: asm.finish().map_err(|_| NoCode::TooLarge)?,
            pool: pool.finish(),
            hidden: prefix.writes,
            window: Window::new(program),
        })
    }

    /// The instruction words. The first begin a function that takes a frame.
    pub fn code(&self) -> &[u32] {
        &self.code
    }
}
