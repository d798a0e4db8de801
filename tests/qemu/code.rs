//! A small assembler: instructions one after the other, with room left for
//! jumps whose target is not known yet.

use rvjet::isa::{AluOp, Compressed, Cond, Inst, Reg, encode};

use crate::inst::{addi, alu_imm, branch, jal};

/// The code of a program, from its first address on.
pub struct Code {
    base: u64,
    bytes: Vec<u8>,
}

impl Code {
    pub fn new(base: u64) -> Code {
        let bytes = Vec::new();
        Code { base, bytes }
    }

    /// The address of the next instruction.
    pub fn here(&self) -> u64 {
        self.base + self.bytes.len() as u64
    }

    /// From here to `target`.
    pub fn offset_to(&self, target: u64) -> i32 {
        offset(self.here(), target)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn emit(&mut self, inst: Inst) {
        let word = encode(inst).unwrap_or_else(|| panic!("{inst:?}"));
        self.word(word);
    }

    pub fn word(&mut self, word: u32) {
        self.bytes.extend(word.to_le_bytes());
    }

    /// Whether there is such a compressed instruction; it is emitted then.
    pub fn emit_short(&mut self, short: Compressed) -> bool {
        let parcel = short.encode();
        self.bytes
            .extend(parcel.iter().flat_map(|p| p.to_le_bytes()));
        parcel.is_some()
    }

    /// Leaves room for `len` bytes of instructions and returns where.
    pub fn skip(&mut self, len: usize) -> u64 {
        let at = self.here();
        self.bytes.extend(std::iter::repeat_n(0, len));
        at
    }

    /// Fills room that was left at `at`.
    pub fn put(&mut self, at: u64, inst: Inst) {
        let word = encode(inst).unwrap_or_else(|| panic!("{inst:?}"));
        self.put_bytes(at, &word.to_le_bytes());
    }

    /// Fills room that was left at `at`, with `c.nop` if there is no such instruction.
    pub fn put_short(&mut self, at: u64, short: Compressed) {
        const C_NOP: u16 = 1;
        let parcel = short.encode().unwrap_or(C_NOP);
        self.put_bytes(at, &parcel.to_le_bytes());
    }

    fn put_bytes(&mut self, at: u64, bytes: &[u8]) {
        let at = (at - self.base) as usize;
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// `rd = value`
    pub fn li(&mut self, rd: Reg, value: u64) {
        let value = value as i64;
        let low = (value << 52 >> 52) as i32;
        if let Ok(word) = i32::try_from(value) {
            self.li_word(rd, word, low);
            return;
        }
        let rest = value.wrapping_sub(low.into()) >> 12;
        let zeros = rest.trailing_zeros();
        self.li(rd, (rest >> zeros) as u64);
        self.emit(alu_imm(AluOp::Sll, rd, rd, 12 + zeros as i32));
        if low != 0 {
            self.emit(addi(rd, rd, low));
        }
    }

    fn li_word(&mut self, rd: Reg, word: i32, low: i32) {
        let imm = word.wrapping_sub(low);
        if imm == 0 {
            self.emit(addi(rd, Reg::ZERO, low));
            return;
        }
        self.emit(Inst::Lui { rd, imm });
        if low != 0 {
            self.emit(alu_imm(AluOp::Addw, rd, rd, low));
        }
    }

    /// `if rs1 cond rs2 { goto target }`, however far back that is.
    pub fn branch_back(&mut self, cond: Cond, rs1: Reg, rs2: Reg, target: u64) {
        let near = branch(cond, rs1, rs2, self.offset_to(target));
        if encode(near).is_some() {
            return self.emit(near);
        }
        self.emit(branch(opposite(cond), rs1, rs2, 8));
        self.emit(jal(Reg::ZERO, self.offset_to(target)));
    }
}

/// From one address to another.
pub fn offset(from: u64, to: u64) -> i32 {
    to.wrapping_sub(from) as i32
}

fn opposite(cond: Cond) -> Cond {
    match cond {
        Cond::Eq => Cond::Ne,
        Cond::Ne => Cond::Eq,
        Cond::Lt => Cond::Ge,
        Cond::Ge => Cond::Lt,
        Cond::Ltu => Cond::Geu,
        Cond::Geu => Cond::Ltu,
    }
}
