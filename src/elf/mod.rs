//! From the bytes of an ELF64 file to a checked image of a RISC-V program.
//!
//! Enters: bytes that nobody vouches for. Leaves: an [`Image`], the segments and
//! the entry point of a statically linked program, or an [`ElfError`] that names
//! the field at fault and its value; apart from it [`Symbols`], which names
//! addresses and is read only when asked for.
//!
//! What holds of every image: its segments are in ascending order and disjoint,
//! none ends beyond the address space, none has more file bytes than memory, and
//! the entry point is an even address in an executable one. Whether they fit
//! into the guest's address window is the loader's question.
//!
//! No input panics, and work and memory are linear in the length of the file.
//! Imports nothing of the crate.

#![forbid(unsafe_code)]

mod access;
mod dynamic;
mod error;
mod header;
mod image;
mod line_search;
mod line_state;
mod lines;
mod load;
mod name;
mod sections;
mod segment;
mod symbol_table;
mod symbols;

pub use access::Access;
pub use error::ElfError;
pub use image::{Image, Kind, ProgramHeaders};
pub use segment::Segment;
pub use symbols::{Symbol, Symbols};
