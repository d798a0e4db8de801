//! One value, one encoding: content that can be read is what its value is written as.

use crate::arbitrary;
use crate::dice::Dice;
use crate::fuzz::variable;
use crate::python::samples;
use crate::round_trip::{plain_header, written};
use crate::sample;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rvjet::trace::{Codec, StreamReader, decode_chunk, encode_chunk};

fn change(content: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..=dice.below(2) {
        let at = dice.below(content.len() as u64) as usize;
        match dice.below(6) {
            0 => content[at] ^= 1 << dice.below(8),
            1 => content[at] = dice.pick(&[0, 1, 2, 0x7f, 0x80, 0xff]),
            2 => content.insert(at, dice.pick(&[0, 1, 0x80, 0xff])),
            3 if content.len() > 1 => drop(content.remove(at)),
            4 => content[at] = content[at].wrapping_add(1),
            _ => content[at] = content[at].wrapping_sub(1),
        }
    }
}

#[test]
fn chunks() {
    let header = plain_header();
    let mut runner = TestRunner::deterministic();
    let mut dice = Dice::new(variable("RVT_SEED", 1));
    let chunks: Vec<_> = (0..50)
        .map(|_| arbitrary::chunk().new_tree(&mut runner).unwrap().current())
        .filter(|chunk| chunk.code.is_empty())
        .map(|chunk| encode_chunk(&chunk, Codec::None).unwrap())
        .collect();
    let mut read = 0;
    for _ in 0..variable("RVT_CASES", 20_000) {
        let original = chunks[dice.below(chunks.len() as u64) as usize].bytes();
        let stored = u64::from_le_bytes(original[8..16].try_into().unwrap()) as usize;
        let mut content = original[64..64 + stored].to_vec();
        change(&mut content, &mut dice);
        let block = sample::block(b"CHNK", &content);
        if let Ok(chunk) = decode_chunk(&block, &header) {
            read += 1;
            assert_eq!(
                encode_chunk(&chunk, Codec::None).unwrap().bytes(),
                block,
                "{chunk:?}"
            );
        }
    }
    assert!(read > 100, "{read}");
}

#[test]
fn headers() {
    let mut dice = Dice::new(variable("RVT_SEED", 2));
    let contents = samples(10);
    let mut read = 0;
    for _ in 0..variable("RVT_CASES", 10_000) {
        let content = &contents[dice.below(10) as usize];
        let (file, _) = written(content, Codec::None);
        let stored = u64::from_le_bytes(file[72..80].try_into().unwrap()) as usize;
        let mut head = file[128..128 + stored].to_vec();
        change(&mut head, &mut dice);
        let mut start = file[..64].to_vec();
        start[12] = 0;
        let crc = crc32fast::hash(&start[..60]);
        start[60..].copy_from_slice(&crc.to_le_bytes());
        start.extend_from_slice(&sample::block(b"HEAD", &head));
        if let Ok(stream) = StreamReader::new(&start[..]) {
            read += 1;
            let content = arbitrary::Content {
                header: stream.header().clone(),
                elf: None,
                chunks: Vec::new(),
                ending: content.ending.clone(),
            };
            assert!(written(&content, Codec::None).0.starts_with(&start));
        }
    }
    assert!(read > 100, "{read}");
}

#[test]
fn many_threads_read_one_file() {
    use rayon::prelude::*;
    let content = samples(60)
        .into_iter()
        .max_by_key(|content| content.chunks.len())
        .unwrap();
    let mut path = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut path, &written(&content, Codec::Zstd).0).unwrap();
    let trace = rvjet::trace::Trace::open(path.reopen().unwrap()).unwrap();
    (0..600u64).into_par_iter().for_each(|number| {
        let number = number % trace.len();
        assert_eq!(
            trace.chunk(number).unwrap(),
            content.chunks[number as usize]
        );
    });
}
