//! Chunks of both, entry by entry.

use rvjet::sp1::Chunk;

/// Entries in front of the first difference that are shown.
const CONTEXT: usize = 3;

/// The first difference between `ours` and chunks that lie in `theirs` one behind the
/// other.
pub fn difference(ours: &[Chunk], theirs: &[u8]) -> Option<String> {
    let mut rest = theirs;
    for (number, ours) in ours.iter().enumerate() {
        let mut bytes = Vec::new();
        ours.write_to(&mut bytes).unwrap();
        match rest.split_at_checked(bytes.len()) {
            Some((theirs, behind)) if theirs == bytes => rest = behind,
            _ if rest.is_empty() => return Some(format!("theirs has {number} chunks, not more")),
            _ => return Some(format!("chunk {number}: {}", first(&bytes, rest))),
        }
    }
    (!rest.is_empty()).then(|| format!("theirs has more than {} chunks", ours.len()))
}

/// The first word that differs.
fn first(ours: &[u8], theirs: &[u8]) -> String {
    let (ours, theirs) = (words(ours), words(theirs));
    let header = Chunk::HEADER_BYTES / 8;
    for (at, name) in [(0x100, "pc_start"), (0x110, "clk_end"), (0x118, "entries")] {
        let place = at / 8;
        if ours[place] != theirs[place] {
            let tell = entries(&ours[header..], &theirs[header..]);
            let (ours, theirs) = (ours[place], theirs[place]);
            return format!("{name} {ours:#x}, theirs {theirs:#x}; {tell}");
        }
    }
    let at = ours.iter().zip(&theirs).position(|(a, b)| a != b);
    match at {
        Some(at) if at < header => {
            let (ours, theirs) = (ours[at], theirs[at]);
            format!("word {at} of the header {ours:#x}, theirs {theirs:#x}")
        }
        _ => entries(&ours[header..], &theirs[header..]),
    }
}

fn entries(ours: &[u64], theirs: &[u64]) -> String {
    let both = || ours.chunks(2).zip(theirs.chunks(2)).enumerate();
    let Some((at, _)) = both().find(|(_, (a, b))| a != b) else {
        return "entries agree as far as there are any".into();
    };
    let shown = both().skip(at.saturating_sub(CONTEXT)).take(2 * CONTEXT);
    let shown = shown.map(|(at, (a, b))| format!("\n  {at}: {a:x?} theirs {b:x?}"));
    format!("entry {at} differs{}", shown.collect::<String>())
}

fn words(bytes: &[u8]) -> Vec<u64> {
    let (words, _) = bytes.as_chunks();
    words.iter().map(|word| u64::from_le_bytes(*word)).collect()
}
