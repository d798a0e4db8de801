//! From Whitespace source to instructions with resolved jumps.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

pub const SPACE: char = ' ';
pub const TAB: char = '\t';
pub const LF: char = '\n';

/// An instruction in eight bytes. Jumps hold the index of the instruction behind
/// the label; labels themselves are gone.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    Push(i32),
    /// Pushes this entry of [`Program::wide`].
    PushWide(u32),
    Duplicate,
    Copy(u32),
    Swap,
    Discard,
    Slide(u32),
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Store,
    Retrieve,
    Call(u32),
    Jump(u32),
    JumpIfZero(u32),
    JumpIfNegative(u32),
    Return,
    End,
    PrintChar,
    PrintNumber,
    ReadChar,
    ReadNumber,
}

/// A parsed program.
#[derive(Debug)]
pub struct Program {
    pub code: Vec<Op>,
    /// Numbers that do not fit into an instruction.
    pub wide: Vec<i64>,
}

/// Why a source is no program.
#[derive(Debug)]
pub enum ParseError {
    /// No command starts with what the source has before this place.
    Command { place: usize },
    /// The number or label before this place does not end or is too long.
    Operand { place: usize },
    /// A jump goes to a label that is nowhere, or a label is twice in the source.
    Label { label: u128 },
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command { place } => write!(f, "no command before character {place}"),
            Self::Operand { place } => write!(f, "bad operand before character {place}"),
            Self::Label { label } => write!(f, "label {label} is missing or there twice"),
        }
    }
}

/// Parses a whole source. Characters other than the three count as comments.
pub fn parse(source: &str) -> Result<Program, ParseError> {
    let mut parser = Parser {
        source: source.as_bytes(),
        place: 0,
        code: Vec::new(),
        wide: Vec::new(),
        labels: BTreeMap::new(),
        jumps: Vec::new(),
    };
    while let Some(first) = parser.next() {
        parser.command(first)?;
    }
    parser.resolve()
}

struct Parser<'a> {
    source: &'a [u8],
    place: usize,
    code: Vec<Op>,
    wide: Vec<i64>,
    labels: BTreeMap<u128, u32>,
    /// Which instructions wait for which labels.
    jumps: Vec<(usize, u128)>,
}

impl Parser<'_> {
    /// The next character that counts.
    fn next(&mut self) -> Option<char> {
        loop {
            let character = char::from(*self.source.get(self.place)?);
            self.place += 1;
            if matches!(character, SPACE | TAB | LF) {
                return Some(character);
            }
        }
    }

    fn command(&mut self, first: char) -> Result<(), ParseError> {
        let op = match (first, self.next()) {
            (SPACE, Some(second)) => self.stack_command(second)?,
            (TAB, Some(SPACE)) => self.arithmetic_command()?,
            (TAB, Some(TAB)) => self.heap_command()?,
            (TAB, Some(LF)) => self.io_command()?,
            (LF, Some(second)) => return self.flow_command(second),
            _ => return Err(self.no_command()),
        };
        self.code.push(op);
        Ok(())
    }

    fn no_command(&self) -> ParseError {
        ParseError::Command { place: self.place }
    }

    fn stack_command(&mut self, second: char) -> Result<Op, ParseError> {
        if second == SPACE {
            return self.push_command();
        }
        Ok(match (second, self.next()) {
            (LF, Some(SPACE)) => Op::Duplicate,
            (LF, Some(TAB)) => Op::Swap,
            (LF, Some(LF)) => Op::Discard,
            (TAB, Some(SPACE)) => Op::Copy(self.depth()?),
            (TAB, Some(LF)) => Op::Slide(self.depth()?),
            _ => return Err(self.no_command()),
        })
    }

    fn push_command(&mut self) -> Result<Op, ParseError> {
        let number = self.number()?;
        Ok(match i32::try_from(number) {
            Ok(number) => Op::Push(number),
            Err(_) => {
                self.wide.push(number);
                Op::PushWide(self.wide.len() as u32 - 1)
            }
        })
    }

    fn arithmetic_command(&mut self) -> Result<Op, ParseError> {
        Ok(match (self.next(), self.next()) {
            (Some(SPACE), Some(SPACE)) => Op::Add,
            (Some(SPACE), Some(TAB)) => Op::Subtract,
            (Some(SPACE), Some(LF)) => Op::Multiply,
            (Some(TAB), Some(SPACE)) => Op::Divide,
            (Some(TAB), Some(TAB)) => Op::Modulo,
            _ => return Err(self.no_command()),
        })
    }

    fn heap_command(&mut self) -> Result<Op, ParseError> {
        match self.next() {
            Some(SPACE) => Ok(Op::Store),
            Some(TAB) => Ok(Op::Retrieve),
            _ => Err(self.no_command()),
        }
    }

    fn io_command(&mut self) -> Result<Op, ParseError> {
        Ok(match (self.next(), self.next()) {
            (Some(SPACE), Some(SPACE)) => Op::PrintChar,
            (Some(SPACE), Some(TAB)) => Op::PrintNumber,
            (Some(TAB), Some(SPACE)) => Op::ReadChar,
            (Some(TAB), Some(TAB)) => Op::ReadNumber,
            _ => return Err(self.no_command()),
        })
    }

    fn flow_command(&mut self, second: char) -> Result<(), ParseError> {
        match (second, self.next()) {
            (SPACE, Some(SPACE)) => return self.mark(),
            (SPACE, Some(TAB)) => self.jump(Op::Call)?,
            (SPACE, Some(LF)) => self.jump(Op::Jump)?,
            (TAB, Some(SPACE)) => self.jump(Op::JumpIfZero)?,
            (TAB, Some(TAB)) => self.jump(Op::JumpIfNegative)?,
            (TAB, Some(LF)) => self.code.push(Op::Return),
            (LF, Some(LF)) => self.code.push(Op::End),
            _ => return Err(self.no_command()),
        }
        Ok(())
    }

    fn mark(&mut self) -> Result<(), ParseError> {
        let label = self.label()?;
        match self.labels.insert(label, self.code.len() as u32) {
            None => Ok(()),
            Some(_) => Err(ParseError::Label { label }),
        }
    }

    fn jump(&mut self, op: fn(u32) -> Op) -> Result<(), ParseError> {
        let label = self.label()?;
        self.jumps.push((self.code.len(), label));
        self.code.push(op(0)); // to what `resolve` finds
        Ok(())
    }

    /// Binary digits up to a line feed, and how many.
    fn bits(&mut self, most: u32) -> Result<(u128, u32), ParseError> {
        let (mut value, mut count) = (0, 0);
        loop {
            let bit = match self.next() {
                Some(LF) => return Ok((value, count)),
                Some(character) if count < most => character == TAB,
                _ => return Err(ParseError::Operand { place: self.place }),
            };
            value = value << 1 | u128::from(bit);
            count += 1;
        }
    }

    fn number(&mut self) -> Result<i64, ParseError> {
        let sign = self.next();
        let (magnitude, _) = self.bits(i64::BITS - 1)?;
        match sign {
            Some(SPACE) => Ok(magnitude as i64),
            Some(TAB) => Ok(-(magnitude as i64)),
            _ => Err(ParseError::Operand { place: self.place }),
        }
    }

    fn depth(&mut self) -> Result<u32, ParseError> {
        let place = self.place;
        u32::try_from(self.number()?).map_err(|_| ParseError::Operand { place })
    }

    /// A label is its digits, so leading zeros count: a 1 before them keeps them.
    fn label(&mut self) -> Result<u128, ParseError> {
        let (value, count) = self.bits(u128::BITS - 1)?;
        Ok(1 << count | value)
    }

    fn resolve(mut self) -> Result<Program, ParseError> {
        for (at, label) in self.jumps {
            let &to = self.labels.get(&label).ok_or(ParseError::Label { label })?;
            match &mut self.code[at] {
                Op::Call(target)
                | Op::Jump(target)
                | Op::JumpIfZero(target)
                | Op::JumpIfNegative(target) => *target = to,
                _ => unreachable!("`jump` pushes only these"),
            }
        }
        Ok(Program {
            code: self.code,
            wide: self.wide,
        })
    }
}
