//! What begins with a parenthesis.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::build::Tree;
use super::error::{Cause, Error};
use super::parser::{Parser, fail};
use super::{MAX_BEHIND, MAX_DEPTH, MAX_GROUPS, Options};
use crate::Span;

/// The groups up to here, and their names.
pub(super) struct Groups<'p> {
    names: Vec<Option<&'p str>>,
    numbers: BTreeMap<&'p str, (u32, Span)>,
}

impl Default for Groups<'_> {
    /// Only the whole match.
    fn default() -> Self {
        Self {
            names: vec![None],
            numbers: BTreeMap::new(),
        }
    }
}

impl<'p> Groups<'p> {
    /// How many there are, but for the whole match.
    pub(super) fn count(&self) -> usize {
        self.names.len() - 1
    }

    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).map(|&(number, _)| number)
    }

    pub(super) fn into_names(self) -> Vec<Option<String>> {
        self.names
            .into_iter()
            .map(|name| name.map(String::from))
            .collect()
    }

    /// Adds the group that is opened at `span`, and tells its number.
    fn add(&mut self, name: Option<(&'p str, Span)>, span: Span) -> Result<u32, Error> {
        if self.count() == MAX_GROUPS {
            return fail(Cause::TooManyGroups { limit: MAX_GROUPS }, span);
        }
        let number = self.names.len() as u32;
        self.names.push(name.map(|(name, _)| name));
        if let Some((name, span)) = name
            && let Some((_, first)) = self.numbers.insert(name, (number, span))
        {
            return fail(Cause::DuplicateName { first }, span);
        }
        Ok(number)
    }
}

/// What may be behind `(?` in Perl and may not here.
const UNSUPPORTED: [(&str, &str); 9] = [
    ("|", "branch reset is"),
    ("(", "conditionals are"),
    ("R", "recursion is"),
    ("&", "recursion is"),
    ("P>", "recursion is"),
    ("+", "recursion is"),
    ("C", "callouts are"),
    ("{", "code is"),
    ("?{", "code is"),
];

impl<'p> Parser<'p> {
    /// What is behind a `(`, which is at `start`; nothing if it only sets flags.
    pub(super) fn group(&mut self, start: usize) -> Result<Option<Tree>, Error> {
        if self.cursor.rest().starts_with('*') {
            let span = self.cursor.since(start);
            return fail(Cause::Unsupported { what: "verbs are" }, span);
        }
        if !self.cursor.eat("?") {
            return self.capture(None, start).map(Some);
        }
        let mut eat = |text| self.cursor.eat(text);
        let around = [
            ("=", false, false),
            ("!", false, true),
            ("<=", true, false),
            ("<!", true, true),
        ];
        if let Some((_, behind, negated)) = around.into_iter().find(|&(text, ..)| eat(text)) {
            return self.look(behind, negated, start).map(Some);
        }
        if self.cursor.eat(">") {
            return Ok(Some(self.body(start)?.atomic()));
        }
        if self.cursor.eat("P=") {
            return self.reference_to_name(')', start).map(Some);
        }
        for (open, close) in [("<", '>'), ("P<", '>'), ("'", '\'')] {
            if self.cursor.eat(open) {
                let name = self.name(close)?;
                return self.capture(Some(name), start).map(Some);
            }
        }
        self.refuse_unsupported(start)?;
        self.flags(start)
    }

    fn refuse_unsupported(&mut self, start: usize) -> Result<(), Error> {
        let rest = self.cursor.rest();
        let called = rest.strip_prefix('-').unwrap_or(rest);
        let call = called.starts_with(|next: char| next.is_ascii_digit());
        let known = UNSUPPORTED
            .into_iter()
            .find(|&(text, _)| rest.starts_with(text));
        match known.or(call.then_some(("", "recursion is"))) {
            Some((_, what)) => {
                self.cursor.bump();
                fail(Cause::Unsupported { what }, self.cursor.since(start))
            }
            None => Ok(()),
        }
    }

    fn capture(&mut self, name: Option<(&'p str, Span)>, start: usize) -> Result<Tree, Error> {
        let number = self.groups.add(name, self.cursor.since(start))?;
        Ok(self.body(start)?.capture(number))
    }

    fn look(&mut self, behind: bool, negated: bool, start: usize) -> Result<Tree, Error> {
        let body = self.body(start)?;
        let limit = MAX_BEHIND;
        let cause = match body.node.lengths().1 {
            _ if !behind => None,
            Some(length) => (length > limit).then_some(Cause::LongLookbehind { length, limit }),
            None => Some(Cause::UnboundedLookbehind),
        };
        match cause {
            Some(cause) => fail(cause, self.cursor.since(start)),
            None => Ok(body.look(behind, negated)),
        }
    }

    /// What is in a group, and the `)` behind it. Flags that are set there end there.
    fn body(&mut self, start: usize) -> Result<Tree, Error> {
        let flags = self.flags;
        if self.open == MAX_DEPTH {
            return fail(
                Cause::TooDeep { limit: MAX_DEPTH },
                self.cursor.since(start),
            );
        }
        self.open += 1;
        let opening = self.cursor.since(start);
        let body = self.alternatives()?;
        if !self.cursor.eat(")") {
            return fail(Cause::UnclosedGroup, opening);
        }
        self.open -= 1;
        self.flags = flags;
        Ok(body)
    }

    /// A name, and where it is, and the `close` behind it.
    pub(super) fn name(&mut self, close: char) -> Result<(&'p str, Span), Error> {
        let start = self.cursor.at();
        let name = self
            .cursor
            .take_while(|next| next == '_' || next.is_alphanumeric());
        let span = self.cursor.since(start);
        let valid = name.starts_with(|first: char| first == '_' || first.is_alphabetic());
        let closed = self.cursor.bump() == Some(close);
        if !valid || !closed {
            return fail(Cause::InvalidName, self.cursor.since(start));
        }
        Ok((name, span))
    }

    /// `i-m)`, or `i-m:` and a body.
    fn flags(&mut self, start: usize) -> Result<Option<Tree>, Error> {
        let outer = self.flags;
        let mut value = true;
        loop {
            let at = self.cursor.here();
            match self.cursor.bump() {
                None => return fail(Cause::UnclosedFlags, self.cursor.since(start)),
                Some(')') => return Ok(None),
                Some(':') => break,
                Some('-') if value => value = false,
                Some(flag) => *flag_named(flag, &mut self.flags, at)? = value,
            }
        }
        let body = self.body(start)?;
        self.flags = outer;
        Ok(Some(body))
    }
}

fn flag_named(flag: char, flags: &mut Options, span: Span) -> Result<&mut bool, Error> {
    match flag {
        'i' => Ok(&mut flags.ignore_case),
        'm' => Ok(&mut flags.multi_line),
        's' => Ok(&mut flags.dot_matches_newline),
        'x' => Ok(&mut flags.ignore_whitespace),
        'u' => fail(Cause::FlagOfBuilder { flag }, span),
        _ => fail(Cause::UnknownFlag { flag }, span),
    }
}
