//! zlib and bzip2, by the libraries in C: text goes through both and comes back.
//! The argument is the size of the text in KiB.

use std::io::{self, Read, Write};

use bzip2::{read::BzDecoder, write::BzEncoder};
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};

/// Text of words that repeat, with some noise.
fn text(length: usize) -> Vec<u8> {
    const WORDS: [&str; 12] = [
        "register", "the", "machine", "of", "a", "trace", "chunk", "and", "program", "counter",
        "is", "to",
    ];
    let mut text = String::with_capacity(length + 20);
    let mut state = 1_u32;
    while text.len() < length {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push_str(WORDS[(state >> 16) as usize % WORDS.len()]);
        match state >> 28 {
            0 => text.push_str(&format!(" {state}. ")),
            1 => text.push('\n'),
            _ => text.push(' '),
        }
    }
    text.truncate(length);
    text.into_bytes()
}

/// FNV-1a.
fn digest(bytes: &[u8]) -> u64 {
    let step = |sum: u64, &byte: &u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

fn report(name: &str, packed: &[u8], mut back: impl Read, text: &[u8]) -> io::Result<()> {
    let mut unpacked = Vec::new();
    back.read_to_end(&mut unpacked)?;
    let same = if unpacked == text {
        "same"
    } else {
        "different"
    };
    println!(
        "{name}: {} bytes, {:016x}, {same}",
        packed.len(),
        digest(packed)
    );
    Ok(())
}

fn main() -> io::Result<()> {
    let size = std::env::args().nth(1).and_then(|size| size.parse().ok());
    let text = text(size.unwrap_or(100) * 1024);
    println!("text: {} bytes, {:016x}", text.len(), digest(&text));
    for level in [1, 6, 9] {
        let mut encoder = ZlibEncoder::new(Vec::new(), flate2::Compression::new(level));
        encoder.write_all(&text)?;
        let packed = encoder.finish()?;
        report(
            &format!("zlib {level}"),
            &packed,
            ZlibDecoder::new(&packed[..]),
            &text,
        )?;
    }
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&text)?;
    let packed = encoder.finish()?;
    report("gzip", &packed, GzDecoder::new(&packed[..]), &text)?;
    let mut encoder = BzEncoder::new(Vec::new(), bzip2::Compression::best());
    encoder.write_all(&text)?;
    let packed = encoder.finish()?;
    report("bzip2", &packed, BzDecoder::new(&packed[..]), &text)?;
    let mut damaged = packed;
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x10;
    let read = BzDecoder::new(&damaged[..]).read_to_end(&mut Vec::new());
    println!("damaged: {}", read.is_err());
    Ok(())
}
