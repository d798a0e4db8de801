//! What begins with a backslash, outside of classes.

use super::build::Tree;
use super::error::{Cause, Error};
use super::parser::{Parser, fail};
use crate::hir::Node;
use crate::look::Look;

impl Parser<'_> {
    /// What is behind a `\`, which is at `start`.
    pub(super) fn escape(&mut self, start: usize) -> Result<Tree, Error> {
        let Some(escaped) = self.cursor.bump() else {
            return fail(Cause::DanglingBackslash, self.cursor.since(start));
        };
        if let Some(look) = look(escaped, self.flags.unicode) {
            self.refuse_named_boundary(escaped, start)?;
            return Ok(Tree::leaf(Node::Look(look)));
        }
        match escaped {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => self.named_class(start),
            'p' | 'P' => self.property(start),
            '1'..='9' => self.numbered_reference(start),
            'g' => self.any_reference(start),
            'k' => self.named_reference(start),
            'x' => self.hex(2, start),
            'u' => self.hex(4, start),
            'U' => self.hex(8, start),
            '0' => self.nul(start),
            _ => self.single(escaped, start),
        }
    }

    /// An escape that is one character and stands for another one.
    fn single(&self, escaped: char, start: usize) -> Result<Tree, Error> {
        let span = self.cursor.since(start);
        if let Some(what) = unsupported(escaped) {
            return fail(Cause::Unsupported { what }, span);
        }
        match control(escaped) {
            Some(control) => Ok(Tree::scalar(control)),
            None if escaped.is_ascii() && !escaped.is_ascii_alphanumeric() => {
                Ok(self.scalar(escaped))
            }
            None => fail(Cause::UnknownEscape { escaped }, span),
        }
    }

    fn nul(&self, start: usize) -> Result<Tree, Error> {
        if self.cursor.peek().is_some_and(|next| next.is_ascii_digit()) {
            return fail(Cause::Octal, self.cursor.since(start));
        }
        Ok(Tree::scalar('\0'))
    }

    /// `width` digits, or any number of them in braces.
    fn hex(&mut self, width: usize, start: usize) -> Result<Tree, Error> {
        let braced = self.cursor.eat("{");
        let digits = if braced {
            self.cursor.take_until('}')
        } else {
            self.cursor.rest().get(..width)
        };
        let Some(digits) = digits.filter(|digits| is_hex(digits)) else {
            return fail(Cause::InvalidHex, self.cursor.since(start));
        };
        self.cursor.eat(if braced { "}" } else { digits });
        // Too many digits are a number that is too large.
        let number = u32::from_str_radix(digits, 16).unwrap_or(u32::MAX);
        match (char::from_u32(number), u8::try_from(number)) {
            // Without Unicode, two digits are a byte.
            (_, Ok(byte @ 0x80..)) if !braced && width == 2 && !self.flags.unicode => {
                Ok(Tree::literal(&[byte]))
            }
            (Some(scalar), _) => Ok(self.scalar(scalar)),
            (None, _) => fail(Cause::NotScalar, self.cursor.since(start)),
        }
    }

    /// `\b{start}` is neither a boundary nor a repetition of one.
    fn refuse_named_boundary(&mut self, escaped: char, start: usize) -> Result<(), Error> {
        let rest = self.cursor.rest().strip_prefix('{').unwrap_or("");
        if matches!(escaped, 'b' | 'B') && rest.starts_with(|next: char| next.is_alphabetic()) {
            let span = self.cursor.since(start);
            return fail(
                Cause::Unsupported {
                    what: "named boundaries are",
                },
                span,
            );
        }
        Ok(())
    }
}

fn is_hex(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

fn look(escaped: char, unicode: bool) -> Option<Look> {
    Some(match (escaped, unicode) {
        ('A', _) => Look::StartText,
        ('z', _) => Look::EndText,
        ('Z', _) => Look::EndTextOrNewline,
        ('b', true) => Look::Word,
        ('B', true) => Look::NotWord,
        ('b', false) => Look::WordAscii,
        ('B', false) => Look::NotWordAscii,
        _ => return None,
    })
}

fn control(escaped: char) -> Option<char> {
    Some(match escaped {
        'a' => '\x07',
        't' => '\t',
        'n' => '\n',
        'v' => '\x0b',
        'f' => '\x0c',
        'r' => '\r',
        'e' => '\x1b',
        _ => return None,
    })
}

fn unsupported(escaped: char) -> Option<&'static str> {
    Some(match escaped {
        'G' => "`\\G` is",
        'K' => "`\\K` is",
        'R' => "`\\R` is",
        'X' => "`\\X` is",
        'N' => "`\\N` is",
        'h' | 'H' => "horizontal white space is",
        'Q' | 'E' => "quoting is",
        _ => return None,
    })
}
