//! What a group captured, again.

use super::attempt::{Attempt, Exhausted};
use crate::utf8;

impl Attempt<'_> {
    // PERF: inlined in both places, a backreference that fails takes half the instructions.
    #[inline(always)]
    pub(super) fn backreference(&mut self, group: u16, fold: bool) -> Result<bool, Exhausted> {
        let slots = &self.executor.slots[2 * usize::from(group)..];
        // There are no bytes from or up to the slot of a group that has captured nothing.
        let Some(captured) = self.haystack.get(slots[0]..slots[1]) else {
            return Ok(false);
        };
        self.charge(captured.len())?;
        let length = match fold {
            true => folded_prefix(self.ahead(), captured, self.program.unicode),
            // Most captures are short, and a call would cost more than the comparison.
            false => starts_with(self.ahead(), captured).then_some(captured.len()),
        };
        let Some(length) = length else {
            return Ok(false);
        };
        self.position += length;
        Ok(true)
    }
}

#[inline]
fn starts_with(bytes: &[u8], prefix: &[u8]) -> bool {
    let same = bytes.iter().zip(prefix).take_while(|(a, b)| a == b).count();
    same == prefix.len()
}

/// How many bytes of `bytes` are the same as `captured` but for the case of letters, which
/// only ASCII has unless `unicode`.
#[inline(never)]
pub fn folded_prefix(bytes: &[u8], captured: &[u8], unicode: bool) -> Option<usize> {
    let (mut here, mut there) = (0, 0);
    while there < captured.len() {
        let (ours, theirs) = (bytes.get(here..)?, &captured[there..]);
        let scalars = match unicode && !(ours.first()?.is_ascii() && theirs[0].is_ascii()) {
            true => utf8::decode(ours).zip(utf8::decode(theirs)),
            false => None,
        };
        let lengths = match scalars {
            Some((a, b)) if a == b => Some((a.1, b.1)),
            Some((a, b)) => utf8::folds_to(a.0, b.0).then_some((a.1, b.1)),
            None => ours
                .first()?
                .eq_ignore_ascii_case(&theirs[0])
                .then_some((1, 1)),
        };
        let (ours, theirs) = lengths?;
        (here, there) = (here + ours, there + theirs);
    }
    Some(here)
}
