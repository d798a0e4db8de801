//! The machine: an operand stack, a few local variables, and a program that
//! starts with the argument in local 0 and ends with a result.

/// How deep the operand stack can get.
const DEPTH: usize = 32;
/// How many local variables there are.
const LOCALS: usize = 8;

/// An instruction. Operands are popped, the right one first; jumps name the
/// instruction's index.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    Push(i64),
    Load(u8),
    Store(u8),
    Add,
    Remainder,
    /// 1 where left is greater than right, else 0.
    Greater,
    Equal,
    Jump(u32),
    /// Jumps where the popped value is 0.
    JumpIfZero(u32),
    /// Jumps where the popped value is not 0.
    JumpIf(u32),
    /// Ends the program with the popped value.
    Finish,
}

/// What a program can do wrong.
#[derive(Clone, Copy, Debug)]
#[expect(dead_code, reason = "read by the Debug form that main prints")]
pub enum Fault {
    /// The stack overflowed or underflowed at this instruction.
    Stack { at: usize },
    /// A local variable that does not exist.
    Local { at: usize },
    /// Division by zero.
    Divisor { at: usize },
    /// The program has no such instruction.
    NoInstruction { at: usize },
}

struct Stack {
    values: [i64; DEPTH],
    length: usize,
}

impl Stack {
    fn push(&mut self, value: i64) -> Option<()> {
        *self.values.get_mut(self.length)? = value;
        self.length += 1;
        Some(())
    }

    fn pop(&mut self) -> Option<i64> {
        self.length = self.length.checked_sub(1)?;
        self.values.get(self.length).copied()
    }

    /// Replaces the two values on top by one of both.
    fn combine(&mut self, operation: impl FnOnce(i64, i64) -> i64) -> Option<()> {
        let right = self.pop()?;
        let left = self.pop()?;
        self.push(operation(left, right))
    }
}

/// Runs `program` to its end.
#[inline(never)]
pub fn run(program: &[Op], argument: i64) -> Result<i64, Fault> {
    let mut stack = Stack {
        values: [0; DEPTH],
        length: 0,
    };
    let mut locals = [0; LOCALS];
    locals[0] = argument;
    let mut at = 0;
    loop {
        let &op = program.get(at).ok_or(Fault::NoInstruction { at })?;
        let mut next = at + 1;
        let done = match op {
            Op::Push(value) => stack.push(value),
            Op::Load(local) => {
                let local = locals.get(usize::from(local)).ok_or(Fault::Local { at })?;
                stack.push(*local)
            }
            Op::Store(local) => {
                let local = locals
                    .get_mut(usize::from(local))
                    .ok_or(Fault::Local { at })?;
                stack.pop().map(|value| *local = value)
            }
            Op::Add => stack.combine(i64::wrapping_add),
            Op::Remainder => {
                let right = stack.pop().ok_or(Fault::Stack { at })?;
                if right == 0 {
                    return Err(Fault::Divisor { at });
                }
                stack
                    .pop()
                    .and_then(|left| stack.push(left.wrapping_rem(right)))
            }
            Op::Greater => stack.combine(|left, right| i64::from(left > right)),
            Op::Equal => stack.combine(|left, right| i64::from(left == right)),
            Op::Jump(target) => {
                next = target as usize;
                Some(())
            }
            Op::JumpIfZero(target) => stack.pop().map(|value| {
                if value == 0 {
                    next = target as usize;
                }
            }),
            Op::JumpIf(target) => stack.pop().map(|value| {
                if value != 0 {
                    next = target as usize;
                }
            }),
            Op::Finish => return stack.pop().ok_or(Fault::Stack { at }),
        };
        done.ok_or(Fault::Stack { at })?;
        at = next;
    }
}
