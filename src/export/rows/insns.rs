//! The table `insns`.

use hashbrown::HashMap;
use parquet::data_type::ByteArray;

use crate::export::group::Row;
use crate::isa::{Register, disassemble};
use crate::replay::Step;

/// Texts that are kept at the most: a guest that goes on writing code makes ever more.
const MAX_TEXTS: usize = 1 << 16;

/// Mnemonics and operands of instructions seen before, by address and bits.
///
/// PERF: to print each instruction again is most of the time of an export.
#[derive(Debug, Default)]
pub(in crate::export) struct Texts(HashMap<(u64, u32), (ByteArray, ByteArray)>);

impl Texts {
    fn of(&mut self, pc: u64, word: u32) -> &(ByteArray, ByteArray) {
        if self.0.len() >= MAX_TEXTS {
            self.0.clear();
        }
        self.0.entry((pc, word)).or_insert_with(|| {
            let text = disassemble(pc, word).to_string();
            let (mnemonic, operands) = text.split_once('\t').unwrap_or((&text, ""));
            (mnemonic.into(), operands.into())
        })
    }
}

/// An instruction of a chunk.
pub(in crate::export) fn insn(mut row: Row<'_>, chunk: u64, step: &Step, texts: &mut Texts) {
    let (mnemonic, operands) = texts.of(step.pc, step.word);
    row.put(chunk);
    row.put(step.insn);
    row.put(step.clock);
    row.put(step.pc);
    row.put(step.word);
    row.put(u32::from(step.len));
    row.put(mnemonic);
    row.put(operands);
    let written = step.writes().find(|(reg, _)| *reg != Register::Fcsr);
    row.put_optional(written.map(|(rd, _)| rd.number()));
    row.put_optional(written.map(|(_, value)| value));
    row.put(step.next_pc);
}
