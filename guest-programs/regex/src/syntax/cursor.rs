//! A place in the pattern.

use crate::Span;

/// The pattern, and how much of it has been read.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'p> {
    pattern: &'p str,
    at: usize,
}

impl<'p> Cursor<'p> {
    pub(super) fn new(pattern: &'p str) -> Self {
        Self { pattern, at: 0 }
    }

    /// How many bytes have been read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What has not been read.
    pub(super) fn rest(&self) -> &'p str {
        &self.pattern[self.at..]
    }

    /// The next character.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Reads the next character.
    pub(super) fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Reads `text` if it is next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let next = self.rest().starts_with(text);
        if next {
            self.at += text.len();
        }
        next
    }

    /// Reads characters as long as they are such.
    pub(super) fn take_while(&mut self, such: impl Fn(char) -> bool) -> &'p str {
        let rest = self.rest();
        let length = rest.find(|next| !such(next)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Reads up to `end`, which is not read, and fails without reading if there is none.
    pub(super) fn take_until(&mut self, end: char) -> Option<&'p str> {
        let length = self.rest().find(end)?;
        let text = &self.rest()[..length];
        self.at += length;
        Some(text)
    }

    /// Reads white space and comments up to the end of their lines.
    pub(super) fn skip_space(&mut self) {
        loop {
            self.take_while(char::is_whitespace);
            if !self.eat("#") {
                return;
            }
            self.take_while(|next| next != '\n');
        }
    }

    /// What has been read from `start` on.
    pub(super) fn since(&self, start: usize) -> Span {
        Span {
            start,
            end: self.at,
        }
    }

    /// Where the next character is.
    pub(super) fn here(&self) -> Span {
        let length = self.peek().map_or(0, char::len_utf8);
        Span {
            start: self.at,
            end: self.at + length,
        }
    }

    /// The text at a span.
    pub(super) fn text(&self, span: Span) -> &'p str {
        &self.pattern[span.start..span.end]
    }
}
