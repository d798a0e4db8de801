//! The example in the specification is what is written, and read.
//!
//! `RVT_BLESS=1` writes it anew.

use crate::round_trip::written;
use crate::sample;
use rvjet::trace::{Codec, Trace};
use std::fmt::Write;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/trace-format.md");

/// Lines of an offset and 16 bytes; a line of a star for lines of zeros.
fn dump(file: &[u8]) -> String {
    let mut text = String::new();
    let mut zeros = false;
    for (at, bytes) in file.chunks(16).enumerate() {
        let now = at > 0 && bytes.iter().all(|byte| *byte == 0);
        if !now {
            write!(text, "{:04x} ", at * 16).unwrap();
            bytes
                .iter()
                .for_each(|byte| write!(text, " {byte:02x}").unwrap());
            text.push('\n');
        } else if !zeros {
            text.push_str("*\n");
        }
        zeros = now;
    }
    text
}

/// The inverse; all lines are whole.
fn undump(text: &str) -> Vec<u8> {
    let mut file = Vec::new();
    for line in text.lines().filter(|line| *line != "*") {
        let mut words = line.split_whitespace();
        let at = usize::from_str_radix(words.next().unwrap(), 16).unwrap();
        file.resize(at, 0);
        file.extend(words.map(|word| u8::from_str_radix(word, 16).unwrap()));
    }
    file
}

#[test]
fn the_example_is_what_is_written() {
    let content = sample::content();
    let (file, _) = written(&content, Codec::None);
    let page = std::fs::read_to_string(PATH).unwrap();
    let (before, rest) = page.split_once("```\n").unwrap();
    let (example, after) = rest.split_once("```\n").unwrap();
    if std::env::var_os("RVT_BLESS").is_some() {
        std::fs::write(PATH, format!("{before}```\n{}```\n{after}", dump(&file))).unwrap();
        return;
    }
    assert_eq!(example, dump(&file));
    let example = undump(example);
    let trace = Trace::open(&example[..]).unwrap();
    trace.check().unwrap();
    for chunk in &content.chunks {
        assert_eq!(trace.chunk(chunk.number).unwrap(), *chunk);
    }
}
