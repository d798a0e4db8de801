//! The personality that tests run under: memory, registers and `pc` as the
//! test says, and a few calls that do what a kernel may do to code.

use std::ops::Range;

use rvjet::abi::{Abi, Bare, StartError};
use rvjet::isa::Reg;
use rvjet::machine::{Access, Exit, Hart, Memory, PAGE_SIZE};
use rvjet::program;

use crate::builder::{Elf, Program, R, X, executable};

/// Pages of guest memory, and what their first bytes are.
#[derive(Clone, Debug)]
pub struct Region {
    pub start: u64,
    pub len: u64,
    pub access: Access,
    pub bytes: Vec<u8>,
}

impl Region {
    /// Pages from `start` on that have room for `bytes`.
    pub fn new(start: u64, access: Access, bytes: impl Into<Vec<u8>>) -> Region {
        let bytes = bytes.into();
        let len = (bytes.len() as u64).max(1).next_multiple_of(PAGE_SIZE);
        Region {
            start,
            len,
            access,
            bytes,
        }
    }

    /// `len` bytes of zeroes, which cost no memory until they are touched.
    pub fn fresh(start: u64, len: u64, access: Access) -> Region {
        let len = len.next_multiple_of(PAGE_SIZE);
        Region {
            len,
            ..Region::new(start, access, [])
        }
    }

    pub fn range(&self) -> Range<u64> {
        self.start..self.start + self.len
    }
}

/// What `a7` may ask for; whatever else it holds, the call is [`Bare`]'s.
pub mod call {
    /// Gives `a1` bytes at `a0` the access of bits 0–2 of `a2`: read, write, execute.
    pub const PROTECT: u64 = 0x7e57_0001;
    /// Maps as [`PROTECT`].
    pub const MAP: u64 = 0x7e57_0002;
    /// Unmaps `a1` bytes at `a0`.
    pub const UNMAP: u64 = 0x7e57_0003;
    /// Does nothing.
    pub const NOTHING: u64 = 0x7e57_0004;
}

/// The personality.
#[derive(Clone, Debug)]
pub struct Lab {
    pub regions: Vec<Region>,
    pub registers: [u64; 32],
    pub pc: u64,
}

impl Abi for Lab {
    fn name(&self) -> &'static str {
        "lab"
    }

    fn start(&mut self, program: &program::Program, hart: &mut Hart) -> Result<(), StartError> {
        let stub = program.entry & !(PAGE_SIZE - 1);
        hart.memory.unmap(stub..stub + PAGE_SIZE)?;
        for region in &self.regions {
            hart.memory.map(region.range(), region.access)?;
            let limit = hart.memory.limit();
            hart.memory
                .initialize(region.start, &region.bytes)
                .map_err(|_| StartError::MemoryLimit { limit })?;
        }
        hart.state.x = self.registers;
        hart.state.x[0] = 0;
        hart.state.pc = self.pc;
        Ok(())
    }

    fn ecall(&mut self, hart: &mut Hart) -> Result<(), Exit> {
        let argument = |index: usize| hart.state.x[Reg::A0.index() + index];
        let range = argument(0)..argument(0).saturating_add(argument(1));
        let bit = |bit: u64| argument(2) >> bit & 1 != 0;
        let access = Access::new(bit(0), bit(1), bit(2));
        let memory: &mut Memory = &mut hart.memory;
        let done = match hart.state.reg(Reg::A7) {
            call::PROTECT => memory.protect(range, access).is_ok(),
            call::MAP => memory.map(range, access).is_ok(),
            call::UNMAP => memory.unmap(range).is_ok(),
            call::NOTHING => true,
            _ => return Bare.ecall(hart),
        };
        hart.state.set_reg(Reg::A0, u64::from(!done));
        Ok(())
    }
}

/// An ELF that a builder accepts: one page with an `ebreak`, which [`Lab`] takes away.
pub fn stub() -> Vec<u8> {
    const AT: u64 = 0x1000;
    let elf = Elf {
        entry: AT,
        programs: vec![Program::load(AT, R | X, &0x0010_0073u32.to_le_bytes())],
        ..executable()
    };
    elf.bytes()
}
