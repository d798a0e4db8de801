//! Statements that compute.

use rvjet::isa::{AluOp, BitImmOp, BitOp, BitUnaryOp, Compressed, Inst, MulDivOp, Reg};

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

    /// Bit manipulation, but for what qemu 7.2 does not know or gets wrong.
    pub(super) fn bits(&mut self) {
        let (rs1, rs2, rd) = (self.rs(), self.rs(), self.rd());
        let any = self.random.next();
        let inst = match self.random.below(4) {
            0 => Inst::BitUnary {
                op: self.random.pick(&BitUnaryOp::ALL),
                rd,
                rs1,
            },
            1 => {
                let op = self.random.pick(&BitImmOp::ALL);
                let shamt = any as u8 & if op.is_word() { 31 } else { 63 };
                Inst::BitImm { op, rd, rs1, shamt }
            }
            _ => Inst::Bit {
                op: self.random.pick(&BitOp::ALL),
                rd,
                rs1,
                rs2,
            },
        };
        let unknown = matches!(
            inst,
            Inst::Bit {
                op: BitOp::CzeroEqz | BitOp::CzeroNez,
                ..
            } | Inst::BitUnary {
                op: BitUnaryOp::Ctzw,
                ..
            }
        );
        self.emit(if unknown {
            alu(AluOp::Add, rd, rs1, rs2)
        } else {
            inst
        });
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
