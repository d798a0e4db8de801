//! The initial memory of a program, from its checked image.
//!
//! Enters: the bytes of an ELF file, and an empty memory. Leaves: the program in it, and
//! where it lies. Must hold: a [`Convention`] alone decides how; so that whoever
//! replays a trace, which names it, has the same program.
#![forbid(unsafe_code)]

mod convention;
mod sp1;

pub use convention::Convention;
pub use sp1::Unfit;

use std::ops::Range;

use crate::elf::{ElfError, Image, Kind, Segment};
use crate::machine::{Access, Fault, MapError, Memory, PAGE_SIZE, page_down, page_up};

/// Where position-independent programs are put: above the pages that no
/// program maps, so that a null pointer plus an offset still traps.
const PIE_BASE: u64 = 0x40_0000;

/// Where a program lies in guest memory: what a personality needs to start it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Address of the first instruction.
    pub entry: u64,
    /// One past the highest address of the segments.
    pub end: u64,
    /// What was added to the addresses of a position-independent program.
    pub bias: u64,
    /// Address of the program headers in guest memory, where they are loaded (`AT_PHDR`).
    pub phdr: Option<u64>,
    /// Bytes of one program header (`AT_PHENT`).
    pub phent: u16,
    /// Number of program headers (`AT_PHNUM`).
    pub phnum: u16,
    /// Whether the program asks for an executable stack.
    pub stack_executable: bool,
}

/// Why a program could not be laid into guest memory.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file is not one that rvjet runs.
    #[error(transparent)]
    Elf(#[from] ElfError),
    /// A segment reaches beyond the guest's address space.
    #[error("segment {start:#x}..{end:#x} is not within the guest's {window:#x} bytes")]
    OutsideWindow {
        /// First address of the segment.
        start: u64,
        /// One past its last.
        end: u64,
        /// Bytes in the guest's address space.
        window: u64,
    },
    /// The segments' bytes alone exceed the memory limit.
    #[error("the program's segments exceed the memory limit of {limit} bytes")]
    MemoryLimit {
        /// The limit, in bytes.
        limit: u64,
    },
    /// A segment could not be mapped.
    #[error("cannot map a segment")]
    Map(#[from] MapError),
    /// SP1 does not take such a program.
    #[error("not a program for SP1")]
    Sp1(#[from] Unfit),
}

/// The words in the text of the SP1 program in `elf` that are no instructions for SP1,
/// with their addresses. SP1's executor takes no program with some of them; here they
/// trap where they are executed.
///
/// # Errors
/// If it is no program for SP1.
pub fn illegal_sp1_words(elf: &[u8]) -> Result<Vec<(u64, u32)>, LoadError> {
    sp1::illegal_words(elf)
}

impl Program {
    /// Checks `elf` and lays its segments into `memory`, which is empty.
    pub fn load(elf: &[u8], memory: &mut Memory) -> Result<Program, LoadError> {
        let mut image = Image::parse(elf)?;
        let bias = match image.kind() {
            Kind::Executable => 0,
            Kind::StaticPie => PIE_BASE,
        };
        if bias != 0 {
            image = image.with_bias(bias)?;
        }
        let mut mapped = 0;
        for segment in image.segments() {
            mapped = map_segment(segment, mapped, memory)?;
        }
        memory.settle_text(mapped);
        let headers = image.program_headers();
        Ok(Program {
            entry: image.entry(),
            end: image.span().end,
            bias,
            phdr: headers.addr,
            phent: headers.entry_size,
            phnum: headers.count,
            stack_executable: image.stack_executable(),
        })
    }
}

/// Maps a segment; its pages below `mapped` are shared with an earlier segment
/// and get both accesses. Returns the end of its last page.
fn map_segment(segment: &Segment<'_>, mapped: u64, memory: &mut Memory) -> Result<u64, LoadError> {
    let pages = pages_of(segment, memory)?;
    let access = Access::new(
        segment.access.read,
        segment.access.write,
        segment.access.execute,
    );
    if pages.start < mapped {
        let before = memory.access_at(pages.start).unwrap_or(Access::NONE);
        memory.protect(pages.start..pages.start + PAGE_SIZE, before.union(access))?;
    }
    let fresh = pages.start.max(mapped)..pages.end;
    if !fresh.is_empty() {
        memory.map(fresh, access)?;
    }
    memory
        .initialize(segment.addr, segment.bytes)
        .map_err(|fault| match fault {
            Fault::Limit => LoadError::MemoryLimit {
                limit: memory.limit(),
            },
            Fault::Denied => outside(segment, memory),
        })?;
    Ok(pages.end.max(mapped))
}

fn pages_of(segment: &Segment<'_>, memory: &Memory) -> Result<Range<u64>, LoadError> {
    let end = segment.addr.checked_add(segment.size);
    match end.and_then(page_up) {
        Some(end) if end <= memory.window_size() => Ok(page_down(segment.addr)..end),
        _ => Err(outside(segment, memory)),
    }
}

fn outside(segment: &Segment<'_>, memory: &Memory) -> LoadError {
    LoadError::OutsideWindow {
        start: segment.addr,
        end: segment.addr.saturating_add(segment.size),
        window: memory.window_size(),
    }
}
