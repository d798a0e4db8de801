//! The arguments of a call in words, and who is told of calls.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::call::Arg;
use super::dirs::CURRENT;
use super::event::{CallEvent, SignalEvent, UnknownCall};
use crate::machine::{Memory, PAGE_SIZE};

/// Bytes of a string that are shown.
const SHOWN_BYTES: u64 = 32;
/// Unknown numbers that are told apart; a guest that tries more is not reported on further.
const MAX_UNKNOWN: usize = 256;

/// Who is told of calls.
pub(super) type OnCall = Box<dyn FnMut(&CallEvent<'_>) + Send>;
/// Who is told of calls that are not known.
pub(super) type OnUnknown = Box<dyn FnMut(UnknownCall) + Send>;

/// Who is told of signals.
pub(super) type OnSignal = Box<dyn FnMut(SignalEvent) + Send>;

/// Tells of calls those who want to know.
#[derive(Default)]
pub(super) struct Reporter {
    pub(super) on_call: Option<OnCall>,
    pub(super) on_unknown: Option<OnUnknown>,
    pub(super) on_signal: Option<OnSignal>,
    unknown: BTreeSet<u64>,
}

impl Reporter {
    /// Tells of a signal.
    pub(super) fn tell_signal(&mut self, event: SignalEvent) {
        if let Some(tell) = &mut self.on_signal {
            tell(event);
        }
    }

    /// Tells of a call of an unknown number, or one of that name that is not supported, the
    /// first time that it comes.
    pub(super) fn tell_unknown(&mut self, number: u64, name: Option<&'static str>, pc: u64) {
        let Some(tell) = &mut self.on_unknown else {
            return;
        };
        if self.unknown.len() < MAX_UNKNOWN && self.unknown.insert(number) {
            tell(UnknownCall { number, name, pc });
        }
    }
}

/// The arguments in words. Looks at memory without touching it, so that
/// watching a guest does not change what it may use.
pub(super) fn words(kinds: &[Arg], args: [u64; 6], result: Option<i64>, memory: &Memory) -> String {
    let mut text = String::new();
    for (index, (kind, &arg)) in kinds.iter().zip(&args).enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        let next = args.get(index + 1).copied().unwrap_or(0);
        let written = u64::try_from(result.unwrap_or(0)).unwrap_or(0);
        match kind {
            Arg::Int => show(&mut text, format_args!("{}", arg as i64)),
            Arg::Fd if arg as i32 == CURRENT => text.push_str("AT_FDCWD"),
            Arg::Fd => show(&mut text, format_args!("{}", arg as i32)),
            Arg::Hex => show(&mut text, format_args!("{arg:#x}")),
            Arg::Path => show_path(&mut text, memory, arg),
            Arg::Input => show_bytes(&mut text, memory, arg, next),
            Arg::Output => show_bytes(&mut text, memory, arg, written),
        }
    }
    text
}

fn show(text: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = text.write_fmt(words);
}

/// The bytes that are mapped, of those that are shown.
fn peek(memory: &Memory, addr: u64, len: u64) -> Vec<u8> {
    let on_page = PAGE_SIZE - addr % PAGE_SIZE;
    let all = memory.peek(addr, len);
    all.or_else(|| memory.peek(addr, len.min(on_page)))
        .unwrap_or_default()
}

fn show_path(text: &mut String, memory: &Memory, addr: u64) {
    let bytes = peek(memory, addr, SHOWN_BYTES);
    let end = bytes.iter().position(|&byte| byte == 0);
    let shown = &bytes[..end.unwrap_or(bytes.len())];
    show_string(text, addr, shown, end.is_some());
}

fn show_bytes(text: &mut String, memory: &Memory, addr: u64, len: u64) {
    let bytes = peek(memory, addr, len.min(SHOWN_BYTES));
    show_string(text, addr, &bytes, bytes.len() as u64 == len);
}

fn show_string(text: &mut String, addr: u64, bytes: &[u8], complete: bool) {
    if bytes.is_empty() && !complete || addr == 0 {
        return show(text, format_args!("{addr:#x}"));
    }
    let more = if complete { "" } else { ".." };
    show(text, format_args!("\"{}\"{more}", bytes.escape_ascii()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Access;

    fn memory() -> Memory {
        let mut memory = Memory::new(1 << 20, 1 << 20).unwrap();
        memory.map(0x1000..0x2000, Access::READ_WRITE).unwrap();
        memory.initialize(0x1ffa, b"a\n\"b\0c").unwrap();
        memory
    }

    #[test]
    fn strings_are_escaped_and_cut() {
        let memory = memory();
        let text =
            |kind, addr, len| words(&[kind, Arg::Int], [addr, len, 0, 0, 0, 0], None, &memory);
        assert_eq!(text(Arg::Path, 0x1ffa, 1), r#""a\n\"b", 1"#);
        assert_eq!(text(Arg::Path, 0x1fff, 1), r#""c".., 1"#);
        assert_eq!(text(Arg::Input, 0x1ffa, 5), r#""a\n\"b\x00", 5"#);
        assert_eq!(text(Arg::Input, 0x1ffa, 100), r#""a\n\"b\x00c".., 100"#);
        assert_eq!(text(Arg::Input, 0x1ffa, u64::MAX), r#""a\n\"b\x00c".., -1"#);
        assert_eq!(text(Arg::Path, 0x3000, 1), "0x3000, 1");
        assert_eq!(text(Arg::Output, u64::MAX, 1), "\"\", 1");
    }

    #[test]
    fn looking_at_memory_does_not_touch_it() {
        let mut memory = memory();
        memory.map(0x80000..0x90000, Access::READ_WRITE).unwrap();
        let peak = memory.peak();
        words(&[Arg::Path], [0x80000; 6], None, &memory);
        assert_eq!(memory.peak(), peak);
    }
}
