//! The line number state machine (DWARF 5, section 6.2.2).
//!
//! Not gimli's own, which negates the operand of `DW_LNS_advance_line`
//! unchecked and so panics on the least of all numbers.

use super::lines::Slice;
use gimli::{LineInstruction, LineProgramHeader};

/// The registers that a look-up needs.
#[derive(Debug)]
pub(super) struct State {
    pub addr: u64,
    op_index: u64,
    pub file: u64,
    pub line: u64,
    /// An address has overflowed or gone back; the sequence is worth nothing.
    pub broken: bool,
}

/// What an instruction of a line program asks for.
pub(super) enum Step {
    /// To go on.
    Nothing,
    /// To append the state as a row.
    Row,
    /// To end the sequence at the address, and to start anew.
    End,
}

impl State {
    /// The registers at the start of each sequence.
    pub const START: State = State {
        addr: 0,
        op_index: 0,
        file: 1,
        line: 1,
        broken: false,
    };

    pub fn execute(
        &mut self,
        instruction: &LineInstruction<Slice<'_>>,
        header: &LineProgramHeader<Slice<'_>>,
    ) -> Step {
        match *instruction {
            LineInstruction::Special(opcode) => {
                self.special(opcode, header);
                return Step::Row;
            }
            LineInstruction::Copy => return Step::Row,
            LineInstruction::EndSequence => return Step::End,
            LineInstruction::AdvancePc(operations) => self.advance(operations, header),
            LineInstruction::ConstAddPc => self.advance(special_advance(255, header), header),
            LineInstruction::FixedAddPc(bytes) => self.add(Some(u64::from(bytes))),
            LineInstruction::SetAddress(addr) => self.set_address(addr),
            LineInstruction::AdvanceLine(lines) => self.line = self.line.wrapping_add_signed(lines),
            LineInstruction::SetFile(file) => self.file = file,
            _ => {}
        }
        Step::Nothing
    }

    /// Advances line and address by one byte of code.
    fn special(&mut self, opcode: u8, header: &LineProgramHeader<Slice<'_>>) {
        let encoding = header.line_encoding();
        let lines = adjusted(opcode, header)
            .checked_rem(encoding.line_range)
            .unwrap_or(0);
        let lines = i64::from(encoding.line_base) + i64::from(lines);
        self.line = self.line.wrapping_add_signed(lines);
        self.advance(special_advance(opcode, header), header);
    }

    /// Advances by operations, of which an instruction may have several elsewhere.
    fn advance(&mut self, operations: u64, header: &LineProgramHeader<Slice<'_>>) {
        let encoding = header.line_encoding();
        let per_instruction = u64::from(encoding.maximum_operations_per_instruction).max(1);
        let operations = self.op_index.saturating_add(operations);
        let size = u64::from(encoding.minimum_instruction_length);
        self.add((operations / per_instruction).checked_mul(size));
        self.op_index = operations % per_instruction;
    }

    /// Advances by bytes, `None` of them being too many to count.
    fn add(&mut self, bytes: Option<u64>) {
        self.op_index = 0;
        match bytes.and_then(|bytes| self.addr.checked_add(bytes)) {
            Some(addr) => self.addr = addr,
            None => self.broken = true,
        }
    }

    fn set_address(&mut self, addr: u64) {
        self.broken |= addr < self.addr;
        self.addr = addr;
        self.op_index = 0;
    }
}

/// The operations that a special opcode advances by.
fn special_advance(opcode: u8, header: &LineProgramHeader<Slice<'_>>) -> u64 {
    let range = header.line_encoding().line_range;
    u64::from(adjusted(opcode, header).checked_div(range).unwrap_or(0))
}

fn adjusted(opcode: u8, header: &LineProgramHeader<Slice<'_>>) -> u8 {
    opcode.wrapping_sub(header.opcode_base())
}
