//! The entries of calls.
//!
//! What a call accesses follows from its number and its arguments; values before it are in
//! memory when it is reached, and values after it when it has been replayed.

use std::ops::Range;

use crate::abi::sp1::{Call, Precompile, Span, Way, spans};
use crate::isa::Reg;
use crate::machine::{Link, Memory};
use crate::trace::EcallRecord;

/// The clock that stands in front of the length of an item.
const NO_CLOCK: u64 = u64::MAX;

/// What a call leaves in a trace.
#[derive(Debug)]
pub(super) enum Effect {
    /// Nothing.
    None,
    /// An entry with the length of the next item.
    Length,
    /// Nothing, but that words count as never accessed.
    Input,
    /// The entries of accesses.
    Accesses(Accesses),
}

/// What a precompile accesses.
#[derive(Debug)]
pub(super) struct Accesses {
    precompile: Precompile,
    args: [u64; 5],
    /// The values before the call, of all spans one after the other.
    before: Vec<u64>,
}

/// The call of a record.
fn call(record: &EcallRecord) -> Option<Call> {
    Call::of(record.number)
}

/// The first five arguments.
fn arguments(record: &EcallRecord) -> [u64; 5] {
    let [a, b, c, d, e, ..] = record.args;
    [a, b, c, d, e]
}

/// The words that count as never accessed behind a call, because it has made input of
/// them: what it is recorded to have written.
pub(super) fn input_of(record: &EcallRecord) -> impl Iterator<Item = u64> + '_ {
    let is_read = call(record) == Some(Call::HintRead);
    let writes = record.writes.iter().filter(move |_| is_read);
    writes.flat_map(|write| {
        let end = write.addr.saturating_add(write.bytes.len() as u64);
        (write.addr & !7..end).step_by(8)
    })
}

/// Entries of a call.
pub(super) fn entries(record: &EcallRecord) -> u64 {
    match call(record) {
        Some(Call::HintLen) => 1,
        Some(Call::Precompile(precompile)) => {
            let mut entries = 0;
            spans(precompile, &arguments(record), |span| {
                entries += span.entries()
            });
            entries
        }
        _ => 0,
    }
}

/// Looks at a call that is about to be replayed in `memory`; a list that is no longer needed
/// is used again.
pub(super) fn look(record: &EcallRecord, memory: &Memory, mut spare: Vec<u64>) -> Effect {
    match call(record) {
        Some(Call::HintLen) => Effect::Length,
        Some(Call::HintRead) => Effect::Input,
        Some(Call::Precompile(precompile)) => {
            let args = arguments(record);
            spare.clear();
            spans(precompile, &args, |span| {
                memory.add_words(span.addr, span.words, &mut spare);
            });
            Effect::Accesses(Accesses {
                precompile,
                args,
                before: spare,
            })
        }
        _ => Effect::None,
    }
}

/// The addresses of the words of a span.
fn words(span: &Span) -> impl Iterator<Item = u64> + use<> {
    let start = span.addr;
    (0..span.words).map(move |word| start.wrapping_add(8 * word))
}

impl Effect {
    /// Links what the call, which started at `clk` and has been replayed, has accessed.
    /// Returns a list to be used again; nothing if that cannot be told.
    pub(super) fn link(
        self,
        record: &EcallRecord,
        clk: u64,
        memory: &mut Memory,
    ) -> Option<Vec<u64>> {
        match self {
            Effect::None => {}
            Effect::Length => {
                let result = record
                    .results
                    .iter()
                    .find(|(reg, _)| *reg == Reg::T0.into());
                memory.push_link(Link {
                    previous: NO_CLOCK,
                    // A length that is the number of the call changes no register.
                    before: result.map_or(record.number, |(_, len)| *len),
                });
            }
            Effect::Input => input_of(record).for_each(|addr| memory.unlink(addr)),
            Effect::Accesses(accesses) => {
                let linked = accesses.link(clk, memory);
                return linked.then_some(accesses.before);
            }
        }
        Some(Vec::new())
    }
}

impl Accesses {
    fn link(&self, clk: u64, memory: &mut Memory) -> bool {
        let Some(results) = self.results() else {
            return false;
        };
        let mut before = &self.before[..];
        // What the call has written so far: of each word the last value.
        let mut written = Written::default();
        let mut results = results.into_iter().flatten();
        let mut after = Vec::new();
        spans(self.precompile, &self.args, |span| {
            let Some((first, rest)) = before.split_at_checked(span.words as usize) else {
                return;
            };
            before = rest;
            let clock = clk.wrapping_add(span.tick);
            if written.may_have(&span) {
                return written.link(&span, first, clock, &mut results, memory);
            }
            match span.way {
                Way::Peek => memory.link_words(span.addr, first, None, None),
                Way::Read => memory.link_words(span.addr, first, Some(clock), None),
                Way::Write => {
                    after.clear();
                    after.extend(results.by_ref().take(first.len()));
                    if after.is_empty() {
                        memory.add_words(span.addr, span.words, &mut after);
                    }
                    memory.link_words(span.addr, first, Some(clock), Some(&after));
                    written.add(&span, &after);
                }
            }
        });
        true
    }

    /// What is written in order, where memory does not tell because a word is written
    /// twice: an empty list where it does, nothing where nobody can.
    fn results(&self) -> Option<Option<Vec<u64>>> {
        use Precompile::{Uint256AddCarry, Uint256MulCarry};
        if !matches!(self.precompile, Uint256AddCarry | Uint256MulCarry) {
            return Some(None);
        }
        let [_, _, _, low, high] = self.args;
        if low.abs_diff(high) >= 32 {
            return Some(None);
        }
        self.carried().map(Some)
    }

    #[cfg(feature = "precompiles")]
    fn carried(&self) -> Option<Vec<u64>> {
        let (operands, _) = self.before.as_chunks::<4>();
        let operands = operands.first_chunk::<3>()?;
        let results = crate::abi::sp1::carried(self.precompile, *operands);
        Some(results.as_flattened().to_vec())
    }

    #[cfg(not(feature = "precompiles"))]
    fn carried(&self) -> Option<Vec<u64>> {
        None
    }
}

/// The words that a call has written so far, in runs with their values.
#[derive(Default)]
struct Written(Vec<(Range<u64>, Vec<u64>)>);

impl Written {
    /// Whether it may have written one of the words of a span.
    fn may_have(&self, span: &Span) -> bool {
        let asked = span.range();
        let mut runs = self.0.iter().map(|(run, _)| run);
        runs.any(|run| run.start < asked.end && asked.start < run.end)
    }

    /// The value of a word, if it has been written.
    fn value(&self, addr: u64) -> Option<u64> {
        let mut last = self.0.iter().rev();
        last.find_map(|(run, values)| {
            let at = addr.checked_sub(run.start)? / 8;
            values.get(at as usize).copied()
        })
    }

    fn add(&mut self, span: &Span, values: &[u64]) {
        let added = span.range();
        match self.0.last_mut() {
            Some((run, before)) if run.end == added.start => {
                run.end = added.end;
                before.extend_from_slice(values);
            }
            _ => self.0.push((added, values.to_vec())),
        }
    }

    /// Links the words of a span, `first` before the call, of which some have been written.
    fn link(
        &mut self,
        span: &Span,
        first: &[u64],
        clock: u64,
        results: &mut impl Iterator<Item = u64>,
        memory: &mut Memory,
    ) {
        let mut after = Vec::new();
        for (addr, first) in words(span).zip(first) {
            let value = self.value(addr).unwrap_or(*first);
            match span.way {
                Way::Peek => memory.link_word(addr, value, None),
                Way::Read => memory.link_word(addr, value, Some(clock)),
                Way::Write => {
                    let result = results.next().unwrap_or_else(|| memory.word_at(addr));
                    memory.link_word(addr, value, Some(clock));
                    memory.push_link(Link {
                        previous: clock,
                        before: result,
                    });
                    after.push(result);
                }
            }
        }
        if span.way == Way::Write {
            self.0.push((span.range(), after));
        }
    }
}
