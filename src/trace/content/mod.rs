//! What the blocks of a trace file contain, as bytes.
//!
//! Enters: a chunk, a header, an ending; or bytes that anyone may have made.
//! Leaves: bytes; or the same chunk, header, ending, or the [`Flaw`] that is the first.
//! Must hold: a value has one encoding, and what is read encodes to the same
//! bytes again; nothing is allocated before there are bytes that could fill it.

mod boundary;
mod calls;
mod cause;
mod chunk;
mod ending;
mod flaw;
mod float;
mod head;
mod input;
mod output;
mod packed;
mod pages;
mod span;
mod times;
mod touches;
mod varint;

pub use chunk::{MAX_CODE_PAGES, MAX_TOUCHES};
pub(super) use chunk::{check_chunk, decode_chunk, encode_chunk, number};
pub(super) use ending::{decode_ending, encode_ending};
pub use flaw::{Choice, Column, Flaw};
pub(super) use head::{decode_header, encode_header};
pub(super) use input::Input;
pub(super) use output::Output;
