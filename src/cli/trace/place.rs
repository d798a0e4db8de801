//! Names and instructions for the addresses in a trace.

use std::fmt::Write;

use rvjet::abi::{linux, sp1};
use rvjet::elf::{Image, Symbols};
use rvjet::isa::{disassemble, instruction_len};
use rvjet::machine::PAGE_SIZE;
use rvjet::program::Convention;
use rvjet::replay::{Mismatch, Place};
use rvjet::trace::{Chunk, Header};

use crate::cli::ending;

/// The program of a trace, to be looked at.
#[derive(Debug)]
pub struct Names<'elf> {
    image: Option<Image<'elf>>,
    pub symbols: Symbols<'elf>,
    convention: Convention,
}

impl<'elf> Names<'elf> {
    /// Of a program of which nothing is known there are no names.
    pub fn new(header: &Header, elf: &'elf [u8]) -> Names<'elf> {
        // A run starts at the program's entry, wherever that was moved to.
        let moved = |image: Image<'elf>| {
            let bias = header.start.pc.wrapping_sub(image.entry());
            image.with_bias(bias).ok()
        };
        let image = Image::parse(elf).ok().and_then(moved);
        let symbols = image.as_ref().map(Image::symbols).unwrap_or_default();
        Names {
            image,
            symbols,
            convention: Convention::of(&header.abi),
        }
    }

    /// The name of a call, if it has one.
    pub fn call(&self, number: u64) -> Option<&'static str> {
        match self.convention {
            Convention::Process => linux::call_name(number),
            Convention::Sp1 => sp1::call_name(number),
        }
    }

    /// `symbol+offset`, if there is one.
    pub fn symbol(&self, pc: u64) -> Option<String> {
        let symbol = self.symbols.lookup(pc)?;
        Some(match symbol.offset {
            0 => symbol.name.into_owned(),
            offset => format!("{}+{offset:#x}", symbol.name),
        })
    }

    /// The bits of the instruction at `pc` before the `at`th of a chunk.
    pub fn word(&self, chunk: Option<&Chunk>, at: u64, pc: u64) -> Option<u32> {
        let parcel = |addr: u64| {
            let bytes = [addr, addr + 1].map(|addr| self.byte(chunk, at, addr));
            Some(u16::from_le_bytes([bytes[0]?, bytes[1]?]))
        };
        let low = parcel(pc)?;
        match instruction_len(low) {
            4 => Some(u32::from(low) | u32::from(parcel(pc.checked_add(2)?)?) << 16),
            _ => Some(u32::from(low)),
        }
    }

    fn byte(&self, chunk: Option<&Chunk>, at: u64, addr: u64) -> Option<u8> {
        let page = addr - addr % PAGE_SIZE;
        let own = chunk
            .into_iter()
            .flat_map(|chunk| chunk.code.iter().rev())
            .find(|code| code.addr == page && code.at <= at);
        if let Some(code) = own {
            return code.bytes.get((addr % PAGE_SIZE) as usize).copied();
        }
        let mut segments = self.image.as_ref()?.segments().iter();
        let segment = segments.find(|segment| segment.range().contains(&addr))?;
        let byte = segment.bytes.get((addr - segment.addr) as usize).copied();
        Some(byte.unwrap_or_default())
    }

    /// What differs, with all that is known of the instruction that shows it.
    pub fn tell(&self, mismatch: &Mismatch, chunk: Option<&Chunk>) -> String {
        let Mismatch {
            chunk: number,
            place: Place { at, insn, pc },
            difference,
        } = mismatch;
        let mut text =
            format!("chunk {number}, instruction {at} of it ({insn} of the run) at pc {pc:#x}");
        text.push_str(&ending::place(&self.symbols, *pc));
        if let Some(word) = self.word(chunk, *at, *pc) {
            let inst = disassemble(*pc, word).to_string().replace('\t', " ");
            // A string takes all that is written to it.
            let _written = write!(text, ", {inst}");
        }
        let _written = write!(text, ": {difference}");
        text
    }
}
