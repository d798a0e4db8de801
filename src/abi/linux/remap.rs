//! `mremap`: mappings that shrink, grow, or move.

use std::ops::Range;

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::memory::{fixed, mapped_range, mapped_runs};
use crate::machine::{Access, Hart, Memory, is_page, page_up};

const MREMAP_MAYMOVE: u64 = 1;
const MREMAP_FIXED: u64 = 2;

/// Bytes that are moved at once, so that little is there twice. Memory is
/// committed in pieces that this is a multiple of.
const PIECE: u64 = 1 << 20;

impl Linux {
    /// `mremap`. `MREMAP_DONTUNMAP` is not offered.
    pub(super) fn mremap(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [start, old_len, new_len, flags, target, _] = args;
        let memory = &mut hart.memory;
        let may_move = flags & MREMAP_MAYMOVE != 0;
        let is_fixed = flags & MREMAP_FIXED != 0;
        let known = flags & !(MREMAP_MAYMOVE | MREMAP_FIXED) == 0;
        if !known || is_fixed && !may_move || !is_page(start) || new_len == 0 || old_len == 0 {
            return Err(Errno::INVAL.into());
        }
        let new_len = page_up(new_len).ok_or(Errno::INVAL)?;
        let old = mapped_range(memory, start, old_len).ok_or(Errno::FAULT)?;
        let len = old.end - old.start;
        // What is shared with a file stays where it is; who needs more maps anew.
        if self.shared_maps.overlaps(&old) && (is_fixed || new_len > len) {
            return Err(Errno::NOMEM.into());
        }
        if is_fixed {
            let target = fixed(memory, target, new_len)?;
            return self.move_fixed(memory, old, target);
        }
        if new_len <= len {
            return self.shrink(memory, old, new_len);
        }
        if grow(memory, &old, new_len, self.space.mmap_top)? {
            return Ok(start);
        }
        if !may_move {
            return Err(Errno::NOMEM.into());
        }
        let target = self.space.find(memory, new_len).ok_or(Errno::NOMEM)?;
        self.relocate(memory, old, target)
    }

    fn shrink(&mut self, memory: &mut Memory, old: Range<u64>, len: u64) -> Outcome {
        let rest = old.start + len..old.end;
        if !rest.is_empty() {
            self.unmap(memory, &rest)?;
        }
        Ok(old.start)
    }

    fn move_fixed(&mut self, memory: &mut Memory, old: Range<u64>, target: Range<u64>) -> Outcome {
        if old.start < target.end && target.start < old.end {
            return Err(Errno::INVAL.into());
        }
        let len = target.end - target.start;
        let kept = old.start..old.end.min(old.start.saturating_add(len));
        self.shrink(memory, old, kept.end - kept.start)?;
        self.unmap(memory, &target)?;
        self.relocate(memory, kept, target)
    }

    /// Moves what is in `old` to the start of `target`, which is free. The rest
    /// of it is as accessible as the last page of `old`.
    fn relocate(&mut self, memory: &mut Memory, old: Range<u64>, target: Range<u64>) -> Outcome {
        let (runs, _) = mapped_runs(memory, old.clone());
        let Some(&(_, last)) = runs.last() else {
            return Err(Errno::FAULT.into());
        };
        memory.map(target.clone(), last)?;
        for (run, access) in runs {
            let at = target.start + (run.start - old.start);
            let len = run.end - run.start;
            memory.protect(at..at + len, access)?;
            move_run(memory, run, at)?;
        }
        self.file_maps.moved(&old, target.start);
        self.space.freed(&old);
        Ok(target.start)
    }
}

/// Maps what is missing after `old`, if that is free: whether it was.
fn grow(memory: &mut Memory, old: &Range<u64>, len: u64, top: u64) -> Result<bool, Failure> {
    let Some(end) = old.start.checked_add(len) else {
        return Ok(false);
    };
    if end > top || !memory.is_free(old.end..end) {
        return Ok(false);
    }
    let access = memory.access_at(old.end - 1).unwrap_or(Access::NONE);
    memory.map(old.end..end, access)?;
    Ok(true)
}

/// Moves the pages of `run`, which have the same access, to `to`. Pages that
/// are all zero need not be touched.
fn move_run(memory: &mut Memory, run: Range<u64>, to: u64) -> Result<(), Failure> {
    let offset = |at| to + (at - run.start);
    memory.protect(run.clone(), Access::READ)?;
    for start in run.clone().step_by(PIECE as usize) {
        let end = run.end.min(start.saturating_add(PIECE));
        let bytes = memory.peek(start, end - start).ok_or(Errno::FAULT)?;
        memory.unmap(start..end)?;
        if bytes.iter().any(|&byte| byte != 0) {
            memory.initialize(offset(start), &bytes)?;
        }
    }
    Ok(())
}
