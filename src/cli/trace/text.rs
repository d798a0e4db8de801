//! An instruction as a line for people.

use std::collections::HashMap;
use std::io::{self, Write};

use rvjet::isa::disassemble;
use rvjet::machine::Trap;
use rvjet::replay::Step;
use rvjet::trace::EcallRecord;

use super::effect::Effect;
use super::opened::Counted;
use super::place::Names;

/// Prints instructions; a function's name stands before its first one.
#[derive(Debug)]
pub struct Text<'a> {
    /// Where functions start.
    functions: HashMap<u64, std::borrow::Cow<'a, str>>,
    names: &'a Names<'a>,
}

impl<'a> Text<'a> {
    pub fn new(names: &'a Names<'a>) -> Text<'a> {
        let symbols = names.symbols.iter();
        Text {
            functions: symbols.map(|symbol| (symbol.addr, symbol.name)).collect(),
            names,
        }
    }

    pub fn step(
        &self,
        out: &mut impl Write,
        step: &Step,
        record: Option<&EcallRecord>,
    ) -> io::Result<()> {
        if let Some(name) = self.functions.get(&step.pc) {
            writeln!(out, "<{name}>:")?;
        }
        let inst = disassemble(step.pc, step.word).to_string();
        let (mnemonic, operands) = inst.split_once('\t').unwrap_or((&inst, ""));
        let digits = 2 * usize::from(step.len);
        let word = format!("{:0digits$x}", step.word);
        let line = format!(
            "{:>10} {:>10x}: {word:8}  {mnemonic:<9} {operands:<24}",
            step.insn, step.pc
        );
        let mut effects = Vec::new();
        effects.extend(
            step.writes()
                .map(|(reg, value)| format!("{reg}={value:#x}")),
        );
        effects.extend(Effect::of(step).map(|effect| memory(&effect)));
        effects.extend(record.map(|record| call(record, self.names)));
        let line = line + "  " + &effects.join("  ");
        writeln!(out, "{}", line.trim_end())
    }

    pub fn trap(&self, out: &mut impl Write, insn: u64, trap: Trap) -> io::Result<()> {
        writeln!(out, "{insn:>10} {:>10x}: {trap}", trap.pc)
    }
}

/// `[address:size]` and the values there.
pub fn memory(effect: &Effect) -> String {
    let Effect {
        addr,
        size,
        read,
        written,
    } = effect;
    match (read, written) {
        (Some(read), Some(written)) => format!("[{addr:#x}:{size}] {read:#x} -> {written:#x}"),
        (Some(read), None) => format!("[{addr:#x}:{size}] is {read:#x}"),
        (None, Some(written)) => format!("[{addr:#x}:{size}] := {written:#x}"),
        (None, None) => String::new(),
    }
}

/// `name(arguments)` or `trap: cause`
fn called(record: &EcallRecord, names: &Names<'_>) -> String {
    if let Some(cause) = record.trap {
        return format!("trap: {cause}");
    }
    let name = names.call(record.number).map_or_else(
        || format!("call {}", record.number),
        std::borrow::ToOwned::to_owned,
    );
    let args: Vec<_> = record.args.iter().map(|arg| format!("{arg:#x}")).collect();
    format!("{name}({})", args.join(", "))
}

/// What was called, results, memory.
pub fn call(record: &EcallRecord, names: &Names<'_>) -> String {
    let mut text = called(record, names);
    for (reg, value) in &record.results {
        text.push_str(&format!(" {reg}={value:#x}"));
    }
    let read: u64 = record
        .reads
        .iter()
        .map(|read| (read.end - read.start) / 8)
        .sum();
    if read > 0 {
        text.push_str(&format!(", reads {}", Counted(read, "word")));
    }
    let written: usize = record.writes.iter().map(|write| write.bytes.len()).sum();
    if written > 0 {
        text.push_str(&format!(", writes {}", Counted(written as u64, "byte")));
    }
    text
}
