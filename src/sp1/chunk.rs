//! What a prover of SP1 replays.

use std::io::{self, Write};

use super::entries::Entries;
use crate::machine::MachineState;
use crate::trace::{Boundary, ClockModel};

/// A stretch of a run as SP1's executor records it (`TraceChunk`).
///
/// To be replayed, it takes the program alone: each load, store and precompile finds
/// in the entries what it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// `x0`–`x31` before its first instruction.
    pub start_registers: [u64; 32],
    /// The address of the first instruction.
    pub pc_start: u64,
    /// The clock before it.
    pub clk_start: u64,
    /// The clock after the last.
    pub clk_end: u64,
    /// Instructions of the whole run up to there (`global_clk`).
    pub global_clk_end: u64,
    /// What was accessed, in order: the clock of the access before to the same word, and
    /// the word's value.
    pub mem_reads: Entries,
}

impl Chunk {
    /// Bytes in front of the entries.
    pub const HEADER_BYTES: usize = 0x130;

    /// One that starts there and has nothing in it.
    pub(super) fn at(boundary: &Boundary, model: &ClockModel) -> Chunk {
        let Boundary { state, ecalls, .. } = boundary;
        let clk = model.at(state.insns, *ecalls);
        Chunk {
            start_registers: state.x,
            pc_start: state.pc,
            clk_start: clk,
            clk_end: clk,
            global_clk_end: state.insns,
            mem_reads: Entries::default(),
        }
    }

    /// It ends there.
    pub(super) fn end(&mut self, MachineState { insns, .. }: &MachineState, clk: u64) {
        self.clk_end = clk;
        self.global_clk_end = *insns;
    }

    /// Whether there is no instruction in it.
    pub(super) fn is_empty(&self) -> bool {
        self.clk_start == self.clk_end
    }

    /// The header: registers, pc, clocks, the number of entries, and eight bytes of
    /// nothing.
    pub fn header(&self) -> [u8; Chunk::HEADER_BYTES] {
        let fields = [
            self.pc_start,
            self.clk_start,
            self.clk_end,
            self.mem_reads.len() as u64,
            self.global_clk_end,
            0,
        ];
        let mut header = [0; Chunk::HEADER_BYTES];
        let (places, _) = header.as_chunks_mut();
        for (place, word) in places
            .iter_mut()
            .zip(self.start_registers.iter().chain(&fields))
        {
            *place = word.to_le_bytes();
        }
        header
    }

    /// Writes header and entries, 16 bytes each, as they lie in the trace buffer of SP1's
    /// executor.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.header())?;
        self.mem_reads.write_to(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Link;

    #[test]
    fn header_and_entries_lie_where_provers_look() {
        let mut start_registers = [0; 32];
        start_registers[31] = 0x1f;
        let chunk = Chunk {
            start_registers,
            pc_start: 0x7800_0000,
            clk_start: 1,
            clk_end: 273,
            global_clk_end: 2,
            mem_reads: Entries::from(vec![
                Link {
                    previous: 2,
                    before: 3,
                },
                Link {
                    previous: 0,
                    before: 5,
                },
            ]),
        };
        let mut bytes = Vec::new();
        chunk.write_to(&mut bytes).unwrap();
        assert_eq!(bytes.len(), 0x130 + 2 * 16);
        let word = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
        assert_eq!(word(0xf8), 0x1f);
        assert_eq!(word(0x100), 0x7800_0000);
        assert_eq!((word(0x108), word(0x110)), (1, 273));
        assert_eq!((word(0x118), word(0x120), word(0x128)), (2, 2, 0));
        assert_eq!([0x130, 0x138, 0x140, 0x148].map(word), [2, 3, 0, 5]);
    }
}
