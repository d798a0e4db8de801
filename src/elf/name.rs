//! Text out of the file: never longer than a bound. Names never have control
//! characters, nor others that change how the rest of a line is shown.

use std::borrow::Cow;
use std::fmt::{self, Write};

/// Mangled names of some thousand bytes do occur; the bound keeps overlapping
/// strings without an end mark from costing the file's length each.
const MAX_NAME: usize = 4096;
/// Enough of a path to recognise it in a message.
const MAX_TEXT: usize = 256;

/// The string at the start of `bytes`, for a message.
pub(super) fn bounded_text(bytes: &[u8]) -> Box<str> {
    String::from_utf8_lossy(until_nul(bytes, MAX_TEXT)).into()
}

/// The name at the start of `bytes`, demangled where it is a Rust symbol.
pub(super) fn symbol_name(bytes: &[u8]) -> Cow<'_, str> {
    let raw = plain_name(bytes);
    match rustc_demangle::try_demangle(&raw) {
        Ok(symbol) => Cow::Owned(bounded_display(format_args!("{symbol:#}"))),
        Err(_) => raw,
    }
}

/// The name at the start of `bytes`; what is not text becomes U+FFFD.
pub(super) fn plain_name(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(until_nul(bytes, MAX_NAME));
    if text.contains(is_unfit) {
        Cow::Owned(replaced(&text))
    } else {
        text
    }
}

fn replaced(text: &str) -> String {
    text.replace(is_unfit, "\u{fffd}")
}

/// A terminal takes it for a command, or shows what is around it elsewhere: control
/// characters, separators of lines, and those that set the direction of text.
fn is_unfit(char: char) -> bool {
    let directs = matches!(
        char,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    directs || char.is_control()
}

fn until_nul(bytes: &[u8], max: usize) -> &[u8] {
    let bytes = bytes.get(..max).unwrap_or(bytes);
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// Writes until the bound is reached: the back references of a mangled name of
/// a few bytes can ask for a megabyte of text.
fn bounded_display(text: fmt::Arguments<'_>) -> String {
    let mut name = Bounded(String::new());
    // An error means that the name is full; what was written stays.
    let _full = name.write_fmt(text);
    name.0
}

struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // An identifier in Punycode is any text once it is demangled.
        let text = replaced(text);
        if self.0.len() + text.len() > MAX_NAME {
            return Err(fmt::Error);
        }
        self.0.push_str(&text);
        Ok(())
    }
}
