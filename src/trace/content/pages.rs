//! The code of a chunk that is not the program's: of each page, the words that differ from
//! the same page when it was there last.
//!
//! A guest that writes code and executes it, again and again, changes few words of a
//! page each time.

use std::collections::BTreeMap;

use super::span::Spans;
use super::touches::WORD;
use super::{Column, Flaw, Input, Output};
use crate::machine::PAGE_SIZE;
use crate::trace::CodePage;

/// The most pages of code in a chunk, so that a small file cannot fill the memory.
pub const MAX_CODE_PAGES: u64 = 1 << 18;

/// The least bytes of a page.
const LEAST: u64 = 3;

/// What a page is taken to have been before it is there first.
const ZEROS: [u8; PAGE_SIZE as usize] = [0; PAGE_SIZE as usize];

/// Where each page was last, as an index of the chunk's pages.
type Last = BTreeMap<u64, usize>;

pub(super) fn encode(out: &mut Output, pages: &[CodePage]) -> Result<(), Flaw> {
    check_count(pages.len() as u64)?;
    let mut last = Last::new();
    let mut before = None;
    for (index, page) in pages.iter().enumerate() {
        check_order(before, page)?;
        check_page(page)?;
        out.varint(page.at - before.map_or(0, |page| page.at));
        out.varint(page.addr / PAGE_SIZE);
        let old = last.insert(page.addr, index);
        encode_bytes(
            out,
            old.map_or(&ZEROS, |old| &pages[old].bytes),
            &page.bytes,
        )?;
        before = Some(page);
    }
    Ok(())
}

/// How many pages come; there are enough bytes left for so many.
pub(super) fn decode_count(input: &mut Input<'_>) -> Result<u64, Flaw> {
    let count = input.count(Column::Code, LEAST)?;
    check_count(count)?;
    Ok(count)
}

pub(super) fn decode(input: &mut Input<'_>, count: u64, space: u64) -> Result<Vec<CodePage>, Flaw> {
    input.fits(Column::Code, count, LEAST)?;
    let mut last = Last::new();
    let mut pages: Vec<CodePage> = Vec::new();
    for index in 0..count as usize {
        let at = pages.last().map_or(0, |page| page.at);
        let at = at.checked_add(input.varint()?).ok_or(Flaw::TooBig)?;
        let addr = decode_addr(input, space)?;
        let old = last.insert(addr, index);
        let bytes = decode_bytes(input, old.map_or(&ZEROS, |old| &pages[old].bytes))?;
        let page = CodePage { at, addr, bytes };
        check_order(pages.last(), &page)?;
        pages.push(page);
    }
    Ok(pages)
}

fn decode_addr(input: &mut Input<'_>, space: u64) -> Result<u64, Flaw> {
    let number = input.varint()?;
    if number >= space / PAGE_SIZE {
        return Err(Flaw::Outside {
            addr: number.wrapping_mul(PAGE_SIZE),
            bytes: PAGE_SIZE,
        });
    }
    Ok(number * PAGE_SIZE)
}

/// Runs of words that are not what they were.
fn encode_bytes(out: &mut Output, old: &[u8], new: &[u8]) -> Result<(), Flaw> {
    let runs = find_runs(old, new);
    out.varint(runs.len() as u64);
    let mut spans = Spans::default();
    for (start, end) in runs {
        spans.encode(out, start as u64, (end - start) as u64, WORD)?;
        out.0.extend_from_slice(&new[start..end]);
    }
    Ok(())
}

/// Where words differ: from where, in bytes, to where.
fn find_runs(old: &[u8], new: &[u8]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let [old, new] = [old, new].map(|bytes| bytes.as_chunks::<{ WORD as usize }>().0);
    for (word, _) in old
        .iter()
        .zip(new)
        .enumerate()
        .filter(|(_, (old, new))| old != new)
    {
        let start = word * WORD as usize;
        let end = start + WORD as usize;
        match runs.last_mut() {
            Some(run) if run.1 == start => run.1 = end,
            _ => runs.push((start, end)),
        }
    }
    runs
}

fn decode_bytes(input: &mut Input<'_>, old: &[u8]) -> Result<Vec<u8>, Flaw> {
    let runs = input.count(Column::Runs, 2 + WORD)?;
    let mut bytes = old.to_vec();
    let mut spans = Spans::default();
    for _ in 0..runs {
        let (start, length) = spans.decode(input, WORD, PAGE_SIZE)?;
        let run = &mut bytes[start as usize..(start + length) as usize];
        let new = input.take(length)?;
        let words = new.chunks(WORD as usize).zip(run.chunks(WORD as usize));
        if words.into_iter().any(|(new, old)| new == old) {
            return Err(Flaw::SameCode);
        }
        run.copy_from_slice(new);
    }
    Ok(bytes)
}

fn check_count(count: u64) -> Result<(), Flaw> {
    if count > MAX_CODE_PAGES {
        return Err(Flaw::TooMany {
            column: Column::Code,
            count,
            limit: MAX_CODE_PAGES,
        });
    }
    Ok(())
}

fn check_page(page: &CodePage) -> Result<(), Flaw> {
    if !page.addr.is_multiple_of(PAGE_SIZE) {
        return Err(Flaw::Misaligned {
            addr: page.addr,
            align: PAGE_SIZE,
        });
    }
    match page.bytes.len() as u64 {
        PAGE_SIZE => Ok(()),
        bytes => Err(Flaw::PageSize { bytes }),
    }
}

fn check_order(before: Option<&CodePage>, page: &CodePage) -> Result<(), Flaw> {
    match before {
        Some(before) if (before.at, before.addr) >= (page.at, page.addr) => Err(Flaw::Order {
            column: Column::Code,
        }),
        _ => Ok(()),
    }
}
