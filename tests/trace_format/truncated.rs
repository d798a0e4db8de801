//! Files that end early: chunks that are whole are read, and the end is told from damage.

use crate::python::samples;
use crate::round_trip::written;
use rvjet::trace::{Codec, Condition, StreamReader, Trace, TraceError};

/// Where each block of a whole file ends, and whether it is a chunk's.
fn blocks(file: &[u8]) -> Vec<(usize, bool)> {
    let mut ends = Vec::new();
    let mut at = 64;
    while at + 64 < file.len() {
        let chunk = file[at..].starts_with(b"CHNK");
        let stored = u64::from_le_bytes(file[at + 8..at + 16].try_into().unwrap());
        at += 64 + stored.next_multiple_of(64) as usize;
        ends.push((at, chunk));
    }
    ends
}

#[test]
fn at_every_byte() {
    let least = |content: &crate::arbitrary::Content| {
        content.chunks.len() == 3 && content.chunks.iter().all(|chunk| chunk.code.is_empty())
    };
    let content = samples(200).into_iter().find(least).unwrap();
    let (file, _) = written(&content, Codec::None);
    let blocks = blocks(&file);
    assert_eq!(blocks.len(), 6 + usize::from(content.elf.is_some()));
    for cut in 0..file.len() {
        let part = &file[..cut];
        let whole: Vec<_> = blocks.iter().filter(|(end, _)| *end <= cut).collect();
        let chunks = whole.iter().filter(|(_, chunk)| *chunk).count();
        let offset = whole
            .last()
            .map_or(if cut < 64 { 0 } else { 64 }, |(end, _)| *end) as u64;
        let expect = |error: TraceError| {
            let fits = matches!(error, TraceError::Truncated { offset: at } if at == offset);
            assert!(fits, "cut at {cut}: {error}, expected {offset}");
        };
        match Trace::open(part.to_vec()) {
            Err(error) => {
                assert!(whole.is_empty());
                expect(error);
                StreamReader::new(part).map_or_else(expect, |_| panic!("cut at {cut}"));
            }
            Ok(trace) => {
                let Condition::Truncated { offset: found } = trace.condition() else {
                    panic!("cut at {cut}: {:?}", trace.condition())
                };
                assert_eq!((trace.len(), *found), (chunks as u64, offset));
                for chunk in &content.chunks[..chunks] {
                    assert_eq!(trace.chunk(chunk.number).unwrap(), *chunk);
                }
                assert!(matches!(
                    trace.chunk(chunks as u64),
                    Err(TraceError::NoChunk { .. })
                ));
                let ended = whole.len() > chunks + 1 + usize::from(content.elf.is_some());
                assert_eq!(trace.ending(), ended.then_some(&content.ending));
                assert_eq!((trace.root(), trace.is_complete()), (None, false));
                trace
                    .check()
                    .map_or_else(expect, |_| panic!("cut at {cut}"));
                check_stream(part, chunks, expect);
            }
        }
    }
}

fn check_stream(part: &[u8], chunks: usize, expect: impl Fn(TraceError)) {
    let mut stream = match StreamReader::new(part) {
        Ok(stream) => stream,
        Err(error) => return expect(error),
    };
    for _ in 0..chunks {
        stream.next_chunk().unwrap().unwrap();
    }
    stream
        .next_chunk()
        .map_or_else(expect, |_| panic!("it ends too early"));
    assert!(stream.next_chunk().unwrap().is_none());
    assert_eq!((stream.ending(), stream.summary()), (None, None));
}
