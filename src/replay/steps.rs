//! A chunk, instruction by instruction.

use super::{Difference, Mismatch, Place};
use crate::Replayer;
use crate::emulator::Run;
use crate::isa::{FReg, Inst, Reg, Register, instruction_len};
use crate::machine::{MachineState, WordAccess};
use crate::trace::{Chunk, EcallRecord};

/// An instruction that has retired, a call that was made again, or an instruction that has
/// trapped, where the guest handles that.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// Instructions of the run before it.
    pub insn: u64,
    /// The clock when it starts, by the trace's clock model.
    pub clock: u64,
    /// Its address.
    pub pc: u64,
    /// Its bits; of a compressed one, the lower 16. 0 if there is nothing to be fetched.
    pub word: u32,
    /// Its bytes: 2 or 4.
    pub len: u8,
    /// What it is, unless it traps because it is none.
    pub inst: Option<Inst>,
    /// The address of the instruction after it.
    pub next_pc: u64,
    /// The register it reads first, if it reads one, and its value.
    pub rs1: Option<(Reg, u64)>,
    /// The register it reads second, if it reads two, and its value.
    pub rs2: Option<(Reg, u64)>,
    /// The register it writes, `x0` excepted, and the new value. What a call
    /// or a trap writes is in its record.
    pub rd: Option<(Reg, u64)>,
    /// The floating-point register it writes, and the new value.
    pub fp_rd: Option<(FReg, u64)>,
    /// `fcsr` after it, if it changes that.
    pub fcsr: Option<u64>,
    /// The words of memory that it accesses, in order.
    pub accesses: Vec<WordAccess>,
    /// Which of the chunk's calls and traps it is, if it is one.
    pub ecall: Option<usize>,
}

/// The instructions of a chunk, as the interpreter executes them. The chunk is
/// checked as it is by [`Replayer::replay`]; what differs is the last item.
#[derive(Debug)]
pub struct Steps<'a> {
    replayer: &'a mut Replayer,
    /// Nothing once the chunk is done, or has failed.
    run: Option<Run<'a>>,
}

impl Replayer {
    /// Runs a chunk again, instruction by instruction. An error if the chunk
    /// is none that could be executed.
    pub fn steps<'a>(&'a mut self, chunk: &'a Chunk) -> Result<Steps<'a>, Mismatch> {
        let run = self.open(chunk)?;
        self.hart().memory.keep_accesses(true);
        Ok(Steps {
            replayer: self,
            run: Some(run),
        })
    }
}

impl Steps<'_> {
    /// Registers and counters between the last step and the next.
    pub fn state(&self) -> &MachineState {
        self.replayer.state()
    }

    /// How many words the chunk has touched so far.
    pub(super) fn touched(&mut self) -> u64 {
        self.replayer.hart().memory.touched()
    }

    /// Executes the next instruction.
    fn step(&mut self, run: &mut Run<'_>) -> Result<Step, (Place, Difference)> {
        let place = self.replayer.place(run.chunk);
        let hart = self.replayer.hart();
        let fetched = hart.memory.fetch(place.pc).ok();
        let decoded = fetched.and_then(|_| hart.memory.instruction(place.pc).ok());
        let (rd, rs1, rs2) = decoded.map_or((None, None, None), |decoded| decoded.inst.registers());
        let value = |reg: Reg| (reg, hart.state.reg(reg));
        let (rs1, rs2) = (rs1.map(value), rs2.map(value));
        let fp_rd = decoded.and_then(|decoded| decoded.inst.fp_registers().rd);
        let fcsr = hart.state.fcsr;
        let ecalls = run.ecalls;
        let clock = self.replayer.clock(run);
        let advanced = self.replayer.advance(run, 1, true);
        advanced.map_err(|difference| (place, difference))?;
        let ecall = (run.ecalls > ecalls).then_some(ecalls);
        let record = ecall.and_then(|ecall| run.chunk.ecalls.get(ecall));
        let traps = record.is_some_and(|record| record.trap.is_some());
        let word = fetched.unwrap_or(0);
        let hart = self.replayer.hart();
        Ok(Step {
            insn: place.insn,
            clock,
            pc: place.pc,
            word,
            len: instruction_len(word as u16),
            inst: decoded.map(|decoded| decoded.inst),
            next_pc: hart.state.pc,
            rs1,
            rs2,
            rd: rd
                .filter(|rd| !rd.is_zero() && !traps)
                .map(|rd| (rd, hart.state.reg(rd))),
            fp_rd: fp_rd.filter(|_| !traps).map(|rd| (rd, hart.state.freg(rd))),
            fcsr: Some(hart.state.fcsr).filter(|now| *now != fcsr && ecall.is_none()),
            accesses: hart.memory.take_accesses(),
            ecall,
        })
    }
}

impl Iterator for Steps<'_> {
    type Item = Result<Step, Mismatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut run = self.run.take()?;
        if self.replayer.is_done(&run) {
            return self.replayer.close(run).err().map(Err);
        }
        match self.step(&mut run) {
            Ok(step) => {
                self.run = Some(run);
                Some(Ok(step))
            }
            Err((place, difference)) => {
                let mismatch = self.replayer.abandon(&run, difference);
                Some(Err(Mismatch { place, ..mismatch }))
            }
        }
    }
}

impl Drop for Steps<'_> {
    fn drop(&mut self) {
        if let Some(run) = self.run.take() {
            self.replayer.finish(&run.chunk.touches);
        }
    }
}

impl Step {
    /// The registers that the instruction writes, and their new values.
    pub fn writes(&self) -> impl Iterator<Item = (Register, u64)> + use<> {
        let rd = self.rd.map(|(rd, value)| (rd.into(), value));
        let fp_rd = self.fp_rd.map(|(rd, value)| (rd.into(), value));
        let fcsr = self.fcsr.map(|value| (Register::Fcsr, value));
        [rd, fp_rd, fcsr].into_iter().flatten()
    }

    /// The record of the call, if it is one of this chunk.
    pub fn record<'chunk>(&self, chunk: &'chunk Chunk) -> Option<&'chunk EcallRecord> {
        chunk.ecalls.get(self.ecall?)
    }
}
