//! Zba, Zbb, Zbc, Zbs and Zicond.
//!
//! What is a step of several instructions as well (`plan`) is lowered as that.

use dynasmrt::x64::Rx;
use dynasmrt::{DynasmApi, DynasmLabelApi};

use crate::isa::{BitImmOp, BitOp, BitUnaryOp, Reg, semantics};
use crate::jit::asm::{slot, x64};
use crate::jit::emitter::{Emitter, Operand, with};
use crate::jit::float_regs::{X0, X1};
use crate::jit::plan::Step;
use crate::jit::regs::{T0, T1, T2};

/// `0x7f` in each byte.
const LOW_SEVEN: u64 = 0x7f7f_7f7f_7f7f_7f7f;

impl Emitter<'_> {
    /// `rd = rs1 op rs2`
    pub(super) fn bit(&mut self, op: BitOp, rd: Reg, rs1: Reg, rs2: Reg) {
        if rd.is_zero() {
            return;
        }
        if let (Some(a), Some(b)) = (self.facts.constant(rs1), self.facts.constant(rs2)) {
            return self.write_constant(rd, semantics::bit(op, a, b));
        }
        if let Some(step) = Step::of_bit(op, rd, rs1, rs2, self.host.bmi) {
            return self.lower_step(step, self.low);
        }
        match op {
            BitOp::Andn | BitOp::Orn => self.logic_not(op, rd, rs1, rs2),
            BitOp::Xnor => self.xnor(rd, rs1, rs2),
            BitOp::Max | BitOp::Maxu | BitOp::Min | BitOp::Minu => self.extreme(op, rd, rs1, rs2),
            BitOp::Rol | BitOp::Rolw | BitOp::Ror | BitOp::Rorw => {
                self.rotate_by(op, rd, rs1, rs2);
            }
            BitOp::Bclr | BitOp::Binv | BitOp::Bset => self.change_bit(op, rd, rs1, rs2),
            BitOp::Bext => {
                let b = self.read(rs2, T1);
                let a = self.read(rs1, T0);
                x64!(self ; bt Rq(a), Rq(b));
                self.write_carry(rd);
            }
            BitOp::Clmul | BitOp::Clmulh | BitOp::Clmulr => self.carryless(op, rd, rs1, rs2),
            BitOp::CzeroEqz | BitOp::CzeroNez => self.zero_if(op, rd, rs1, rs2),
            BitOp::AddUw
            | BitOp::Sh1add
            | BitOp::Sh1addUw
            | BitOp::Sh2add
            | BitOp::Sh2addUw
            | BitOp::Sh3add
            | BitOp::Sh3addUw => unreachable!("scaled sums are steps"),
        }
    }

    /// `rd = rs1 op shamt`
    pub(super) fn bit_imm(&mut self, op: BitImmOp, rd: Reg, rs1: Reg, shamt: u8) {
        if rd.is_zero() {
            return;
        }
        if let Some(a) = self.facts.constant(rs1) {
            return self.write_constant(rd, semantics::bit_imm(op, a, shamt));
        }
        if let Some(step) = Step::of_bit_imm(op, rd, rs1, shamt) {
            return self.lower_step(step, self.low);
        }
        let number = shamt as i8;
        if op == BitImmOp::Bexti {
            let a = self.read(rs1, T0);
            x64!(self ; bt Rq(a), BYTE number);
            return self.write_carry(rd);
        }
        let d = self.target(rd, T0);
        self.read_into(rs1, d);
        match op {
            BitImmOp::Bclri => x64!(self ; btr Rq(d), BYTE number),
            BitImmOp::Binvi => x64!(self ; btc Rq(d), BYTE number),
            _ => x64!(self ; bts Rq(d), BYTE number),
        }
        self.write(rd, d);
    }

    /// `rd = op rs1`
    pub(super) fn bit_unary(&mut self, op: BitUnaryOp, rd: Reg, rs1: Reg) {
        if rd.is_zero() {
            return;
        }
        if let Some(a) = self.facts.constant(rs1) {
            return self.write_constant(rd, semantics::bit_unary(op, a));
        }
        if let Some(step) = Step::of_bit_unary(op, rd, rs1) {
            return self.lower_step(step, self.low);
        }
        match op {
            BitUnaryOp::Clz | BitUnaryOp::Clzw | BitUnaryOp::Ctz | BitUnaryOp::Ctzw => {
                self.count_zeros(op, rd, rs1);
            }
            BitUnaryOp::Cpop | BitUnaryOp::Cpopw => self.count_ones(op, rd, rs1),
            BitUnaryOp::OrcB => self.or_combine(rd, rs1),
            BitUnaryOp::SextB | BitUnaryOp::Rev8 => {
                let d = self.target(rd, T0);
                if op == BitUnaryOp::Rev8 {
                    self.read_into(rs1, d);
                    x64!(self ; bswap Rq(d));
                } else {
                    let a = self.read(rs1, d);
                    x64!(self ; movsx Rq(d), Rb(a));
                }
                self.write(rd, d);
            }
            BitUnaryOp::SextH | BitUnaryOp::ZextH => unreachable!("parts are steps"),
        }
    }

    /// `rd = carry`. Keeps the flags.
    fn write_carry(&mut self, rd: Reg) {
        let d = self.target(rd, T0);
        x64!(self ; setc al ; movzx Rd(d), al);
        self.write(rd, d);
    }

    /// `rd = rs1 & !rs2`, without BMI1, or `rs1 | !rs2`
    fn logic_not(&mut self, op: BitOp, rd: Reg, rs1: Reg, rs2: Reg) {
        self.read_into(rs2, T0);
        x64!(self ; not Rq(T0));
        let a = self.operand(rs1, T1);
        match op {
            BitOp::Andn => with!(self ; and Rq(T0), a),
            _ => with!(self ; or Rq(T0), a),
        }
        self.write(rd, T0);
    }

    /// `rd = !(rs1 ^ rs2)`
    fn xnor(&mut self, rd: Reg, rs1: Reg, rs2: Reg) {
        let (d, a, b) = self.operands(rd, rs1, rs2);
        let b = self.place_first(d, a, b);
        with!(self ; xor Rq(d), b);
        x64!(self ; not Rq(d));
        self.write(rd, d);
    }

    /// `rd = the smaller or larger of rs1 and rs2`
    fn extreme(&mut self, op: BitOp, rd: Reg, rs1: Reg, rs2: Reg) {
        let (d, a, b) = self.operands(rd, rs1, rs2);
        let b = self.place_first(d, a, b);
        with!(self ; cmp Rq(d), b);
        match op {
            BitOp::Max => with!(self ; cmovl Rq(d), b),
            BitOp::Maxu => with!(self ; cmovb Rq(d), b),
            BitOp::Min => with!(self ; cmovg Rq(d), b),
            _ => with!(self ; cmova Rq(d), b),
        }
        self.write(rd, d);
    }

    /// `rd = rs1 rotated by rs2`; the amount is taken modulo the width, as x86 does.
    fn rotate_by(&mut self, op: BitOp, rd: Reg, rs1: Reg, rs2: Reg) {
        let d = self.target(rd, T0);
        self.read_into(rs2, T1);
        self.read_into(rs1, d);
        match op {
            BitOp::Rol => x64!(self ; rol Rq(d), cl),
            BitOp::Ror => x64!(self ; ror Rq(d), cl),
            BitOp::Rolw => x64!(self ; rol Rd(d), cl),
            _ => x64!(self ; ror Rd(d), cl),
        }
        if op.is_word() {
            self.extend_word(d);
        }
        self.write(rd, d);
    }

    /// `rd = rs1` with the bit `rs2` changed; of registers x86 takes its number
    /// modulo the width, too.
    fn change_bit(&mut self, op: BitOp, rd: Reg, rs1: Reg, rs2: Reg) {
        let d = self.target(rd, T0);
        let mut b = self.read(rs2, T1);
        if b == d {
            self.copy(T1, b);
            b = T1;
        }
        self.read_into(rs1, d);
        match op {
            BitOp::Bclr => x64!(self ; btr Rq(d), Rq(b)),
            BitOp::Binv => x64!(self ; btc Rq(d), Rq(b)),
            _ => x64!(self ; bts Rq(d), Rq(b)),
        }
        self.write(rd, d);
    }

    /// `rd = 0` if `rs2` is zero or if it is not, else `rs1`
    fn zero_if(&mut self, op: BitOp, rd: Reg, rs1: Reg, rs2: Reg) {
        let d = self.target(rd, T0);
        let b = self.read(rs2, T1);
        x64!(self ; test Rq(b), Rq(b));
        // All that keeps the flags, and `b` is not needed any more.
        self.read_into(rs1, d);
        self.constant(T1, 0);
        match op {
            BitOp::CzeroEqz => x64!(self ; cmovz Rq(d), Rq(T1)),
            _ => x64!(self ; cmovnz Rq(d), Rq(T1)),
        }
        self.write(rd, d);
    }

    /// `rd = zeros at an end of rs1`
    fn count_zeros(&mut self, op: BitUnaryOp, rd: Reg, rs1: Reg) {
        let d = self.target(rd, T0);
        if !self.host.zeros {
            return self.scan_for_ones(op, rd, rs1);
        }
        let a = self.operand(rs1, T0);
        match op {
            BitUnaryOp::Clz => with!(self ; lzcnt Rq(d), a),
            BitUnaryOp::Clzw => with!(self ; lzcnt Rd(d), a),
            BitUnaryOp::Ctz => with!(self ; tzcnt Rq(d), a),
            _ => with!(self ; tzcnt Rd(d), a),
        }
        self.write(rd, d);
    }

    /// As [`Emitter::count_zeros`], where only the number of the first or last one
    /// can be found, and nothing if there is none: then it counts as if it were just
    /// beyond the width.
    fn scan_for_ones(&mut self, op: BitUnaryOp, rd: Reg, rs1: Reg) {
        let a = self.read(rs1, T0);
        match op {
            BitUnaryOp::Clz => x64!(self
                ; bsr rcx, Rq(a) ; mov eax, 127 ; cmovz ecx, eax ; xor ecx, 63
            ),
            BitUnaryOp::Clzw => x64!(self
                ; bsr ecx, Rd(a) ; mov eax, 63 ; cmovz ecx, eax ; xor ecx, 31
            ),
            BitUnaryOp::Ctz => x64!(self ; bsf rcx, Rq(a) ; mov eax, 64 ; cmovz ecx, eax),
            _ => x64!(self ; bsf ecx, Rd(a) ; mov eax, 32 ; cmovz ecx, eax),
        }
        self.write(rd, T1);
    }

    /// `rd = ones in rs1`
    fn count_ones(&mut self, op: BitUnaryOp, rd: Reg, rs1: Reg) {
        let word = op == BitUnaryOp::Cpopw;
        if !self.host.popcnt {
            return self.drop_ones(word, rd, rs1);
        }
        let d = self.target(rd, T0);
        match (self.operand(rs1, T0), word) {
            (a, false) => with!(self ; popcnt Rq(d), a),
            (a, true) => with!(self ; popcnt Rd(d), a),
        }
        self.write(rd, d);
    }

    /// As [`Emitter::count_ones`], dropping one after the other.
    fn drop_ones(&mut self, word: bool, rd: Reg, rs1: Reg) {
        let (again, done) = (self.asm.new_dynamic_label(), self.asm.new_dynamic_label());
        self.facts.lose_index();
        let a = self.read(rs1, T0);
        match word {
            true => x64!(self ; mov eax, Rd(a)),
            false => self.copy(T0, a),
        }
        x64!(self
            ; xor ecx, ecx
            ; test rax, rax
            ; jz =>done
            ; =>again
            ; add ecx, 1
            ; lea rdx, [rax - 1]
            ; and rax, rdx
            ; jnz =>again
            ; =>done
        );
        self.write(rd, T1);
    }

    /// `rd = all ones in each byte of rs1 that is not zero`
    ///
    /// A byte is not zero if its top bit is set or adding `0x7f` to the others sets
    /// it; from the top bits alone, doubled, each less itself at the bottom of its
    /// byte, all ones are left.
    fn or_combine(&mut self, rd: Reg, rs1: Reg) {
        self.read_into(rs1, T0);
        self.constant(T1, LOW_SEVEN);
        x64!(self ; and rax, rcx ; add rax, rcx);
        let a = self.operand(rs1, T0);
        with!(self ; or Rq(T0), a);
        x64!(self
            ; not rcx
            ; and rax, rcx
            ; mov rcx, rax
            ; shr rcx, 7
            ; add rax, rax
            ; sub rax, rcx
        );
        self.write(rd, T0);
    }

    /// `rd = a part of the product of rs1 and rs2 without carry`
    fn carryless(&mut self, op: BitOp, rd: Reg, rs1: Reg, rs2: Reg) {
        if !self.host.clmul {
            return self.carryless_by_bits(op, rd, rs1, rs2);
        }
        let d = self.target(rd, T0);
        self.load_xmm(X0, rs1);
        self.load_xmm(X1, rs2);
        x64!(self ; pclmulqdq Rx(X0), Rx(X1), 0);
        match op {
            BitOp::Clmul => x64!(self ; movq Rq(d), Rx(X0)),
            BitOp::Clmulh => x64!(self ; psrldq Rx(X0), 8 ; movq Rq(d), Rx(X0)),
            _ => x64!(self
                ; movq rcx, Rx(X0)
                ; psrldq Rx(X0), 8
                ; movq Rq(d), Rx(X0)
                ; shld Rq(d), rcx, 1
            ),
        }
        self.write(rd, d);
    }

    /// `to = reg`, in the low half.
    fn load_xmm(&mut self, to: Rx, reg: Reg) {
        match self.operand(reg, T0) {
            Operand::Reg(a) => x64!(self ; movq Rx(to), Rq(a)),
            Operand::Slot(at) => x64!(self ; movq Rx(to), [rsp + at]),
        }
    }

    /// As [`Emitter::carryless`], a bit at a time.
    fn carryless_by_bits(&mut self, op: BitOp, rd: Reg, rs1: Reg, rs2: Reg) {
        self.facts.lose_index();
        self.read_into(rs2, T1);
        self.read_into(rs1, T2);
        x64!(self ; xor eax, eax);
        let again = self.asm.new_dynamic_label();
        let skip = self.asm.new_dynamic_label();
        if op == BitOp::Clmul {
            x64!(self
                ; =>again
                ; shr rcx, 1
                ; jnc =>skip
                ; xor rax, rdx
                ; =>skip
                ; add rdx, rdx
                ; test rcx, rcx
                ; jnz =>again
            );
        } else {
            // What has been gathered goes down by one bit each time, and what falls
            // out belongs to the low half. A one behind the bits of `rcx` ends them.
            let next = self.asm.new_dynamic_label();
            x64!(self
                ; stc
                ; rcr rcx, 1
                ; =>again
                ; jnc =>skip
                ; shr rax, 1
                ; xor rax, rdx
                ; jmp =>next
                ; =>skip
                ; shr rax, 1
                ; =>next
                ; shr rcx, 1
                ; jnz =>again
            );
            if op == BitOp::Clmulh {
                x64!(self ; shr rax, 1);
            }
        }
        self.write(rd, T0);
    }
}
