//! The personality that tests run under: memory, registers and `pc` as the
//! test says, and a few calls that do what a kernel may do to code.

use std::ops::Range;

use rvjet::abi::{Abi, Bare, Flow, StartError};
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
    /// Reads `a1` bytes at `a0`.
    pub const READ: u64 = 0x7e57_0005;
    /// Writes `a1` bytes at `a0`.
    pub const WRITE: u64 = 0x7e57_0006;
    /// Reads `a1` bytes at `a0` and writes `a3` bytes at `a2`, then reads a few at the end of
    /// the latter, writes a few inside the former, and reads all of that again.
    pub const MIX: u64 = 0x7e57_0007;
    /// Writes as [`WRITE`], and then finds that nobody listens any more.
    pub const BREAK: u64 = 0x7e57_0008;
    /// Reads [`PRELUDE_BYTES`](super::PRELUDE_BYTES) at `a0`, and starts the guest.
    pub const ENTER: u64 = 0x7e57_0009;
}

/// What a prelude reads: so many words that there is room to log many more.
pub const PRELUDE_BYTES: u64 = 8 * 33;

/// What a call does with memory.
#[derive(Clone, Debug)]
pub enum Deed {
    Read(u64, u64),
    Write(u64, Vec<u8>),
}

/// What a call with these registers does with memory, until it may not.
pub fn deeds(x: &[u64; 32]) -> Vec<Deed> {
    let [a0, a1, a2, a3] = [0, 1, 2, 3].map(|index| x[Reg::A0.index() + index]);
    let bytes = |len: u64, seed: u8| -> Vec<u8> {
        (0..len)
            .map(|n| seed.wrapping_add(n as u8).wrapping_mul(29))
            .collect()
    };
    match x[Reg::A7.index()] {
        call::READ => vec![Deed::Read(a0, a1)],
        call::ENTER => vec![Deed::Read(a0, PRELUDE_BYTES)],
        call::WRITE | call::BREAK => vec![Deed::Write(a0, bytes(a1, 3))],
        call::MIX => vec![
            Deed::Read(a0, a1),
            Deed::Write(a2, bytes(a3, 5)),
            Deed::Read(a2.wrapping_add(a3).wrapping_sub(3), 7),
            Deed::Write(a0.wrapping_add(a1 / 2), bytes(5, 7)),
            Deed::Read(a0, a1),
        ],
        _ => Vec::new(),
    }
}

/// The personality.
#[derive(Clone, Debug)]
pub struct Lab {
    pub regions: Vec<Region>,
    pub registers: [u64; 32],
    pub pc: u64,
    /// The first region is the program's own text, and has been loaded.
    pub loaded: bool,
    /// A page with a call that starts the guest, if it is not to start at once.
    pub prelude: Option<u64>,
}

impl Abi for Lab {
    fn name(&self) -> &'static str {
        "lab"
    }

    fn start(&mut self, program: &program::Program, hart: &mut Hart) -> Result<(), StartError> {
        if !self.loaded {
            let stub = program.entry & !(PAGE_SIZE - 1);
            hart.memory.unmap(stub..stub + PAGE_SIZE)?;
        }
        for region in &self.regions[usize::from(self.loaded)..] {
            hart.memory.map(region.range(), region.access)?;
            let limit = hart.memory.limit();
            hart.memory
                .initialize(region.start, &region.bytes)
                .map_err(|_| StartError::MemoryLimit { limit })?;
        }
        self.enter(hart);
        if let Some(page) = self.prelude {
            if !self.loaded {
                let page = prelude(page);
                hart.memory.map(page.range(), page.access)?;
                let laid = hart.memory.initialize(page.start, &page.bytes);
                laid.map_err(|_| StartError::MemoryLimit { limit: 0 })?;
            }
            hart.state.x = [0; 32];
            hart.state.set_reg(Reg::A0, page);
            hart.state.set_reg(Reg::A7, call::ENTER);
            hart.state.pc = page;
        }
        Ok(())
    }

    fn ecall(&mut self, hart: &mut Hart) -> Result<Flow, Exit> {
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
            call::READ | call::WRITE | call::MIX => self.carry_out(hart),
            call::ENTER => {
                self.carry_out(hart);
                self.enter(hart);
                hart.state.pc = self.pc.wrapping_sub(4);
                return Ok(Flow::Next);
            }
            call::BREAK => {
                self.carry_out(hart);
                return Err(Exit::BrokenPipe);
            }
            _ => return Bare.ecall(hart),
        };
        hart.state.set_reg(Reg::A0, u64::from(!done));
        Ok(Flow::Next)
    }
}

impl Lab {
    /// Whether the guest may do all that it has asked for.
    fn carry_out(&self, hart: &mut Hart) -> bool {
        deeds(&hart.state.x).into_iter().all(|deed| match deed {
            Deed::Read(addr, len) => hart.memory.slice(addr, len).is_ok(),
            Deed::Write(addr, bytes) => hart.memory.write(addr, &bytes).is_ok(),
        })
    }

    fn enter(&self, hart: &mut Hart) {
        hart.state.x = self.registers;
        hart.state.x[0] = 0;
        hart.state.pc = self.pc;
    }

    /// The program's file.
    pub fn elf(&self) -> Vec<u8> {
        match self.regions.first().filter(|_| self.loaded) {
            Some(text) => {
                let mut text: Vec<Region> = [text.clone()]
                    .into_iter()
                    .chain(self.prelude.map(prelude))
                    .collect();
                text.sort_by_key(|region| region.start);
                let load = |region: &Region| {
                    Program::load(region.start, R | X, &region.bytes).size(region.len)
                };
                let elf = Elf {
                    entry: text[0].start,
                    programs: text.iter().map(load).collect(),
                    ..executable()
                };
                elf.bytes()
            }
            None => stub(),
        }
    }
}

/// The page that a [`Lab`] may start at.
fn prelude(page: u64) -> Region {
    let ecall = 0x0000_0073u32.to_le_bytes();
    Region::new(page, Access::READ_EXECUTE, ecall)
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
