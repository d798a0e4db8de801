//! Runs a program.
//!
//! Numbers are 64 bits wide and wrap. Division rounds down, so that a remainder
//! has the divisor's sign. Heap cells that nothing was stored to hold 0.

use alloc::vec::Vec;
use core::fmt;

use crate::parse::{Op, Program};

/// How many cells the heap can have.
const HEAP: usize = 1 << 26;

/// What a program did wrong, and the index of the instruction that did.
#[derive(Debug)]
pub struct Fault {
    at: usize,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    StackUnderflow,
    NoCaller,
    ZeroDivisor,
    HeapAddress(i64),
    NoCharacter(i64),
    NoInput,
    NoInstruction,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "instruction {}: ", self.at)?;
        match self.kind {
            Kind::StackUnderflow => write!(f, "the stack has too few numbers"),
            Kind::NoCaller => write!(f, "a return without a call"),
            Kind::ZeroDivisor => write!(f, "division by zero"),
            Kind::HeapAddress(address) => write!(f, "no heap cell {address}"),
            Kind::NoCharacter(number) => write!(f, "{number} is no character"),
            Kind::NoInput => write!(f, "the input has no number or character"),
            Kind::NoInstruction => write!(f, "the program is over without an end"),
        }
    }
}

/// Runs `program` until its end.
#[inline(never)]
pub fn run(program: &Program) -> Result<(), Fault> {
    let mut machine = Machine::default();
    loop {
        let at = machine.next;
        match machine.step(program) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(kind) => return Err(Fault { at, kind }),
        }
    }
}

#[derive(Default)]
struct Machine {
    next: usize,
    stack: Vec<i64>,
    calls: Vec<usize>,
    heap: Vec<i64>,
}

impl Machine {
    /// One instruction; false if it was the end.
    #[inline(always)]
    fn step(&mut self, program: &Program) -> Result<bool, Kind> {
        let &op = program.code.get(self.next).ok_or(Kind::NoInstruction)?;
        self.next += 1;
        match op {
            Op::Push(number) => self.stack.push(i64::from(number)),
            Op::PushWide(index) => self.stack.push(program.wide[index as usize]),
            Op::Duplicate => self.copy(0)?,
            Op::Copy(depth) => self.copy(depth as usize)?,
            Op::Swap => self.swap()?,
            Op::Discard => self.discard()?,
            Op::Slide(count) => self.slide(count as usize)?,
            Op::Add => self.combine(i64::wrapping_add)?,
            Op::Subtract => self.combine(i64::wrapping_sub)?,
            Op::Multiply => self.combine(i64::wrapping_mul)?,
            Op::Divide => self.divide(floor_divide)?,
            Op::Modulo => self.divide(floor_modulo)?,
            Op::Store => self.store()?,
            Op::Retrieve => self.retrieve()?,
            Op::Call(target) => {
                self.calls.push(self.next);
                self.next = target as usize;
            }
            Op::Jump(target) => self.next = target as usize,
            Op::JumpIfZero(target) => self.jump_if(target, |number| number == 0)?,
            Op::JumpIfNegative(target) => self.jump_if(target, |number| number < 0)?,
            Op::Return => self.next = self.calls.pop().ok_or(Kind::NoCaller)?,
            Op::End => return Ok(false),
            Op::PrintChar => self.print_char()?,
            Op::PrintNumber => rt::print!("{}", self.pop()?),
            Op::ReadChar => self.input(read_char)?,
            Op::ReadNumber => self.input(read_number)?,
        }
        Ok(true)
    }

    fn pop(&mut self) -> Result<i64, Kind> {
        self.stack.pop().ok_or(Kind::StackUnderflow)
    }

    fn copy(&mut self, depth: usize) -> Result<(), Kind> {
        let number = self.stack.iter().rev().nth(depth);
        self.stack.push(*number.ok_or(Kind::StackUnderflow)?);
        Ok(())
    }

    fn swap(&mut self) -> Result<(), Kind> {
        let [.., below, top] = &mut self.stack[..] else {
            return Err(Kind::StackUnderflow);
        };
        core::mem::swap(below, top);
        Ok(())
    }

    fn discard(&mut self) -> Result<(), Kind> {
        self.pop().map(|_| ())
    }

    /// Removes `count` numbers below the top.
    fn slide(&mut self, count: usize) -> Result<(), Kind> {
        let top = self.pop()?;
        let rest = self.stack.len().checked_sub(count);
        self.stack.truncate(rest.ok_or(Kind::StackUnderflow)?);
        self.stack.push(top);
        Ok(())
    }

    fn combine(&mut self, operation: fn(i64, i64) -> i64) -> Result<(), Kind> {
        let right = self.pop()?;
        let left = self.stack.last_mut().ok_or(Kind::StackUnderflow)?;
        *left = operation(*left, right);
        Ok(())
    }

    fn divide(&mut self, operation: fn(i64, i64) -> i64) -> Result<(), Kind> {
        match self.stack.last() {
            Some(0) => Err(Kind::ZeroDivisor),
            _ => self.combine(operation),
        }
    }

    fn jump_if(&mut self, target: u32, holds: fn(i64) -> bool) -> Result<(), Kind> {
        if holds(self.pop()?) {
            self.next = target as usize;
        }
        Ok(())
    }

    fn store(&mut self) -> Result<(), Kind> {
        let number = self.pop()?;
        let address = self.pop()?;
        self.set(address, number)
    }

    fn set(&mut self, address: i64, number: i64) -> Result<(), Kind> {
        let cell = heap_cell(address)?;
        if cell >= self.heap.len() {
            self.heap.resize(cell + 1, 0);
        }
        self.heap[cell] = number;
        Ok(())
    }

    fn retrieve(&mut self) -> Result<(), Kind> {
        let cell = heap_cell(self.pop()?)?;
        self.stack.push(self.heap.get(cell).copied().unwrap_or(0));
        Ok(())
    }

    fn print_char(&mut self) -> Result<(), Kind> {
        let number = self.pop()?;
        let character = u32::try_from(number).ok().and_then(char::from_u32);
        rt::print!("{}", character.ok_or(Kind::NoCharacter(number))?);
        Ok(())
    }

    fn input(&mut self, read: fn() -> Option<i64>) -> Result<(), Kind> {
        let address = self.pop()?;
        self.set(address, read().ok_or(Kind::NoInput)?)
    }
}

fn heap_cell(address: i64) -> Result<usize, Kind> {
    match usize::try_from(address) {
        Ok(cell) if cell < HEAP => Ok(cell),
        _ => Err(Kind::HeapAddress(address)),
    }
}

fn floor_divide(left: i64, right: i64) -> i64 {
    let uneven = left.wrapping_rem(right) != 0;
    let down = uneven && (left < 0) != (right < 0);
    left.wrapping_div(right) - i64::from(down)
}

fn floor_modulo(left: i64, right: i64) -> i64 {
    let rest = left.wrapping_rem(right);
    let other_sign = rest != 0 && (rest < 0) != (right < 0);
    if other_sign { rest + right } else { rest }
}

fn read_char() -> Option<i64> {
    let mut byte = [0];
    match rt::stdin::read(&mut byte) {
        Ok(1) => Some(i64::from(byte[0])),
        _ => None,
    }
}

/// A line with a decimal number.
fn read_number() -> Option<i64> {
    let mut line = Vec::new();
    while let Some(byte) = read_char().filter(|&byte| byte != 10) {
        line.push(byte as u8);
    }
    core::str::from_utf8(&line).ok()?.trim().parse().ok()
}
