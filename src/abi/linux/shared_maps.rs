//! Mappings that share what they hold with their file.
//!
//! The memory is a copy. It and the file are made equal where the difference
//! would show: what the guest wrote to memory goes to the file before that is
//! read, mapped, synchronized or unmapped, before the guest gives up its right
//! to read it, and when the run ends in a call or a trap, by whatever; and what
//! it writes to the file goes to memory at once. A run that a limit of the
//! emulator ends anywhere else leaves the file as it was.

use std::io::Seek;
use std::ops::Range;
use std::sync::Arc;

use super::Linux;
use super::errno::{Errno, Failure};
use super::file_maps::read_all;
use super::files::{OpenFile, Regular};
use super::io::write_at;
use super::memory::mapped_runs;
use crate::machine::{Access, Memory};

/// Mappings of this kind that there may be.
const MAX_SHARED: usize = 1 << 10;
/// Bytes that are copied at once.
const PIECE: u64 = 1 << 20;

/// A mapping.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) range: Range<u64>,
    pub(super) file: Arc<Regular>,
    /// Where in the file it begins.
    pub(super) offset: u64,
    /// Whether the guest may have written to it.
    pub(super) written: bool,
}

impl Shared {
    /// The part of it that lies in `range`, if there is one.
    fn part(&self, range: &Range<u64>) -> Option<Shared> {
        let start = self.range.start.max(range.start);
        let end = self.range.end.min(range.end);
        (start < end).then(|| Shared {
            range: start..end,
            offset: self.offset + (start - self.range.start),
            ..self.clone()
        })
    }

    /// The bytes of the file that it holds.
    fn in_file(&self) -> Range<u64> {
        self.offset..self.offset + (self.range.end - self.range.start)
    }

    /// Writes to the file what the guest may have written, up to the file's end.
    fn store(&self, memory: &Memory) -> Result<(), Failure> {
        if !self.written {
            return Ok(());
        }
        let size = self.file.file.metadata()?.len();
        let (runs, _) = mapped_runs(memory, self.range.clone());
        for (run, access) in runs {
            if !access.contains(Access::READ) {
                continue;
            }
            for start in run.clone().step_by(PIECE as usize) {
                let at = self.offset + (start - self.range.start);
                let len = run.end.min(start + PIECE) - start;
                let len = len.min(size.saturating_sub(at));
                let bytes = memory.peek(start, len).ok_or(Errno::FAULT)?;
                write_all(&self.file.file, &bytes, at)?;
            }
        }
        Ok(())
    }

    /// Reads from the file the bytes of it in `changed`.
    fn load(&self, memory: &mut Memory, changed: &Range<u64>) -> Result<(), Failure> {
        let held = self.in_file();
        let (from, to) = (held.start.max(changed.start), held.end.min(changed.end));
        let mut at = from;
        while at < to {
            let mut bytes = vec![0; PIECE.min(to - at) as usize];
            read_all(&self.file.file, &mut bytes, at)?;
            let place = self.range.start + (at - held.start);
            let is_zero = bytes.iter().all(|&byte| byte == 0);
            let was = memory.peek(place, bytes.len() as u64);
            if !is_zero || was.is_none_or(|was| was != bytes) {
                memory.initialize(place, &bytes)?;
            }
            at += bytes.len() as u64;
        }
        Ok(())
    }
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedMaps(Vec<Shared>);

impl SharedMaps {
    /// Whether one more can be kept apart from the others: of two that hold the
    /// same bytes, neither may be written to. What it takes the place of is none
    /// of them.
    pub(super) fn check(&self, shared: &Shared) -> Result<(), Errno> {
        let others = self.outside(&shared.range);
        if others.len() >= MAX_SHARED {
            return Err(Errno::NOMEM);
        }
        let held = shared.in_file();
        let clashes = |other: &Shared| {
            let theirs = other.in_file();
            let same = other.file.inode == shared.file.inode;
            let overlap = theirs.start < held.end && held.start < theirs.end;
            same && overlap && (shared.written || other.written)
        };
        match others.iter().any(clashes) {
            true => Err(Errno::NODEV),
            false => Ok(()),
        }
    }

    /// Notes a mapping.
    pub(super) fn insert(&mut self, shared: Shared) {
        self.0.push(shared);
    }

    /// Whether any part of `range` is shared.
    pub(super) fn overlaps(&self, range: &Range<u64>) -> bool {
        self.0.iter().any(|shared| shared.part(range).is_some())
    }

    /// Notes that `range` is no longer shared; what was.
    fn remove(&mut self, range: &Range<u64>) -> Vec<Shared> {
        let removed = self.0.iter().filter_map(|shared| shared.part(range));
        let removed = removed.collect();
        self.0 = self.outside(range);
        removed
    }

    /// What is shared outside of `range`.
    fn outside(&self, range: &Range<u64>) -> Vec<Shared> {
        let sides = [0..range.start, range.end..u64::MAX];
        let parts = |shared: &Shared| sides.each_ref().map(|side| shared.part(side));
        self.0.iter().flat_map(parts).flatten().collect()
    }

    /// Notes that the guest may write to `range`, unless a file there is only
    /// open for reading.
    pub(super) fn permit_writes(&mut self, range: &Range<u64>) -> Result<(), Errno> {
        let read_only =
            |shared: &Shared| shared.part(range).is_some() && !shared.file.directions().1;
        if self.0.iter().any(read_only) {
            return Err(Errno::ACCES);
        }
        for shared in &mut self.0 {
            shared.written |= shared.part(range).is_some();
        }
        Ok(())
    }

    fn of(&self, inode: u64) -> impl Iterator<Item = &Shared> {
        let is_it = move |shared: &&Shared| shared.file.inode == inode;
        self.0.iter().filter(is_it)
    }
}

impl Linux {
    /// Brings a file up to date, before it is read or written.
    pub(super) fn store_shared(&self, memory: &Memory, file: &OpenFile) -> Result<(), Failure> {
        let Some(regular) = file.regular() else {
            return Ok(());
        };
        let mut all = self.shared_maps.of(regular.inode);
        all.try_for_each(|shared| shared.store(memory))
    }

    /// Brings memory up to date, after bytes of the file were written.
    pub(super) fn load_shared(
        &self,
        memory: &mut Memory,
        file: &OpenFile,
        changed: &Range<u64>,
    ) -> Result<(), Failure> {
        let Some(regular) = file.regular() else {
            return Ok(());
        };
        let mut all = self.shared_maps.of(regular.inode);
        all.try_for_each(|shared| shared.load(memory, changed))
    }

    /// Brings memory up to date, after so many bytes were written to the file,
    /// at `offset`, or at its end, or before where it stands.
    pub(super) fn load_written(
        &self,
        memory: &mut Memory,
        file: &OpenFile,
        offset: Option<u64>,
        count: u64,
    ) -> Result<(), Failure> {
        let Some(regular) = file.regular() else {
            return Ok(());
        };
        if count == 0 || self.shared_maps.of(regular.inode).next().is_none() {
            return Ok(());
        }
        let start = match offset {
            Some(_) if regular.appends() => regular.file.metadata()?.len().saturating_sub(count),
            Some(offset) => offset,
            None => (&regular.file).stream_position()?.saturating_sub(count),
        };
        self.load_shared(memory, file, &(start..start.saturating_add(count)))
    }

    /// Brings the files up to date that are shared in `range`.
    pub(super) fn synchronize(&self, memory: &Memory, range: &Range<u64>) -> Result<(), Failure> {
        let parts = self.shared_maps.0.iter();
        let mut parts = parts.filter_map(|shared| shared.part(range));
        parts.try_for_each(|part| part.store(memory))
    }

    /// Ends the sharing in `range`, which is about to be something else.
    pub(super) fn unshare(&mut self, memory: &Memory, range: &Range<u64>) -> Result<(), Failure> {
        if self.shared_maps.0.is_empty() {
            return Ok(());
        }
        let mut parts = self.shared_maps.remove(range).into_iter();
        parts.try_for_each(|part| part.store(memory))
    }

    /// Brings all files up to date: the run ends.
    pub(super) fn synchronize_all(&self, memory: &Memory) {
        for shared in &self.shared_maps.0 {
            // There is no one left to tell.
            let _ = shared.store(memory);
        }
    }
}

fn write_all(file: &std::fs::File, bytes: &[u8], at: u64) -> Result<(), Failure> {
    let mut done = 0;
    while done < bytes.len() {
        let count = write_at(file, &bytes[done..], at + done as u64)?;
        if count == 0 {
            return Err(Errno::IO.into());
        }
        done += count;
    }
    Ok(())
}
