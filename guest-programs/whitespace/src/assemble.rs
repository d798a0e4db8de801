//! From lines of mnemonics to the Whitespace source that means the same.
//!
//! A line holds an instruction or a `label:`; `#` starts a comment. `text "..."`
//! pushes a 0 and then the characters, the last one first; the only escape in it
//! is `\n`, and a `#` cannot be part of it.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;

use crate::parse::{LF, SPACE, TAB};

/// What an instruction takes.
#[derive(Clone, Copy)]
enum Operand {
    None,
    Number,
    Label,
}

/// Each mnemonic with its command, in the letters S, T and L of the language's
/// tutorial, and its operand.
const COMMANDS: [(&str, &str, Operand); 24] = [
    ("push", "SS", Operand::Number),
    ("dup", "SLS", Operand::None),
    ("copy", "STS", Operand::Number),
    ("swap", "SLT", Operand::None),
    ("drop", "SLL", Operand::None),
    ("slide", "STL", Operand::Number),
    ("add", "TSSS", Operand::None),
    ("sub", "TSST", Operand::None),
    ("mul", "TSSL", Operand::None),
    ("div", "TSTS", Operand::None),
    ("mod", "TSTT", Operand::None),
    ("store", "TTS", Operand::None),
    ("retrieve", "TTT", Operand::None),
    ("mark", "LSS", Operand::Label),
    ("call", "LST", Operand::Label),
    ("jump", "LSL", Operand::Label),
    ("jz", "LTS", Operand::Label),
    ("jn", "LTT", Operand::Label),
    ("ret", "LTL", Operand::None),
    ("end", "LLL", Operand::None),
    ("outc", "TLSS", Operand::None),
    ("outn", "TLST", Operand::None),
    ("readc", "TLTS", Operand::None),
    ("readn", "TLTT", Operand::None),
];

/// A line that is no instruction.
#[derive(Debug)]
pub struct AssemblyError {
    /// Counted from 1.
    line: usize,
}

impl fmt::Display for AssemblyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of the assembly is no instruction", self.line)
    }
}

/// Translates a whole program.
pub fn assemble(assembly: &str) -> Result<String, AssemblyError> {
    let mut assembler = Assembler {
        source: String::new(),
        labels: BTreeMap::new(),
    };
    for (line, text) in (1..).zip(assembly.lines()) {
        let code = text.split('#').next().unwrap_or_default().trim();
        assembler.line(code).ok_or(AssemblyError { line })?;
    }
    Ok(assembler.source)
}

struct Assembler<'a> {
    source: String,
    /// Labels are numbered as they appear.
    labels: BTreeMap<&'a str, u64>,
}

impl<'a> Assembler<'a> {
    fn line(&mut self, code: &'a str) -> Option<()> {
        if code.is_empty() {
            return Some(());
        }
        if let Some(label) = code.strip_suffix(':') {
            return self.instruction("mark", label);
        }
        let (mnemonic, operand) = code.split_once(' ').unwrap_or((code, ""));
        if mnemonic == "text" {
            self.text(operand.strip_prefix('"')?.strip_suffix('"')?);
            return Some(());
        }
        self.instruction(mnemonic, operand)
    }

    fn instruction(&mut self, mnemonic: &str, operand: &'a str) -> Option<()> {
        let &(_, command, takes) = COMMANDS.iter().find(|(name, ..)| *name == mnemonic)?;
        self.source
            .extend(command.chars().map(|letter| match letter {
                'S' => SPACE,
                'T' => TAB,
                _ => LF,
            }));
        match takes {
            Operand::None => return operand.is_empty().then_some(()),
            Operand::Number => self.number(operand.parse().ok()?),
            Operand::Label => self.label(operand),
        }
        Some(())
    }

    fn text(&mut self, text: &str) {
        self.push(0);
        let mut characters = text.chars().rev().peekable();
        while let Some(character) = characters.next() {
            let newline = character == 'n' && characters.next_if_eq(&'\\').is_some();
            self.push(if newline {
                10
            } else {
                i64::from(u32::from(character))
            });
        }
    }

    fn push(&mut self, number: i64) {
        self.source.extend([SPACE, SPACE]);
        self.number(number);
    }

    fn number(&mut self, number: i64) {
        self.source.push(if number < 0 { TAB } else { SPACE });
        self.bits(number.unsigned_abs());
    }

    fn label(&mut self, label: &'a str) {
        let next = self.labels.len() as u64;
        let number = *self.labels.entry(label).or_insert(next);
        self.bits(number);
    }

    /// Binary digits from the highest, and the line feed that ends them.
    fn bits(&mut self, number: u64) {
        for bit in (0..u64::BITS - number.leading_zeros()).rev() {
            self.source
                .push(if number >> bit & 1 == 1 { TAB } else { SPACE });
        }
        self.source.push(LF);
    }
}
