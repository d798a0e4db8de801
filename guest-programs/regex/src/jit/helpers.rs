//! What emitted code leaves to Rust, because it is rare or long.
//!
//! None of these panics: nothing can unwind through emitted code.

use super::frame::{Entry, Frame};
use crate::NONE;
use crate::backtrack::run::folded_prefix;
use crate::look::Look;
use crate::utf8;

/// The length of the member of class `class` that is at the position, or 0.
pub extern "C" fn class(frame: &mut Frame<'_>, position: usize, class: usize) -> usize {
    let at = frame.offset(position);
    let members = frame.classes.get(class);
    let scalar = utf8::decode(&frame.haystack[at..]);
    match members.zip(scalar) {
        Some((class, (scalar, length))) if class.contains(scalar) => length,
        _ => 0,
    }
}

/// Whether there is a word boundary at the position; if `negated`, whether there is none.
pub extern "C" fn word(frame: &mut Frame<'_>, position: usize, negated: usize) -> usize {
    let look = match negated {
        0 => Look::Word,
        _ => Look::NotWord,
    };
    usize::from(look.holds(frame.haystack, frame.offset(position)))
}

/// How many bytes at the position are what the frame's `captured` are but for the case of
/// letters; [`NONE`] if they are not there.
pub extern "C" fn folded(frame: &mut Frame<'_>, position: usize, _argument: usize) -> usize {
    let ahead = &frame.haystack[frame.offset(position)..];
    folded_prefix(ahead, frame.captured(), frame.unicode).unwrap_or(NONE)
}

/// Makes room for another entry of the stack. Whether it could.
pub extern "C" fn grow(frame: &mut Frame<'_>, _position: usize, _argument: usize) -> usize {
    let height = (frame.top - frame.stack) / size_of::<Entry>();
    // One of these is not counted: it ends the attempt.
    if height > frame.entries {
        return 0;
    }
    let stack = &mut *frame.entries_of_stack;
    let wanted = stack
        .len()
        .saturating_mul(2)
        .min(frame.entries.saturating_add(1));
    let more = wanted.saturating_sub(stack.len());
    if more == 0 || stack.try_reserve_exact(more).is_err() {
        return 0;
    }
    stack.resize(wanted, Entry::default());
    frame.lay_out_stack(height - 1);
    1
}
