//! Links: what emitted code finds at every access is what the interpreter does.

use rvjet::replay::{ChunkLinks, Join, Mismatch, WordEnds};
use rvjet::trace::{Chunk, Header, Policy};
use rvjet::{EngineKind, Replayer};

use crate::rich;
use crate::trace::Trace;

/// Instructions between two looks of the JIT, so that code becomes hot soon.
const HURRY: u64 = 300;

/// What a chunk's accesses find, as far as the chunk tells.
pub fn links(replayer: &mut Replayer, chunk: &Chunk) -> Result<Found, Mismatch> {
    let mut made = replayer.links(chunk, ChunkLinks::default())?;
    Join::new().link_chunk(&mut made);
    let links = made.links.iter().map(|link| (link.previous, link.before));
    Ok((links.collect(), made.ends))
}

/// Clocks and values, and the ends.
type Found = (Vec<(u64, u64)>, Vec<WordEnds>);

/// The same, of all that is known of accesses.
fn found(replayer: &mut Replayer, chunk: &Chunk) -> Result<Found, Mismatch> {
    let made = replayer.accesses(chunk)?;
    let link = |previous: Option<u64>, before| (previous.unwrap_or(u64::MAX), before);
    let links = made.accesses.iter();
    let links = links.map(|access| link(access.previous, access.before));
    Ok((links.collect(), made.ends))
}

fn linking(header: &Header, elf: &[u8]) -> Replayer {
    let made = Replayer::linking(header, elf, EngineKind::Jit);
    made.unwrap().observe_every(HURRY)
}

/// Emitted code finds what the interpreter finds.
pub fn check(header: &Header, elf: &[u8], chunks: &[Chunk]) {
    let mut oracle = Replayer::new(header, elf, EngineKind::Interp).unwrap();
    let mut replayer = linking(header, elf);
    for chunk in chunks {
        let want = found(&mut oracle, chunk).unwrap();
        assert!(links(&mut replayer, chunk).unwrap() == want);
    }
}

#[test]
fn changed_chunks_are_found_and_leave_nothing_behind() {
    let trace = rich::trace(Policy::Insns(400));
    let mut replayer = linking(&trace.header, &trace.elf);
    for chunk in &trace.chunks {
        let right = links(&mut replayer, chunk).unwrap();
        let mut changed = vec![chunk.clone(); 5];
        changed[0].touches.pop();
        changed[1].touches.swap(0, 1);
        changed[2].end.state.insns += 1;
        changed[3].end.accesses -= 1;
        changed[4].touches[0].value ^= 1 << 40;
        for changed in changed {
            let found = links(&mut replayer, &changed).map(drop);
            assert_eq!(found, trace.replayer(EngineKind::Interp).replay(&changed));
            assert_eq!(links(&mut replayer, chunk), Ok(right.clone()));
        }
    }
}

/// Clocks that no emitted code counts: none at all, too many for an instruction,
/// such that wrap, or one that is the table's for none.
#[test]
fn clocks_may_be_any() {
    let Trace {
        header,
        elf,
        chunks,
        ..
    } = rich::trace(Policy::Insns(400));
    for (start, insn, access) in [
        (0, 0, 0),
        (0, 1, 0),
        (0, 8, u64::MAX),
        (u64::MAX - 100, 1, 0),
        (7, u64::from(u16::MAX), 0),
        (7, 1 << 16, 1),
        (7, u64::MAX, 1),
    ] {
        let mut header = header.clone();
        header.clock.start = start;
        header.clock.insn = insn;
        header.clock.access = access;
        check(&header, &elf, &chunks);
    }
}

/// A replayer that can link does all else, too.
#[test]
fn what_links_replays() {
    let trace = rich::trace(Policy::Insns(400));
    let mut replayer = linking(&trace.header, &trace.elf);
    for chunk in &trace.chunks {
        let first = links(&mut replayer, chunk).unwrap();
        assert_eq!(replayer.replay(chunk), Ok(()));
        drop(replayer.steps(chunk).unwrap().next());
        assert_eq!(links(&mut replayer, chunk).unwrap(), first);
    }
    let mut plain = trace.replayer(EngineKind::Jit);
    for chunk in &trace.chunks {
        let found = links(&mut plain, chunk);
        assert_eq!(found, links(&mut replayer, chunk));
    }
}

/// No more memory than the accesses that there are take.
#[test]
fn a_chunk_cannot_ask_for_any_amount_of_memory() {
    let trace = rich::trace(Policy::Insns(400));
    let mut replayer = linking(&trace.header, &trace.elf);
    let mut chunk = trace.chunks[0].clone();
    chunk.end.accesses = 1 << 60;
    assert!(links(&mut replayer, &chunk).is_err());
    assert!(links(&mut replayer, &trace.chunks[0]).is_ok());
}
