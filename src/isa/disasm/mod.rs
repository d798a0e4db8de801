//! The text of instructions, as GNU objdump prints it with
//! `-d -M no-aliases,numeric`: the mnemonic, a tab, the operands.
//!
//! Three things differ. A branch target is plain hexadecimal, as objdump prints it
//! before a ` <symbol+offset>`; where it knows no symbol it puts `0x` in front.
//! And a fence with reserved fields, which objdump does not know and this
//! machine executes, prints as a fence. An exact conversion (`fcvt.d.w`) shows
//! the rounding mode if that is not the usual one; to objdump it is no instruction then.

mod compressed;
mod float;
mod full;
mod mnemonic;

use std::fmt;

use super::{Compressed, decode, instruction_len};

/// An instruction word, displayed as assembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Disassembly {
    pc: u64,
    word: u32,
}

/// The text of the instruction in `word`; `pc` is its address, for the targets
/// of branches. If the low parcel holds a compressed instruction the high one
/// is not looked at. An illegal instruction shows its bits.
///
/// ```
/// use rvjet::isa::disassemble;
///
/// assert_eq!(disassemble(0, 0xfff5_0513).to_string(), "addi\tx10,x10,-1");
/// assert_eq!(disassemble(0x10070, 0x00b5_0463).to_string(), "beq\tx10,x11,10078");
/// assert_eq!(disassemble(0, 0x0000_4515).to_string(), "c.li\tx10,5");
/// assert_eq!(disassemble(0, 0x0000_007b).to_string(), ".4byte\t0x7b");
/// ```
pub fn disassemble(pc: u64, word: u32) -> Disassembly {
    Disassembly { pc, word }
}

impl fmt::Display for Disassembly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parcel = self.word as u16;
        match instruction_len(parcel) {
            2 => match Compressed::decode(parcel) {
                Some(inst) => compressed::write(f, self.pc, inst),
                None if parcel == 0 => f.write_str("c.unimp"),
                None => write!(f, ".2byte\t{parcel:#x}"),
            },
            _ => match decode(self.word) {
                Some(decoded) => full::write(f, self.pc, decoded.inst),
                None => write!(f, ".4byte\t{:#x}", self.word),
            },
        }
    }
}

/// The address `offset` away from `pc`; the address space wraps.
const fn target(pc: u64, offset: i32) -> u64 {
    pc.wrapping_add(offset as i64 as u64)
}

/// An upper immediate as its field shows: 20 bits, unsigned.
const fn upper(imm: i32) -> u32 {
    imm as u32 >> 12
}
