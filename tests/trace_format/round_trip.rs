//! What is written is what is read, by every reader and with every codec.

use crate::arbitrary::{self, Content, SPACE};
use proptest::prelude::*;
use rvjet::trace::{
    Chunk, Codec, Header, StreamReader, Summary, Trace, Writer, decode_chunk, encode_chunk,
};

/// The file of a trace.
pub fn written(content: &Content, codec: Codec) -> (Vec<u8>, Summary) {
    let mut file = Vec::new();
    let elf = content.elf.as_deref();
    let mut writer = Writer::create(&mut file, &content.header, elf, codec).unwrap();
    for chunk in &content.chunks {
        writer.append(&encode_chunk(chunk, codec).unwrap()).unwrap();
    }
    let summary = writer.finish(&content.ending).unwrap();
    (file, summary)
}

/// A header for chunks alone.
pub fn plain_header() -> Header {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let tree = arbitrary::header().new_tree(&mut runner).unwrap();
    Header {
        address_space: SPACE,
        ..proptest::strategy::ValueTree::current(&tree)
    }
}

fn check_random_access(content: &Content, file: &[u8], summary: &Summary) {
    let trace = Trace::open(file.to_vec()).unwrap();
    assert!(trace.is_complete(), "{:?}", trace.condition());
    assert_eq!(*trace.header(), content.header);
    assert_eq!(trace.elf().unwrap(), content.elf);
    assert_eq!(trace.len(), content.chunks.len() as u64);
    let mut start = content.header.start.insns;
    for chunk in content.chunks.iter().rev() {
        assert_eq!(trace.chunk(chunk.number).unwrap(), *chunk);
    }
    for (number, chunk) in (0..).zip(&content.chunks) {
        let info = trace.chunk_info(number).unwrap();
        assert_eq!((info.start, info.insns), (start, chunk.insns()));
        assert_eq!(info.touches, chunk.touches.len() as u64);
        assert_eq!(info.accesses, chunk.accesses());
        start += chunk.insns();
    }
    assert_eq!(trace.ending(), Some(&content.ending));
    assert_eq!(trace.root(), Some(summary.root));
    assert_eq!(trace.totals(), Some(summary.totals));
    assert_eq!(trace.check().unwrap(), *summary);
    assert_eq!(summary.bytes, file.len() as u64);
}

fn check_stream(content: &Content, file: &[u8], summary: &Summary) {
    let mut stream = StreamReader::new(file).unwrap();
    assert_eq!(*stream.header(), content.header);
    assert_eq!(stream.elf(), content.elf.as_deref());
    let chunks: Result<Vec<Chunk>, _> = stream.by_ref().collect();
    assert_eq!(chunks.unwrap(), content.chunks);
    assert_eq!(stream.ending(), Some(&content.ending));
    assert_eq!(stream.summary(), Some(*summary));
}

proptest! {
    #[test]
    fn traces(content in arbitrary::content(5)) {
        let mut roots = Vec::new();
        for codec in [Codec::None, Codec::Zstd] {
            let (file, summary) = written(&content, codec);
            check_random_access(&content, &file, &summary);
            check_stream(&content, &file, &summary);
            prop_assert_eq!(&written(&content, codec).0, &file);
            roots.push(summary.root);
        }
        let without = Content { elf: None, ..content };
        roots.push(written(&without, Codec::None).1.root);
        prop_assert!(roots.iter().all(|root| *root == roots[0]));
    }

    #[test]
    fn chunks(chunk in arbitrary::chunk()) {
        let header = plain_header();
        for codec in [Codec::None, Codec::Zstd] {
            let encoded = encode_chunk(&chunk, codec).unwrap();
            prop_assert_eq!(encoded.number(), chunk.number);
            prop_assert!(encoded.bytes().len().is_multiple_of(64));
            prop_assert_eq!(&decode_chunk(encoded.bytes(), &header).unwrap(), &chunk);
        }
    }
}
