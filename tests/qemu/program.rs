//! Programs that end in writing out a part of their memory.

use rvjet::isa::{AluOp, Cond, Inst, Reg};

use crate::builder::{Elf, Program as Header, R, W, X, executable};
use crate::code::Code;
use crate::inst::{addi, alu, branch};

/// Where code starts.
pub const TEXT: u64 = 0x1_0000;
/// Where data starts: page-aligned, and out of the code's reach.
pub const DATA: u64 = 0x100_0000;

/// System calls.
pub const WRITE: i32 = 64;
pub const EXIT: i32 = 93;

/// A program: code that starts at [`TEXT`], data at [`DATA`].
pub struct Program {
    pub code: Code,
    pub data: Vec<u8>,
}

impl Program {
    pub fn new(data: Vec<u8>) -> Program {
        let code = Code::new(TEXT);
        Program { code, data }
    }

    /// Writes `len` bytes from `from` to standard output and exits: with 0 if
    /// all were written.
    pub fn write_and_exit(&mut self, from: u64, len: u64) {
        let code = &mut self.code;
        code.li(Reg::A1, from);
        code.li(Reg::A2, len);
        let again = code.here();
        code.emit(addi(Reg::A0, Reg::ZERO, 1));
        code.emit(addi(Reg::A7, Reg::ZERO, WRITE));
        code.emit(Inst::Ecall);
        code.emit(branch(Cond::Ge, Reg::ZERO, Reg::A0, 16));
        code.emit(alu(AluOp::Add, Reg::A1, Reg::A1, Reg::A0));
        code.emit(alu(AluOp::Sub, Reg::A2, Reg::A2, Reg::A0));
        code.branch_back(Cond::Ne, Reg::A2, Reg::ZERO, again);
        code.emit(alu(AluOp::Sltu, Reg::A0, Reg::ZERO, Reg::A2));
        code.emit(addi(Reg::A7, Reg::ZERO, EXIT));
        code.emit(Inst::Ecall);
    }

    /// The ELF file.
    pub fn elf(&self) -> Vec<u8> {
        let elf = Elf {
            programs: vec![
                Header::load(TEXT, R | X, self.code.bytes()),
                Header::load(DATA, R | W, &self.data),
            ],
            ..executable()
        };
        elf.bytes()
    }
}
