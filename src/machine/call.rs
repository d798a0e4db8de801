//! What an `ecall` reads and writes in guest memory, while it is recorded.
#![forbid(unsafe_code)]

use std::ops::Range;

/// What a call has done so far, in the order in which it did.
#[derive(Debug, Default)]
pub(super) struct CallNotes {
    reads: Vec<Range<u64>>,
    writes: Vec<Written>,
}

/// Bytes that were written.
#[derive(Debug)]
struct Written {
    addr: u64,
    after: Vec<u8>,
    /// The words around them, from `addr` rounded down, as they were before.
    before: Vec<u8>,
}

/// What a call did, in ascending order, nothing twice.
#[derive(Debug, Default)]
pub(crate) struct CallEffects {
    /// Runs of double words that it read and did not write.
    pub(crate) reads: Vec<Range<u64>>,
    /// Bytes that it wrote.
    pub(crate) writes: Vec<(u64, Vec<u8>)>,
}

/// The double words that `len` bytes at `addr` lie in.
pub(super) fn words(addr: u64, len: u64) -> Range<u64> {
    addr & !7..(addr + len).next_multiple_of(8)
}

impl CallNotes {
    /// It reads `len` bytes at `addr`.
    pub(super) fn read(&mut self, addr: u64, len: u64) {
        if len > 0 {
            self.reads.push(words(addr, len));
        }
    }

    /// It writes `after` at `addr`, where the [`words`], and maybe more behind
    /// them, held `before`.
    pub(super) fn write(&mut self, addr: u64, after: Vec<u8>, mut before: Vec<u8>) {
        if !after.is_empty() {
            let around = words(addr, after.len() as u64);
            before.truncate((around.end - around.start) as usize);
            self.writes.push(Written {
                addr,
                after,
                before,
            });
        }
    }

    /// Puts it all in order.
    pub(super) fn done(mut self) -> Done {
        // PERF: most calls write once. To make lists of that takes as long as to hash 200
        // bytes (`rvjet record --abi sp1 -o /dev/null` of the guest sp1-merkle).
        if self.writes.len() == 1
            && let Some(write) = self.writes.pop()
        {
            let around = write.words();
            return Done {
                reads: difference(union(self.reads), std::slice::from_ref(&around)),
                before: vec![(around.start, write.before)],
                writes: vec![(write.addr, write.after)],
            };
        }
        let written = union(self.writes.iter().map(Written::span).collect());
        let words_written = union(self.writes.iter().map(Written::words).collect());
        Done {
            reads: difference(union(self.reads), &words_written),
            before: before(&self.writes, &words_written),
            writes: after(&self.writes, &written),
        }
    }
}

/// What a call that is done has done, in ascending order, nothing twice.
pub(super) struct Done {
    /// Runs of double words that it read and did not write.
    pub(super) reads: Vec<Range<u64>>,
    /// Words that it wrote to, as they were.
    before: Vec<(u64, Vec<u8>)>,
    /// Bytes that it wrote.
    writes: Vec<(u64, Vec<u8>)>,
}

impl Done {
    /// The words that it wrote to, with their values before.
    pub(super) fn written(&self) -> impl Iterator<Item = (u64, u64)> {
        let runs = self.before.iter();
        runs.flat_map(|(addr, bytes)| {
            let (values, _) = bytes.as_chunks();
            let addrs = (*addr..).step_by(8);
            addrs.zip(values.iter().copied().map(u64::from_le_bytes))
        })
    }

    /// What others have to know of it.
    pub(super) fn effects(self) -> CallEffects {
        CallEffects {
            reads: self.reads,
            writes: self.writes,
        }
    }
}

impl Written {
    fn span(&self) -> Range<u64> {
        self.addr..self.addr + self.after.len() as u64
    }

    fn words(&self) -> Range<u64> {
        words(self.addr, self.after.len() as u64)
    }
}

/// The bytes of each span after all writes: the last one holds.
fn after(writes: &[Written], spans: &[Range<u64>]) -> Vec<(u64, Vec<u8>)> {
    let mut bytes = buffers(spans);
    for write in writes {
        lay(&mut bytes, write.addr, &write.after);
    }
    bytes
}

/// The words of each span before any write: the first one tells.
fn before(writes: &[Written], spans: &[Range<u64>]) -> Vec<(u64, Vec<u8>)> {
    let mut bytes = buffers(spans);
    for write in writes.iter().rev() {
        lay(&mut bytes, write.words().start, &write.before);
    }
    bytes
}

fn buffers(spans: &[Range<u64>]) -> Vec<(u64, Vec<u8>)> {
    let zeroes = |span: &Range<u64>| vec![0; (span.end - span.start) as usize];
    spans
        .iter()
        .map(|span| (span.start, zeroes(span)))
        .collect()
}

/// Copies `bytes` to `addr`, which lies in one of the buffers.
fn lay(buffers: &mut [(u64, Vec<u8>)], addr: u64, bytes: &[u8]) {
    let after = buffers.partition_point(|(start, _)| *start <= addr);
    if let Some((start, buffer)) = after.checked_sub(1).and_then(|at| buffers.get_mut(at)) {
        let at = (addr - *start) as usize;
        buffer[at..at + bytes.len()].copy_from_slice(bytes);
    }
}

/// The same addresses, ascending, no range touching another.
fn union(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_unstable_by_key(|range| range.start);
    ranges.dedup_by(|next, kept| {
        let joins = next.start <= kept.end;
        if joins {
            kept.end = kept.end.max(next.end);
        }
        joins
    });
    ranges
}

/// What is in `ranges` and not in `others`, both as [`union`] makes them.
fn difference(ranges: Vec<Range<u64>>, others: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut left = Vec::with_capacity(ranges.len());
    let mut others = others.iter().peekable();
    for range in ranges {
        let mut start = range.start;
        while let Some(other) = others.peek().filter(|other| other.start < range.end) {
            if other.start > start {
                left.push(start..other.start);
            }
            start = start.max(other.end);
            if other.end > range.end {
                break;
            }
            others.next();
        }
        if start < range.end {
            left.push(start..range.end);
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_write_tells_what_was_and_the_last_what_is() {
        let mut notes = CallNotes::default();
        notes.write(0x14, vec![1, 1, 1, 1, 1], vec![9; 16]);
        notes.write(0x12, vec![2, 2, 2, 2], vec![5; 8]);
        notes.write(0x30, vec![3], vec![7; 8]);
        let done = notes.done();
        assert_eq!(
            done.writes,
            [(0x12, vec![2, 2, 2, 2, 1, 1, 1]), (0x30, vec![3])]
        );
        let all = |byte| u64::from_le_bytes([byte; 8]);
        assert_eq!(
            done.written().collect::<Vec<_>>(),
            [(0x10, all(9)), (0x18, all(9)), (0x30, all(7))]
        );
    }

    #[test]
    fn words_beyond_what_was_written_are_as_they_were() {
        let mut notes = CallNotes::default();
        notes.write(0x13, vec![1; 6], vec![9; 0x40]);
        let done = notes.done();
        assert_eq!(done.writes, [(0x13, vec![1; 6])]);
        let all = u64::from_le_bytes([9; 8]);
        assert_eq!(
            done.written().collect::<Vec<_>>(),
            [(0x10, all), (0x18, all)]
        );
    }

    #[test]
    fn a_word_that_is_written_does_not_count_as_read() {
        let mut notes = CallNotes::default();
        notes.read(0x10, 0x30);
        notes.read(0x3d, 0x10);
        notes.read(0x100, 1);
        notes.write(0x1f, vec![1, 1], vec![0; 16]);
        notes.write(0x30, vec![1], vec![0; 8]);
        notes.write(0x48, vec![1; 0x20], vec![0; 0x20]);
        let done = notes.done();
        assert_eq!(
            done.reads,
            [0x10..0x18, 0x28..0x30, 0x38..0x48, 0x100..0x108]
        );
    }

    #[test]
    fn words_that_are_read_are_told_once_and_joined() {
        let mut notes = CallNotes::default();
        notes.read(0x20, 8);
        notes.read(0x1f, 1);
        notes.read(0x28, 0);
        notes.read(0x20, 3);
        notes.read(0x31, 1);
        assert_eq!(notes.done().reads, [0x18..0x28, 0x30..0x38]);
    }

    #[test]
    fn a_read_around_inside_and_beside_what_is_written() {
        let written = |at: u64, len: usize, read: Range<u64>| {
            let mut notes = CallNotes::default();
            notes.write(at, vec![1; len], vec![0; len + 16]);
            notes.read(read.start, read.end - read.start);
            notes.done().reads
        };
        let cases = [
            (0x10..0x50, &[(0x10, 0x20), (0x30, 0x50)][..]),
            (0x20..0x30, &[]),
            (0x28..0x30, &[]),
            (0x20..0x40, &[(0x30, 0x40)]),
            (0x10..0x30, &[(0x10, 0x20)]),
            (0x30..0x38, &[(0x30, 0x38)]),
            (0x18..0x20, &[(0x18, 0x20)]),
        ];
        for (read, want) in cases {
            let left = written(0x21, 10, read.clone()).into_iter();
            let left: Vec<(u64, u64)> = left.map(|run| (run.start, run.end)).collect();
            assert_eq!(left, want, "{read:x?}");
        }
    }

    #[test]
    fn writes_that_meet_are_one_and_nothing_is_none() {
        let mut notes = CallNotes::default();
        notes.write(0x14, vec![2; 4], vec![8; 8]);
        notes.write(0x10, vec![1; 4], vec![9; 8]);
        notes.write(0x19, vec![3], vec![7; 8]);
        notes.write(0x40, vec![], vec![6; 8]);
        let done = notes.done();
        assert_eq!(
            done.writes,
            [(0x10, vec![1, 1, 1, 1, 2, 2, 2, 2]), (0x19, vec![3])]
        );
        // The words lie next to each other, the bytes do not.
        let all = |byte| u64::from_le_bytes([byte; 8]);
        assert_eq!(
            done.written().collect::<Vec<_>>(),
            [(0x10, all(8)), (0x18, all(7))]
        );
        assert!(done.reads.is_empty());
    }
}
