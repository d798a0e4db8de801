//! Files with damage in one place: it is named, and the rest is read.

use crate::arbitrary::Content;
use crate::python::samples;
use crate::round_trip::written;
use crate::sample;
use rvjet::trace::{
    Chunk, Codec, Condition, Damage, Digest, Part, Quantity, Source, StreamReader, Trace,
    TraceError,
};

const LINE: usize = 64;

/// A trace of several chunks, and the offsets of their blocks.
fn several() -> (Content, Vec<u8>, Vec<usize>) {
    let content = samples(60)
        .into_iter()
        .find(|content| content.chunks.len() == 3)
        .unwrap();
    let (file, _) = written(&content, Codec::None);
    let trace = Trace::open(file.clone()).unwrap();
    let offset = |number| trace.chunk_info(number).unwrap().offset as usize;
    let offsets = (0..3).map(offset).collect();
    (content, file, offsets)
}

fn open(file: &[u8]) -> Trace<Vec<u8>> {
    Trace::open(file.to_vec()).unwrap()
}

fn part(error: &TraceError) -> Part {
    match error {
        TraceError::Damaged { part, .. }
        | TraceError::Malformed { part, .. }
        | TraceError::Mismatch { part, .. }
        | TraceError::DigestMismatch { part, .. } => *part,
        other => panic!("{other}"),
    }
}

fn condition<S: Source>(trace: &Trace<S>) -> Part {
    match trace.condition() {
        Condition::Damaged(error) => part(error),
        other => panic!("{other:?}"),
    }
}

/// All chunks but the second are whole, and the check names it.
fn check_second_is_bad(content: &Content, trace: &Trace<Vec<u8>>) {
    assert_eq!(trace.len(), 3);
    for number in [0, 2] {
        assert_eq!(
            trace.chunk(number).unwrap(),
            content.chunks[number as usize]
        );
    }
    assert_eq!(part(&trace.chunk(1).unwrap_err()), Part::Chunk(1));
    assert_eq!(part(&trace.check().unwrap_err()), Part::Chunk(1));
}

#[test]
fn a_chunk() {
    let (content, file, offsets) = several();
    for (at, from_payload) in [(0, false), (20, false), (LINE, true), (LINE + 20, true)] {
        let mut bad = file.clone();
        bad[offsets[1] + at] ^= 4;
        let trace = open(&bad);
        assert!(trace.is_complete());
        check_second_is_bad(&content, &trace);
        // And without the index.
        bad.truncate(bad.len() - LINE);
        let trace = open(&bad);
        check_second_is_bad(&content, &trace);
        assert_eq!(trace.ending(), Some(&content.ending));
        match (from_payload, trace.condition()) {
            (true, Condition::Truncated { .. }) => {}
            (false, _) => assert_eq!(condition(&trace), Part::Chunk(1)),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn two_chunks_and_the_index() {
    let (content, mut file, offsets) = several();
    for offset in &offsets[..2] {
        file[offset + 40] ^= 1;
    }
    let end = file.len();
    file[end - 1] ^= 1;
    let trace = open(&file);
    assert_eq!(condition(&trace), Part::Trailer);
    assert_eq!(trace.len(), 3);
    assert_eq!(part(&trace.chunk(0).unwrap_err()), Part::Chunk(0));
    assert_eq!(part(&trace.chunk(1).unwrap_err()), Part::Chunk(1));
    assert_eq!(trace.chunk(2).unwrap(), content.chunks[2]);
}

/// The offsets of the blocks after the last chunk.
fn after_chunks(file: &[u8]) -> [usize; 2] {
    let word = |at| u64::from_le_bytes(file[at..at + 8].try_into().unwrap()) as usize;
    let trailer = file.len() - LINE;
    [word(trailer + 16), word(trailer + 8)]
}

#[test]
fn ending_index_and_trailer() {
    let (content, file, _) = several();
    let [tail, index] = after_chunks(&file);
    let trailer = file.len() - LINE;
    for (at, expected) in [
        (tail, Part::Tail),
        (tail + LINE, Part::Tail),
        (index + 9, Part::Index),
        (index + LINE, Part::Index),
        (trailer + 30, Part::Trailer),
        (trailer, Part::Trailer),
    ] {
        let mut bad = file.clone();
        bad[at] ^= 1;
        let trace = open(&bad);
        assert_eq!(condition(&trace), expected, "at {at}");
        assert_eq!(part(&trace.check().unwrap_err()), expected, "at {at}");
        assert_eq!(trace.root(), None);
        for chunk in &content.chunks {
            assert_eq!(trace.chunk(chunk.number).unwrap(), *chunk);
        }
        let ending = (expected != Part::Tail).then_some(&content.ending);
        assert_eq!(trace.ending(), ending, "at {at}");
    }
}

#[test]
fn elf() {
    let mut content = sample::content();
    content.elf = Some(b"elf".into());
    let (file, _) = written(&content, Codec::None);
    let at = file.windows(4).position(|tag| tag == b"ELF ").unwrap();
    for at in [at, at + LINE] {
        let mut bad = file.clone();
        bad[at] ^= 1;
        let trace = open(&bad);
        assert_eq!(part(&trace.elf().unwrap_err()), Part::Elf);
        assert_eq!(part(&trace.check().unwrap_err()), Part::Elf);
        assert_eq!(trace.chunk(1).unwrap(), content.chunks[1]);
        bad.truncate(bad.len() - LINE);
        assert_eq!(open(&bad).chunk(1).unwrap(), content.chunks[1]);
    }
}

#[test]
fn the_header_is_needed() {
    let (_, mut file, _) = several();
    file[LINE + LINE] ^= 1;
    let error = Trace::open(file).unwrap_err();
    assert_eq!(part(&error), Part::Head);
}

/// A file in which the content of one block is changed, and its checksums are right.
fn forged(offset: usize, tag: &[u8; 4], change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let (mut file, _) = written(&sample::content(), Codec::None);
    let stored = u64::from_le_bytes(file[offset + 8..offset + 16].try_into().unwrap());
    let content = offset + LINE..offset + LINE + stored as usize;
    let mut bytes = file[content.clone()].to_vec();
    change(&mut bytes);
    let block = sample::block(tag, &bytes);
    file[offset..offset + block.len()].copy_from_slice(&block);
    file
}

fn mismatch(error: &TraceError, expected: Part, wanted: Quantity) -> bool {
    matches!(error, TraceError::Mismatch { part, quantity, .. } if (*part, *quantity) == (expected, wanted))
}

#[test]
fn forged_indices() {
    let (file, _) = written(&sample::content(), Codec::None);
    let [tail, index] = after_chunks(&file);
    let fields = [
        (0, Quantity::Offset),
        (8, Quantity::Insns),
        (16, Quantity::Insns),
        (24, Quantity::Accesses),
        (32, Quantity::Touches),
        (40, Quantity::Ecalls),
    ];
    for (at, quantity) in fields {
        let bad = forged(index, b"INDX", |index| index[80 + at] ^= 1);
        let error = open(&bad).check().unwrap_err();
        assert!(mismatch(&error, Part::Entry(1), quantity), "{error}");
        if at > 0 {
            let error = open(&bad).chunk(1).unwrap_err();
            assert!(mismatch(&error, Part::Chunk(1), quantity), "{error}");
        }
    }
    let bad = forged(index, b"INDX", |index| index[80 + 48] ^= 1);
    let trace = open(&bad);
    assert_eq!(condition(&trace), Part::Trailer);
    assert_eq!(part(&trace.check().unwrap_err()), Part::Entry(1));
    assert_eq!(part(&trace.chunk(1).unwrap_err()), Part::Chunk(1));
    let last = Quantity::Ecalls;
    let bad = forged(tail, b"TAIL", |tail| tail[tail.len() - 8] ^= 1);
    for error in [
        open(&bad).check().unwrap_err(),
        match open(&bad).condition() {
            Condition::Damaged(_) => open(&bad).check().unwrap_err(),
            other => panic!("{other:?}"),
        },
    ] {
        assert!(mismatch(&error, Part::Tail, last), "{error}");
    }
}

#[test]
fn forged_chunks() {
    // A chunk that is another one, with all its own checksums right.
    let trace = open(&written(&sample::content(), Codec::None).0);
    let offset = trace.chunk_info(0).unwrap().offset as usize;
    let bad = forged(offset, b"CHNK", |chunk| chunk[0] = 5);
    let error = open(&bad).chunk(0).unwrap_err();
    assert!(
        mismatch(&error, Part::Chunk(0), Quantity::Number),
        "{error}"
    );
    let error = open(&bad).check().unwrap_err();
    assert!(
        mismatch(&error, Part::Chunk(0), Quantity::Number),
        "{error}"
    );
    let bad = forged(offset, b"CHNK", |chunk| *chunk.last_mut().unwrap() ^= 1);
    assert!(matches!(
        open(&bad).chunk(0),
        Err(TraceError::DigestMismatch {
            part: Part::Chunk(0),
            ..
        })
    ));
}

#[test]
fn trailers_that_lead_elsewhere() {
    let (file, _) = written(&sample::content(), Codec::None);
    let trailer = file.len() - LINE;
    for (field, offset) in [(8, 0), (8, 65), (16, 1 << 40), (8, u64::MAX)] {
        let mut bad = file.clone();
        bad[trailer + field..trailer + field + 8].copy_from_slice(&u64::to_le_bytes(offset));
        let crc = crc32fast::hash(&bad[trailer..trailer + 60]);
        bad[trailer + 60..].copy_from_slice(&crc.to_le_bytes());
        let trace = open(&bad);
        let expected = Damage::Offset { offset };
        assert!(
            matches!(trace.condition(), Condition::Damaged(TraceError::Damaged { damage, .. }) if *damage == expected)
        );
        assert_eq!(trace.chunk(1).unwrap(), sample::content().chunks[1]);
        let error = trace.check().unwrap_err();
        assert!(mismatch(&error, Part::Trailer, Quantity::Offset), "{error}");
    }
}

#[test]
fn the_root_is_of_all_that_was_run() {
    let root = |change: &dyn Fn(&mut Content)| {
        let mut content = sample::content();
        change(&mut content);
        written(&content, Codec::Zstd).1.root
    };
    let plain = root(&|_| ());
    let others = [
        root(&|content| content.header.inputs = Digest::of(b"other")),
        root(&|content| content.chunks[0].touches[0].value += 1),
        root(&|content| drop(content.chunks.pop())),
        root(&|content| content.ending.received = Digest::of(b"other")),
    ];
    assert!(others.iter().all(|other| *other != plain));
}

#[test]
fn the_first_damage_is_named_by_any_number_of_threads() {
    let (_, mut file, offsets) = several();
    // In the content of the second chunk and of the third.
    for offset in &offsets[1..] {
        file[offset + LINE + 3] ^= 1;
    }
    let trace = open(&file);
    let mut stream = StreamReader::new(&file[..]).unwrap();
    let expected = stream.by_ref().find_map(Result::err).unwrap();
    for threads in [1, 2, 7] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let error = pool.unwrap().install(|| trace.check().unwrap_err());
        assert_eq!(part(&error), Part::Chunk(1));
        assert_eq!(error.to_string(), expected.to_string());
    }
}

#[test]
fn more_chunks_than_are_looked_at_together() {
    let mut content = sample::content();
    let mut chunk = content.chunks[0].clone();
    chunk.end = chunk.start.clone();
    (chunk.ecalls, chunk.times) = Default::default();
    let chunks = (0..600).map(|number| Chunk {
        number,
        ..chunk.clone()
    });
    content.chunks = chunks.collect();
    let (mut file, summary) = written(&content, Codec::None);
    assert_eq!(open(&file).check().unwrap(), summary);
    let offset = open(&file).chunk_info(555).unwrap().offset as usize;
    file[offset + LINE] ^= 1;
    assert_eq!(part(&open(&file).check().unwrap_err()), Part::Chunk(555));
}
