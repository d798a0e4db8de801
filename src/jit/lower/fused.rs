//! Steps that do the work of several instructions (see `plan`).

use dynasmrt::DynasmApi;
use dynasmrt::x64::Rq;

use crate::isa::{Inst, Reg};
use crate::jit::asm::{slot, x64};
use crate::jit::emitter::{Emitter, Operand, with};
use crate::jit::path::Fetched;
use crate::jit::plan::{Part, Planned, Step};
use crate::jit::regs::{T0, T1};

/// `d = a + (b << left)`, plus a displacement if there is one.
macro_rules! lea_sum {
    ($e:expr, $left:expr, $d:expr, $a:expr, $b:expr) => {
        match $left {
            0 => x64!($e ; lea Rq($d), [Rq($a) + Rq($b)]),
            1 => x64!($e ; lea Rq($d), [Rq($a) + Rq($b) * 2]),
            2 => x64!($e ; lea Rq($d), [Rq($a) + Rq($b) * 4]),
            _ => x64!($e ; lea Rq($d), [Rq($a) + Rq($b) * 8]),
        }
    };
    ($e:expr, $left:expr, $d:expr, $a:expr, $b:expr, $near:expr) => {
        match $left {
            0 => x64!($e ; lea Rq($d), [BYTE Rq($a) + Rq($b) + $near]),
            1 => x64!($e ; lea Rq($d), [BYTE Rq($a) + Rq($b) * 2 + $near]),
            2 => x64!($e ; lea Rq($d), [BYTE Rq($a) + Rq($b) * 4 + $near]),
            _ => x64!($e ; lea Rq($d), [BYTE Rq($a) + Rq($b) * 8 + $near]),
        }
    };
    ($e:expr, $left:expr, $d:expr, $a:expr, $b:expr, $plus:expr; far) => {
        match $left {
            0 => x64!($e ; lea Rq($d), [Rq($a) + Rq($b) + $plus]),
            1 => x64!($e ; lea Rq($d), [Rq($a) + Rq($b) * 2 + $plus]),
            2 => x64!($e ; lea Rq($d), [Rq($a) + Rq($b) * 4 + $plus]),
            _ => x64!($e ; lea Rq($d), [Rq($a) + Rq($b) * 8 + $plus]),
        }
    };
}

impl Emitter<'_> {
    /// Lowers what is planned for an instruction behind which the path goes on.
    pub(in crate::jit) fn lower_planned(&mut self, fetched: &Fetched, planned: Planned) {
        match planned.step {
            Step::Nothing => {
                // The home keeps what was there.
                if let Some(rd) = fetched.inst.rd() {
                    self.facts.forget(rd);
                }
            }
            Step::Inst(Inst::Branch { .. }) => self.branch(fetched),
            Step::Inst(Inst::Jalr { .. }) => self.jump_along(fetched),
            step => self.lower_step(step, planned.low),
        }
    }

    /// Lowers a step that does not jump; `low`: nobody looks at the upper half of its result.
    pub(in crate::jit) fn lower_step(&mut self, step: Step, low: bool) {
        self.low = low;
        match step {
            Step::Nothing => {}
            Step::Inst(inst) => self.lower(inst),
            Step::Constant { rd, value } => self.write_constant(rd, value),
            Step::Rotate {
                word,
                rd,
                rs1,
                right,
            } => self.rotate(word, rd, rs1, right as i8),
            Step::Extract {
                part,
                rd,
                rs1,
                left,
            } => self.extract(part, rd, rs1, left),
            Step::Sum {
                word,
                rd,
                rs1,
                rs2,
                left,
                plus,
            } => self.sum(word, rd, rs1, (rs2, left), plus),
            Step::AndNot { rd, rs1, rs2 } => self.and_not(rd, rs1, rs2),
            Step::Remainder {
                word,
                rd,
                quotient,
                rs1,
                rs2,
            } => self.remainder(word, rd, quotient, [rs1, rs2]),
        }
        self.low = false;
    }

    /// `rd = rs1` rotated right, or `rd = sext32(low half of rs1, rotated)`
    fn rotate(&mut self, word: bool, rd: Reg, rs1: Reg, right: i8) {
        let d = self.target(rd, T0);
        if self.host.bmi {
            match (self.operand(rs1, T0), word) {
                (Operand::Reg(a), true) => x64!(self ; rorx Rd(d), Rd(a), right),
                (Operand::Reg(a), false) => x64!(self ; rorx Rq(d), Rq(a), right),
                (Operand::Slot(at), true) => x64!(self ; rorx Rd(d), [rsp + at], right),
                (Operand::Slot(at), false) => x64!(self ; rorx Rq(d), [rsp + at], right),
            }
        } else {
            self.read_into(rs1, d);
            match word {
                true => x64!(self ; ror Rd(d), right),
                false => x64!(self ; ror Rq(d), right),
            }
        }
        if word {
            self.extend_word(d);
        }
        self.write(rd, d);
    }

    /// `rd = part of rs1`, shifted left or, by a negative amount, right.
    fn extract(&mut self, part: Part, rd: Reg, rs1: Reg, left: i8) {
        let d = self.target(rd, T0);
        self.extend_part(part, d, rs1);
        let signed = matches!(part, Part::Half { signed } | Part::Word { signed } if signed);
        match (left, signed) {
            (0, _) => {}
            (1.., _) => x64!(self ; shl Rq(d), left),
            (_, true) => x64!(self ; sar Rq(d), -left),
            (_, false) => x64!(self ; shr Rd(d), -left),
        }
        self.write(rd, d);
    }

    /// `d = part of rs1`
    fn extend_part(&mut self, part: Part, d: Rq, rs1: Reg) {
        let operand = self.operand(rs1, d);
        match part {
            Part::Word { signed: false } => with!(self ; mov Rd(d), operand),
            Part::Word { signed: true } => self.extend_operand(d, operand),
            _ => {
                let a = self.read(rs1, d);
                match part {
                    Part::Half { signed: true } => x64!(self ; movsx Rq(d), Rw(a)),
                    Part::Half { .. } => x64!(self ; movzx Rd(d), Rw(a)),
                    _ => x64!(self ; movzx Rd(d), Rb(a)),
                }
            }
        }
    }

    /// `rd = rs1 + (rs2 << left) + plus`, of the low half of `rs2` if `word`.
    fn sum(&mut self, word: bool, rd: Reg, rs1: Reg, (rs2, left): (Reg, u8), plus: i32) {
        let d = self.target(rd, T0);
        let b = if word {
            self.extend_part(Part::Word { signed: false }, T1, rs2);
            T1
        } else {
            self.read(rs2, T1)
        };
        if rs1.is_zero() {
            match left {
                1 => x64!(self ; lea Rq(d), [Rq(b) * 2 + plus]),
                2 => x64!(self ; lea Rq(d), [Rq(b) * 4 + plus]),
                _ => x64!(self ; lea Rq(d), [Rq(b) * 8 + plus]),
            }
        } else {
            let a = self.read(rs1, T0);
            match i8::try_from(plus) {
                Ok(0) => lea_sum!(self, left, d, a, b),
                Ok(near) => lea_sum!(self, left, d, a, b, near),
                Err(_) => lea_sum!(self, left, d, a, b, plus; far),
            }
        }
        self.write(rd, d);
    }

    /// `rd = rs1 & !rs2`
    fn and_not(&mut self, rd: Reg, rs1: Reg, rs2: Reg) {
        let d = self.target(rd, T0);
        let inverted = self.read(rs2, T0);
        match self.operand(rs1, T1) {
            Operand::Reg(a) => x64!(self ; andn Rq(d), Rq(inverted), Rq(a)),
            Operand::Slot(at) => x64!(self ; andn Rq(d), Rq(inverted), [rsp + at]),
        }
        self.write(rd, d);
    }

    /// `rd = rs1 - quotient * rs2`, which is the remainder in the special cases, too:
    /// by zero the quotient is all ones, and by -1 a wrapped product is the dividend.
    fn remainder(&mut self, word: bool, rd: Reg, quotient: Reg, [rs1, rs2]: [Reg; 2]) {
        let d = self.target(rd, T0);
        self.read_into(quotient, T1);
        let b = self.operand(rs2, T0);
        with!(self ; imul Rq(T1), b);
        self.read_into(rs1, T0);
        x64!(self ; sub Rq(T0), Rq(T1));
        match word {
            true => self.extend_word_into(d, T0),
            false => self.copy(d, T0),
        }
        self.write(rd, d);
    }

    /// `d = sext32(d)`, unless nobody looks at the upper half.
    pub(super) fn extend_word(&mut self, d: Rq) {
        self.extend_word_into(d, d);
    }

    /// `d = sext32(a)`, or just the low half if nobody looks at the upper.
    pub(super) fn extend_word_into(&mut self, d: Rq, a: Rq) {
        match self.low {
            true => self.copy(d, a),
            false => x64!(self ; movsxd Rq(d), Rd(a)),
        }
    }

    /// `d = sext32(operand)`
    pub(super) fn extend_operand(&mut self, d: Rq, operand: Operand) {
        match operand {
            Operand::Reg(a) => x64!(self ; movsxd Rq(d), Rd(a)),
            Operand::Slot(at) => x64!(self ; movsxd Rq(d), DWORD [rsp + at]),
        }
    }
}
