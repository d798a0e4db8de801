//! Programs for SP1, version 6.
//!
//! Fetch sees the text as it is in the file, whatever is stored to its addresses, which
//! are memory like any other. An illegal word in it traps when it is executed.

use std::ops::Range;

use super::{Convention, LoadError, Program, outside};
use crate::elf::{Image, Kind, Segment};
use crate::isa;
use crate::machine::{Fault, Memory, PAGE_SIZE, page_down};

/// Programs start here; what is below is for the stack.
const LEAST_ADDRESS: u64 = 0x7800_0000;
/// Instructions that a program may have.
const MOST_INSNS: u64 = 1 << 22;

/// Why a static program is not one for SP1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unfit {
    /// It is position-independent.
    #[error("its addresses are not fixed (ELF type 3, expected 2)")]
    Relocatable,
    /// The entry point is no multiple of four.
    #[error("the entry point {entry:#x} is no multiple of 4")]
    Entry {
        /// The entry point.
        entry: u64,
    },
    /// A segment starts where the stack is.
    #[error("segment {start:#x}..{end:#x} does not start at or above {LEAST_ADDRESS:#x}")]
    TooLow {
        /// First address of the segment.
        start: u64,
        /// One past its last.
        end: u64,
    },
    /// A segment's address is no multiple of four.
    #[error("the address of segment {start:#x}..{end:#x} is no multiple of 4")]
    Misaligned {
        /// First address of the segment.
        start: u64,
        /// One past its last.
        end: u64,
    },
    /// A segment cannot be read, or can be written and executed.
    #[error("segment {start:#x}..{end:#x} is not readable, or writable and executable")]
    Access {
        /// First address of the segment.
        start: u64,
        /// One past its last.
        end: u64,
    },
    /// Executable segments do not follow one on the other.
    #[error("executable segment {start:#x}..{end:#x} does not start at {text_end:#x}")]
    TornText {
        /// First address of the segment.
        start: u64,
        /// One past its last.
        end: u64,
        /// Where the executable segments before it end.
        text_end: u64,
    },
    /// There is no text, or too much.
    #[error("{insns} instructions, expected 1 to {MOST_INSNS}")]
    Text {
        /// How many instructions there are.
        insns: u64,
    },
}

/// Checks `elf` and lays it into `memory`, which is empty.
pub(super) fn load(elf: &[u8], memory: &mut Memory) -> Result<Program, LoadError> {
    let image = Image::parse(elf)?;
    let span = check(&image)?;
    let end = image.span().end;
    if let Some(last) = image
        .segments()
        .last()
        .filter(|_| end > memory.window_size())
    {
        return Err(outside(last, memory));
    }
    memory.open_beside(pages(&image, &span), span)?;
    for segment in image.segments() {
        memory
            .write(segment.addr, segment.bytes)
            .map_err(|fault| match fault {
                Fault::Limit => LoadError::MemoryLimit {
                    limit: memory.limit(),
                },
                Fault::Denied => outside(segment, memory),
            })?;
    }
    let headers = image.program_headers();
    Ok(Program {
        entry: image.entry(),
        end,
        bias: 0,
        phdr: headers.addr,
        phent: headers.entry_size,
        phnum: headers.count,
        stack_executable: false,
    })
}

/// The words in the text of the program in `elf` that are no instructions for SP1, with
/// their addresses: what traps where it is executed.
pub(super) fn illegal_words(elf: &[u8]) -> Result<Vec<(u64, u32)>, LoadError> {
    let image = Image::parse(elf)?;
    let span = check(&image)?;
    let rules = Convention::Sp1.rules();
    let mut illegal = Vec::new();
    for (start, bytes) in pages(&image, &span) {
        let (words, _) = bytes.as_chunks();
        let words = words.iter().map(|word| u32::from_le_bytes(*word));
        let placed = (start..).step_by(4).zip(words);
        illegal.extend(placed.filter(|(addr, word)| {
            span.contains(addr) && !isa::decode(*word).is_some_and(|it| rules.has(&it))
        }));
    }
    Ok(illegal)
}

/// Where the text is of a program that SP1 takes.
fn check(image: &Image<'_>) -> Result<Range<u64>, Unfit> {
    if image.kind() != Kind::Executable {
        return Err(Unfit::Relocatable);
    }
    let entry = image.entry();
    if !entry.is_multiple_of(4) {
        return Err(Unfit::Entry { entry });
    }
    let mut text = None;
    for segment in image.segments() {
        check_segment(segment)?;
        if segment.access.execute {
            text = Some(joined(text, segment)?);
        }
    }
    let text = text.unwrap_or_default();
    match (text.end - text.start) / 4 {
        1..=MOST_INSNS => Ok(text),
        insns => Err(Unfit::Text { insns }),
    }
}

fn check_segment(segment: &Segment<'_>) -> Result<(), Unfit> {
    let Range { start, end } = segment.range();
    let access = segment.access;
    if start < LEAST_ADDRESS {
        return Err(Unfit::TooLow { start, end });
    }
    if !start.is_multiple_of(4) {
        return Err(Unfit::Misaligned { start, end });
    }
    if !access.read || (access.write && access.execute) {
        return Err(Unfit::Access { start, end });
    }
    Ok(())
}

/// The text so far with that of the next executable segment: instructions that the
/// file holds. One that the file holds nothing of counts: text starts there.
fn joined(text: Option<Range<u64>>, segment: &Segment<'_>) -> Result<Range<u64>, Unfit> {
    let bytes = (segment.bytes.len() as u64).next_multiple_of(4);
    let Range { start, end } = segment.range();
    let Some(text) = text else {
        return Ok(start..start.saturating_add(bytes));
    };
    if start != text.end {
        let text_end = text.end;
        return Err(Unfit::TornText {
            start,
            end,
            text_end,
        });
    }
    Ok(text.start..text.end.saturating_add(bytes))
}

/// The pages of the text.
fn pages(image: &Image<'_>, span: &Range<u64>) -> Vec<(u64, Vec<u8>)> {
    let first = page_down(span.start);
    let mut bytes = vec![0; (span.end - first).next_multiple_of(PAGE_SIZE) as usize];
    for segment in image.segments().iter().filter(|it| it.access.execute) {
        let at = (segment.addr - first) as usize;
        bytes[at..at + segment.bytes.len()].copy_from_slice(segment.bytes);
    }
    let (words, _) = bytes.as_chunks_mut();
    for word in words {
        *word = canonical(u32::from_le_bytes(*word)).to_le_bytes();
    }
    let pages = bytes.chunks(PAGE_SIZE as usize).map(<[u8]>::to_vec);
    (first..).step_by(PAGE_SIZE as usize).zip(pages).collect()
}

/// The word that the ISA manual has for what SP1 takes this one for.
///
/// Its decoder does not look at `funct7` of some instructions, nor at `funct3` of
/// `jalr`. What another decoder finds illegal, it executes.
fn canonical(word: u32) -> u32 {
    const OP_IMM: u32 = 0x13;
    const OP_IMM_32: u32 = 0x1b;
    const OP_32: u32 = 0x3b;
    const JALR: u32 = 0x67;
    const MULDIV: u32 = 1;
    let (opcode, funct3, funct7) = (word & 0x7f, word >> 12 & 7, word >> 25);
    let with_funct7 = |funct7: u32| word & 0x01ff_ffff | funct7 << 25;
    match (opcode, funct3) {
        // slli: the lowest bit of funct7 is the highest of shamt.
        (OP_IMM, 1) => with_funct7(funct7 & 1),
        // slliw
        (OP_IMM_32, 1) => with_funct7(0),
        // sllw
        (OP_32, 1) => with_funct7(0),
        // divw, remw, remuw
        (OP_32, 4 | 6 | 7) => with_funct7(MULDIV),
        (JALR, _) => word & !(7 << 12),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::Access;

    fn segment(addr: u64, bytes: &[u8], size: u64) -> Segment<'_> {
        let access = Access {
            read: true,
            write: false,
            execute: true,
        };
        Segment {
            addr,
            size,
            bytes,
            access,
        }
    }

    #[test]
    fn text_goes_on_where_it_ends() {
        let code = [0; 6];
        let first = joined(None, &segment(0x7800_0000, &code, 6)).unwrap();
        assert_eq!(first, 0x7800_0000..0x7800_0008);
        let second = segment(0x7800_0008, &code[..4], 4);
        assert_eq!(
            joined(Some(first.clone()), &second),
            Ok(0x7800_0000..0x7800_000c)
        );
        let apart = segment(0x7800_000c, &code[..4], 4);
        assert!(joined(Some(first), &apart).is_err());
    }

    #[test]
    fn text_starts_at_the_first_segment_even_with_nothing_in_it() {
        let nothing = joined(None, &segment(0x7800_0000, &[], 0x1234)).unwrap();
        assert!(nothing.is_empty());
        let code = segment(0x7800_2000, &[0; 4], 4);
        assert!(matches!(
            joined(Some(nothing), &code),
            Err(Unfit::TornText { .. })
        ));
    }
}
