//! Whether a byte is in a set, by as little code as its shape allows.

use super::Emitter;
use crate::jit::asm::Label;
use crate::jit::asm::encode::{Cond, ImmOp, Load, Reg, RegOp};
use crate::jit::regs::POOL;
use crate::set::ByteSet;

/// How a member is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    /// All bytes are members, or none is.
    Constant(bool),
    /// The members are this byte, or all others.
    Equal { byte: u8, is: bool },
    /// The members are so many bytes from the first on, or all others.
    Range { first: u8, count: u8, is: bool },
    /// By a table.
    Table,
}

impl Test {
    fn of(set: &ByteSet) -> Self {
        match Self::positive(set, true) {
            Self::Table => Self::positive(&set.complement(), false),
            test => test,
        }
    }

    /// How a member of `set`, or if not `is` of its complement, is told.
    fn positive(set: &ByteSet, is: bool) -> Self {
        let (count, Some(first)) = (set.len(), set.iter().next()) else {
            return Self::Constant(!is);
        };
        let last = first as usize + count - 1;
        match u8::try_from(count) {
            Ok(1) => Self::Equal { byte: first, is },
            // A range up to the last byte is better told by what is below it.
            Ok(count)
                if last < 0xff
                    && set.contains(last as u8)
                    && *set == ByteSet::range(first, last as u8) =>
            {
                Self::Range { first, count, is }
            }
            Ok(_) => Self::Table,
            Err(_) => Self::Constant(is),
        }
    }
}

impl Emitter<'_> {
    /// Goes on at `target` if it is `when` that the byte in `byte` is in `set`. Clobbers
    /// `free`, which may be `byte` itself.
    pub fn branch_byte(&mut self, set: &ByteSet, byte: Reg, free: Reg, when: bool, target: Label) {
        let taken = |is: bool| if is == when { Cond::Ne } else { Cond::Eq };
        match Test::of(set) {
            Test::Constant(is) if is == when => self.asm.jump(target),
            Test::Constant(_) => {}
            Test::Equal { byte: only, is } => {
                let difference = self.minus(free, byte, only);
                let cond = taken(is).inverse();
                self.asm.branch(cond, difference, Reg::Zero, target);
            }
            Test::Range { first, count, is } => {
                let difference = self.minus(free, byte, first);
                self.asm
                    .imm(ImmOp::Sltiu, free, difference, i64::from(count));
                self.asm.branch(taken(is), free, Reg::Zero, target);
            }
            Test::Table => {
                let table = self.pool.set(set);
                self.look_up(Load::Lbu, free, byte, table);
                self.asm.branch(taken(true), free, Reg::Zero, target);
            }
        }
    }

    /// `d = pool[table + byte]`
    pub fn look_up(&mut self, load: Load, d: Reg, byte: Reg, table: i64) {
        self.asm.op(RegOp::Add, d, byte, POOL);
        self.asm.load(load, d, d, table);
    }

    /// `byte - constant`, and the register that has it.
    fn minus(&mut self, free: Reg, byte: Reg, constant: u8) -> Reg {
        if constant == 0 {
            return byte;
        }
        self.asm.add(free, byte, -i64::from(constant));
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_told_by_the_simplest_test_that_fits_it() {
        let of = |bytes: &[u8]| bytes.iter().copied().collect::<ByteSet>();
        let cases = [
            (ByteSet::EMPTY, Test::Constant(false)),
            (ByteSet::ALL, Test::Constant(true)),
            (
                of(b"a"),
                Test::Equal {
                    byte: b'a',
                    is: true,
                },
            ),
            (
                of(b"\n").complement(),
                Test::Equal {
                    byte: b'\n',
                    is: false,
                },
            ),
            (
                ByteSet::range(b'a', b'z'),
                Test::Range {
                    first: b'a',
                    count: 26,
                    is: true,
                },
            ),
            (
                ByteSet::range(0x80, 0xff),
                Test::Range {
                    first: 0,
                    count: 0x80,
                    is: false,
                },
            ),
            (
                ByteSet::range(b'0', b'9').complement(),
                Test::Range {
                    first: b'0',
                    count: 10,
                    is: false,
                },
            ),
            (ByteSet::range(1, 0xff), Test::Equal { byte: 0, is: false }),
            (of(b"ac"), Test::Table),
            (of(b"ac").complement(), Test::Table),
        ];
        for (set, expected) in cases {
            assert_eq!(Test::of(&set), expected, "{set:?}");
        }
    }
}
