//! Changed files: no panic, no hang, no memory beyond what they may ask for, and
//! nothing that is not the original passes the check.
//!
//! `RVT_CASES` sets how many files are tried, `RVT_SEED` which.

use crate::allocated::most;
use crate::arbitrary::Content;
use crate::dice::Dice;
use crate::python::samples;
use crate::round_trip::written;
use rvjet::trace::{Codec, StreamReader, Trace};

/// Bytes that any reader may allocate, and that a byte of content may become.
const BASE: usize = 4 << 20;
const FACTOR: usize = 40;

pub fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// Puts checksums right where blocks start, so that what is behind them is reached.
fn seal(file: &mut [u8]) {
    for at in (0..file.len() / 64).map(|line| line * 64) {
        let (from, to, end) = match &file[at..at + 4] {
            b"HEAD" | b"ELF " | b"CHNK" | b"TAIL" | b"INDX" => (at, at + 28, at + 64),
            b"\x89RVT" => (at, at + 60, at + 64),
            _ => continue,
        };
        if to == at + 28 {
            seal_payload(&mut file[at..]);
        }
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&file[from..to]);
        hasher.update(&file[to + 4..end]);
        file[to..to + 4].copy_from_slice(&hasher.finalize().to_le_bytes());
    }
}

fn seal_payload(block: &mut [u8]) {
    let stored = u64::from_le_bytes(block[8..16].try_into().unwrap()) as usize;
    let Some(payload) = block[64..].get(..stored) else {
        return;
    };
    let crc = crc32fast::hash(payload);
    if block[4] == 0 {
        let digest = *blake3::hash(payload).as_bytes();
        block[32..64].copy_from_slice(&digest);
    }
    block[24..28].copy_from_slice(&crc.to_le_bytes());
}

fn change(file: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    for _ in 0..=dice.below(3) {
        let length = file.len() as u64;
        if length == 0 {
            return;
        }
        let at = dice.below(length) as usize;
        match dice.below(8) {
            0 => file.truncate(at),
            1 => file[at] ^= 1 << dice.below(8),
            2 | 3 => file[at] = dice.pick(&[0, 1, 0x7f, 0x80, 0xff]),
            4 => {
                let end = file.len().min(at + 8);
                let number = dice.roll() >> dice.below(64);
                file[at..end].copy_from_slice(&number.to_le_bytes()[..end - at]);
            }
            5 => {
                // Lines of another file.
                let from = dice.below(other.len() as u64 / 64) as usize * 64;
                let count = other.len().min(from + 64 * (1 + dice.below(8) as usize)) - from;
                let (at, end) = (at / 64 * 64, file.len().min(at / 64 * 64 + count));
                file[at..end].copy_from_slice(&other[from..from + end - at]);
            }
            6 => {
                let lines = at / 64 * 64..file.len().min(at / 64 * 64 + 64);
                drop(file.drain(lines));
            }
            _ => {
                let line = file[at / 64 * 64..]
                    .iter()
                    .copied()
                    .take(64)
                    .collect::<Vec<_>>();
                let at = at / 64 * 64;
                drop(file.splice(at..at, line));
            }
        }
    }
}

/// Uses all of what can be opened; whether it passes the check.
fn read(file: &[u8]) -> bool {
    if let Ok(mut stream) = StreamReader::new(file) {
        while let Ok(Some(_)) = stream.next_chunk() {}
    }
    let Ok(trace) = Trace::open(file.to_vec()) else {
        return false;
    };
    let _ = (trace.elf(), trace.ending(), trace.totals());
    assert!(trace.len() <= file.len() as u64 / 64);
    for number in 0..trace.len() {
        let (chunk, info) = (trace.chunk(number), trace.chunk_info(number));
        if let (Ok(chunk), Ok(info)) = (chunk, info) {
            assert_eq!((chunk.number, chunk.insns()), (number, info.insns));
        }
    }
    trace.check().is_ok()
}

/// Whether all that `content` has is in the file.
fn is_original(file: &[u8], content: &Content) -> bool {
    let trace = Trace::open(file.to_vec()).unwrap();
    let chunks = (0..trace.len()).map(|number| trace.chunk(number).unwrap());
    chunks.eq(content.chunks.iter().cloned())
        && *trace.header() == content.header
        && trace.ending() == Some(&content.ending)
}

#[test]
fn changed_files_do_no_harm() {
    let contents = samples(40);
    let mut dice = Dice::new(variable("RVT_SEED", 1));
    for case in 0..variable("RVT_CASES", 4000) {
        let content = &contents[dice.below(40) as usize];
        let codec = dice.pick(&[Codec::None, Codec::Zstd]);
        let (mut file, _) = written(content, codec);
        let (other, _) = written(&contents[dice.below(40) as usize], codec);
        change(&mut file, &other, &mut dice);
        let sealed = dice.below(3) > 0;
        if sealed {
            seal(&mut file);
        }
        let (passes, most) = most(|| read(&file));
        assert!(
            most <= BASE + FACTOR * file.len(),
            "case {case}: {most} bytes"
        );
        // One that was sealed again may be another trace, and whole.
        assert!(
            !passes || sealed || is_original(&file, content),
            "case {case}"
        );
    }
}

#[test]
fn a_bomb_stays_small() {
    let content = &samples(1)[0];
    let (file, _) = written(content, Codec::None);
    // An ELF block that says it holds a gigabyte, and holds nothing but zeros.
    let frame = zstd::bulk::compress(&vec![0; 1 << 20], 19).unwrap();
    for claimed in [1 << 30, (1 << 20) - 1, (1 << 20) + 1] {
        let mut bad = file[..64].to_vec();
        bad[12] = 1;
        let head = u64::from_le_bytes(file[72..80].try_into().unwrap());
        bad.extend_from_slice(&file[64..128 + head.next_multiple_of(64) as usize]);
        let mut block = [0; 64];
        block[..5].copy_from_slice(b"ELF \x01");
        block[8..16].copy_from_slice(&(frame.len() as u64).to_le_bytes());
        block[16..24].copy_from_slice(&u64::to_le_bytes(claimed));
        bad.extend_from_slice(&block);
        bad.extend_from_slice(&frame);
        bad.resize(bad.len().next_multiple_of(64), 0);
        seal(&mut bad);
        let (passes, most) = most(|| read(&bad));
        assert!(!passes && most < 8 << 20, "{most}");
    }
}
