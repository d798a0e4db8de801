//! Statements that compute.

use rvjet::isa::{AluOp, Compressed, Inst, MulDivOp, Reg};

use super::Generator;
use crate::inst::{alu, alu_imm};
use crate::operands::IMMEDIATES;

impl Generator {
    pub(super) fn alu(&mut self) {
        let op = self.random.pick(&AluOp::ALL);
        let (rs1, rs2, rd) = (self.rs(), self.rs(), self.rd());
        self.emit(alu(op, rd, rs1, rs2));
    }

    pub(super) fn muldiv(&mut self) {
        let op = self.random.pick(&MulDivOp::ALL);
        let (rs1, rs2, rd) = (self.rs(), self.rs(), self.rd());
        self.emit(Inst::MulDiv { op, rd, rs1, rs2 });
    }

    pub(super) fn alu_imm(&mut self) {
        let op = loop {
            let op = self.random.pick(&AluOp::ALL);
            if op.has_immediate_form() {
                break op;
            }
        };
        let imm = match (op.is_shift(), op.is_word()) {
            (true, true) => self.random.within(0, 31) as i32,
            (true, false) => self.random.within(0, 63) as i32,
            _ if self.random.one_in(2) => self.random.pick(&IMMEDIATES),
            _ => self.random.within(-2048, 2047) as i32,
        };
        let (rs1, rd) = (self.rs(), self.rd());
        self.emit(alu_imm(op, rd, rs1, imm));
    }

    pub(super) fn upper(&mut self) {
        let imm = self.random.next() as i32 & !0xfff;
        let rd = self.rd();
        let lui = self.random.one_in(2);
        self.emit(match lui {
            true => Inst::Lui { rd, imm },
            false => Inst::Auipc { rd, imm },
        });
    }

    /// Any compressed instruction that computes.
    pub(super) fn short_alu(&mut self) {
        loop {
            let parcel = self.random.next() as u16;
            let Some(short) = Compressed::decode(parcel) else {
                continue;
            };
            let rd = match short {
                Compressed::Addi16sp { .. } => Reg::SP,
                Compressed::Addi4spn { rd, .. }
                | Compressed::Li { rd, .. }
                | Compressed::Lui { rd, .. }
                | Compressed::AluImm { rd, .. }
                | Compressed::Alu { rd, .. }
                | Compressed::Mv { rd, .. } => rd,
                _ => continue,
            };
            if self.kept.has(rd) {
                continue;
            }
            self.wrote(rd);
            self.emit_short(short);
            return;
        }
    }
}
