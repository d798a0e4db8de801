//! Statements with floating-point numbers.
//!
//! `frm` is never reserved: a dynamic mode would be illegal.

use rvjet::isa::{
    Compressed, CsrOp, CsrSource, FReg, Format, FpCompare, FpInst, FpOp, FpPick, FusedOp, Inst,
    IntFormat, Reg, Rounding,
};

use super::{ARENA, ARENA_BYTES, Generator};

const FFLAGS: u16 = 1;
const FRM: u16 = 2;
const FCSR: u16 = 3;

impl Generator {
    /// Any floating-point register; half of the time one of a few.
    fn freg(&mut self) -> FReg {
        let among = if self.random.one_in(2) { 4 } else { 32 };
        FReg::new(self.random.below(among) as u32 * 9)
    }

    fn format(&mut self) -> Format {
        self.random.pick(&Format::ALL)
    }

    /// Mostly as compilers have it.
    fn rounding(&mut self) -> Rounding {
        match self.random.one_in(3) {
            true => self.random.pick(&Rounding::ALL),
            false => Rounding::Dyn,
        }
    }

    pub(super) fn floating(&mut self) {
        match self.random.below(16) {
            0..5 => self.fp_alu(),
            5..7 => self.fp_fused(),
            7..9 => self.fp_pick(),
            9 => self.fp_compare(),
            10..12 => self.fp_convert(),
            12 => self.fp_bits(),
            13..15 => self.fp_memory(),
            _ => self.fp_state(),
        }
    }

    fn fp_alu(&mut self) {
        let (format, rounding) = (self.format(), self.rounding());
        let [rd, rs1, rs2] = [(); 3].map(|()| self.freg());
        let op = self.random.pick(&FpOp::ALL);
        let root = self.random.one_in(6);
        self.emit(match root {
            true => Inst::Fp(FpInst::Sqrt {
                format,
                rd,
                rs1,
                rounding,
            }),
            false => Inst::Fp(FpInst::Alu {
                op,
                format,
                rd,
                rs1,
                rs2,
                rounding,
            }),
        });
    }

    fn fp_fused(&mut self) {
        let (format, rounding) = (self.format(), self.rounding());
        let [rd, rs1, rs2, rs3] = [(); 4].map(|()| self.freg());
        let op = self.random.pick(&FusedOp::ALL);
        self.emit(Inst::Fp(FpInst::Fused {
            op,
            format,
            rd,
            rs1,
            rs2,
            rs3,
            rounding,
        }));
    }

    /// Of one register twice, too: then it is a move, a negation or an absolute value.
    fn fp_pick(&mut self) {
        let format = self.format();
        let [rd, rs1, other] = [(); 3].map(|()| self.freg());
        let rs2 = if self.random.one_in(2) { rs1 } else { other };
        let op = self.random.pick(&FpPick::ALL);
        self.emit(Inst::Fp(FpInst::Pick {
            op,
            format,
            rd,
            rs1,
            rs2,
        }));
    }

    fn fp_compare(&mut self) {
        let (format, rd) = (self.format(), self.rd());
        let [rs1, rs2] = [(); 2].map(|()| self.freg());
        let op = self.random.pick(&FpCompare::ALL);
        let class = self.random.one_in(4);
        self.emit(match class {
            true => Inst::Fp(FpInst::Class { format, rd, rs1 }),
            false => Inst::Fp(FpInst::Compare {
                op,
                format,
                rd,
                rs1,
                rs2,
            }),
        });
    }

    fn fp_convert(&mut self) {
        let (format, rounding) = (self.format(), self.rounding());
        let (int, [rd, rs1]) = (
            self.random.pick(&IntFormat::ALL),
            [(); 2].map(|()| self.freg()),
        );
        match self.random.below(3) {
            0 => self.emit(Inst::Fp(FpInst::Convert {
                to: format,
                rd,
                rs1,
                rounding,
            })),
            1 => {
                let rd = self.rd();
                self.emit(Inst::Fp(FpInst::ToInt {
                    to: int,
                    from: format,
                    rd,
                    rs1,
                    rounding,
                }));
            }
            _ => {
                let rs1 = self.rs();
                self.emit(Inst::Fp(FpInst::FromInt {
                    to: format,
                    from: int,
                    rd,
                    rs1,
                    rounding,
                }));
            }
        }
    }

    fn fp_bits(&mut self) {
        let (format, freg) = (self.format(), self.freg());
        if self.random.one_in(2) {
            let rs1 = self.rs();
            return self.emit(Inst::Fp(FpInst::FromBits {
                format,
                rd: freg,
                rs1,
            }));
        }
        let rd = self.rd();
        self.emit(Inst::Fp(FpInst::ToBits {
            format,
            rd,
            rs1: freg,
        }));
    }

    fn fp_memory(&mut self) {
        if self.random.one_in(4) {
            return self.short_fp_memory();
        }
        let (format, freg) = (self.format(), self.freg());
        let (rs1, addr) = self.pointer();
        let offset = self.offset(addr, format.width());
        let loads = self.random.one_in(2);
        self.emit(match loads {
            true => Inst::Fp(FpInst::Load {
                format,
                rd: freg,
                rs1,
                offset,
            }),
            false => Inst::Fp(FpInst::Store {
                format,
                rs1,
                rs2: freg,
                offset,
            }),
        });
    }

    fn short_fp_memory(&mut self) {
        let eight: Vec<Reg> = (0..8).map(Reg::compressed).collect();
        let use_sp = self.random.one_in(3);
        let among = if use_sp { &[Reg::SP][..] } else { &eight };
        let Some((rs1, addr)) = self.pointer_among(among) else {
            return self.fp_alu();
        };
        let most = if use_sp { 64 } else { 32 };
        let offset = (self.random.below(most) * 8) as i32;
        if addr.wrapping_add_signed(offset.into()) > ARENA + ARENA_BYTES - 8 {
            return;
        }
        let (freg, short) = (self.freg(), FReg::compressed(self.random.below(8) as u32));
        let short = match (self.random.one_in(2), use_sp) {
            (true, true) => Compressed::FpStoreSp { rs2: freg, offset },
            (true, false) => Compressed::FpStore {
                rs1,
                rs2: short,
                offset,
            },
            (false, true) => Compressed::FpLoadSp { rd: freg, offset },
            (false, false) => Compressed::FpLoad {
                rd: short,
                rs1,
                offset,
            },
        };
        self.emit_short(short);
    }

    /// Reads a part of `fcsr`, and mostly writes it.
    fn fp_state(&mut self) {
        let (rs1, rd) = (self.rs(), self.rd());
        let op = self.random.pick(&[CsrOp::Write, CsrOp::Set, CsrOp::Clear]);
        let imm = CsrSource::Imm(self.random.below(32) as u8);
        let mode = CsrSource::Imm(self.random.below(5) as u8);
        let zero = CsrSource::Reg(Reg::ZERO);
        let (op, csr, source) = match self.random.below(6) {
            0 => (CsrOp::Set, FCSR, zero),
            1 => (CsrOp::Set, FFLAGS, zero),
            2 => (CsrOp::Set, FRM, zero),
            3 => (op, FFLAGS, imm),
            4 => (op, FFLAGS, CsrSource::Reg(rs1)),
            _ => (CsrOp::Write, FRM, mode),
        };
        self.emit(Inst::Csr {
            op,
            rd,
            csr,
            source,
        });
    }
}
