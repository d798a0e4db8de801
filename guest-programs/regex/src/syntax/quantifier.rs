//! `?`, `*`, `+`, `{n,m}`, and what they do with what is before them.

use super::MAX_TIMES;
use super::build::Tree;
use super::error::{Cause, Error};
use super::parser::{Parser, fail};
use crate::hir::Greed;

/// The least and, if there is one, the greatest number of times.
type Times = (u32, Option<u32>);

impl Parser<'_> {
    /// An atom with the quantifiers behind it, each of which repeats all before it.
    pub(super) fn repeated(&mut self, atom: Tree, start: usize) -> Result<Tree, Error> {
        let mut tree = atom;
        loop {
            self.skip_ignored()?;
            let Some(times) = self.times()? else {
                return Ok(tree);
            };
            let greed = self.greed();
            tree = self.within_depth(tree.repeat(times, greed), start)?;
        }
    }

    /// A quantifier, if there is one, without what it says of greed.
    pub(super) fn times(&mut self) -> Result<Option<Times>, Error> {
        let times = match self.cursor.peek() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('{') => return self.counted(),
            _ => return Ok(None),
        };
        self.cursor.bump();
        Ok(Some(times))
    }

    fn greed(&mut self) -> Greed {
        if self.cursor.eat("?") {
            Greed::Lazy
        } else if self.cursor.eat("+") {
            Greed::Possessive
        } else {
            Greed::Greedy
        }
    }

    /// A quantifier in braces. Other braces are not read: they stand for themselves.
    fn counted(&mut self) -> Result<Option<Times>, Error> {
        let before = self.cursor;
        let start = before.at();
        self.cursor.bump();
        let Some((min, max)) = self.bounds() else {
            self.cursor = before;
            return Ok(None);
        };
        let span = self.cursor.since(start);
        if min.max(max.unwrap_or(0)) > MAX_TIMES {
            return fail(Cause::TooManyTimes { limit: MAX_TIMES }, span);
        }
        match max {
            Some(max) if max < min => fail(Cause::NoTimes { min, max }, span),
            _ => Ok(Some((min, max))),
        }
    }

    /// What is behind the opening brace: `n}`, `n,}`, `n,m}`, `,m}`.
    fn bounds(&mut self) -> Option<Times> {
        let min = self.number();
        let max = if self.cursor.eat(",") {
            self.number()
        } else {
            min
        };
        (self.cursor.eat("}") && min.or(max).is_some()).then_some((min.unwrap_or(0), max))
    }

    /// A number, with blanks around it.
    fn number(&mut self) -> Option<u32> {
        let blank = |next| matches!(next, ' ' | '\t');
        self.cursor.take_while(blank);
        let digits = self.cursor.take_while(|next| next.is_ascii_digit());
        self.cursor.take_while(blank);
        // Too many digits are a number that is too large.
        (!digits.is_empty()).then(|| digits.parse().unwrap_or(u32::MAX))
    }
}
