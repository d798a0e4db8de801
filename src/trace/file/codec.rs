//! How the content of a block is stored.

use std::cell::RefCell;
use std::io::{self, Cursor, Read};

use super::Damage;
use zstd::bulk::Compressor;
use zstd::stream::read::Decoder;
use zstd::zstd_safe::compress_bound;

/// How the content of a block is stored. Digests are the same with either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Codec {
    /// As it is.
    #[default]
    None,
    /// As a zstd frame (RFC 8878), unless that is no smaller.
    Zstd,
}

/// Columns leave little for the higher levels to find.
const LEVEL: i32 = 1;

/// The largest window of a frame, as a power of two: what RFC 8878 asks of every decoder.
const WINDOW_LOG: u32 = 23;

/// The first guess at how much larger content is than what is stored.
const RATIO: u64 = 8;

thread_local! {
    /// Kept, because to set one up takes longer than to compress a small chunk.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

/// `content` as a zstd frame, after the first `at` bytes of a new vector, if it is smaller so.
pub(super) fn compress(content: &[u8], at: usize) -> io::Result<Option<Vec<u8>>> {
    COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(Compressor::new(LEVEL)?),
        };
        let mut bytes = Vec::with_capacity(2 * at + compress_bound(content.len()));
        bytes.resize(at, 0);
        let mut frame = Cursor::new(&mut bytes);
        frame.set_position(at as u64);
        let length = compressor.compress_to_buffer(content, &mut frame)?;
        Ok((length < content.len()).then_some(bytes))
    })
}

/// The content, of exactly `length` bytes, of the one frame that `frame` is.
pub(super) fn decompress(frame: &[u8], length: u64) -> Result<Vec<u8>, Damage> {
    let mut decoder = Decoder::with_buffer(frame)
        .map_err(|_| Damage::Zstd)?
        .single_frame();
    decoder
        .window_log_max(WINDOW_LOG)
        .map_err(|_| Damage::Zstd)?;
    // Grows with what the frame really holds, whatever is said of its length.
    let guess = length.min(RATIO * frame.len() as u64) as usize;
    let mut content = Vec::with_capacity(guess + 1);
    let limit = length + 1;
    decoder
        .by_ref()
        .take(limit)
        .read_to_end(&mut content)
        .map_err(|_| Damage::Zstd)?;
    if content.len() as u64 != length || !decoder.finish().is_empty() {
        return Err(Damage::Zstd);
    }
    Ok(content)
}
