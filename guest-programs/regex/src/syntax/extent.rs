//! How far a class goes.

use regex_syntax::ast::ClassAsciiKind;

use super::cursor::Cursor;

/// What a class in a class, or a range not of ASCII, costs. With flag `i` each of its members
/// is looked up.
const WIDE: usize = 1 << 4;

/// Finds the end of a class by the rules of `regex_syntax`: which bracket is one depends on
/// which hyphen makes a range.
pub(super) struct Extent<'p> {
    pub(super) cursor: Cursor<'p>,
    /// Whether white space and comments are ignored.
    pub(super) spaced: bool,
    /// What it takes to compute the members, where a class or an escape is one unit.
    pub(super) costs: usize,
}

impl Extent<'_> {
    /// Reads a class from behind its `[`, or fails if it has no end.
    pub(super) fn skip_class(&mut self) -> Option<()> {
        let mut open = 1;
        self.skip_opening();
        while open > 0 {
            self.skip_space();
            if ["&&", "--", "~~"]
                .iter()
                .any(|operator| self.cursor.eat(operator))
            {
                continue;
            }
            match self.cursor.peek()? {
                ']' => {
                    self.cursor.bump();
                    open -= 1;
                }
                '[' => open += usize::from(self.skip_bracket()),
                _ => self.skip_range()?,
            }
        }
        Some(())
    }

    /// What may stand between a `[` and the first member, and a `]` that is one.
    fn skip_opening(&mut self) {
        self.skip_space();
        if self.cursor.eat("^") {
            self.skip_space();
        }
        let mut hyphen = false;
        while self.cursor.eat("-") {
            hyphen = true;
            self.skip_space();
        }
        if !hyphen {
            self.cursor.eat("]");
        }
    }

    /// `[:alpha:]`, or the beginning of a class, in which case it tells so.
    fn skip_bracket(&mut self) -> bool {
        self.cursor.bump();
        let mut name = self.cursor;
        if name.eat(":") {
            name.eat("^");
            let kind =
                ClassAsciiKind::from_name(name.take_while(|next| next.is_ascii_alphabetic()));
            if kind.is_some() && name.eat(":]") {
                self.cursor = name;
                return false;
            }
        }
        self.costs += WIDE;
        self.skip_opening();
        true
    }

    /// A member, or two with a hyphen between them.
    fn skip_range(&mut self) -> Option<()> {
        self.skip_member()?;
        self.skip_space();
        if self.cursor.peek()? == '-' && !matches!(self.peek_behind_hyphen(), Some(']' | '-')) {
            self.cursor.bump();
            self.skip_space();
            if self
                .cursor
                .peek()
                .is_some_and(|last| last == '\\' || !last.is_ascii())
            {
                self.costs += WIDE;
            }
            self.skip_member()?;
        }
        Some(())
    }

    fn skip_member(&mut self) -> Option<()> {
        if self.cursor.bump()? != '\\' {
            return Some(());
        }
        self.costs += 1;
        match self.cursor.bump()? {
            'x' => self.skip_argument(2),
            'u' => self.skip_argument(4),
            'U' => self.skip_argument(8),
            'p' | 'P' => self.skip_argument(1),
            _ => Some(()),
        }
    }

    /// What belongs to an escape: so many characters, or any number of them in braces.
    fn skip_argument(&mut self, width: usize) -> Option<()> {
        self.skip_space();
        if self.cursor.eat("{") {
            self.skip_space();
            while self.cursor.bump()? != '}' {
                self.skip_space();
            }
            return Some(());
        }
        for _ in 0..width {
            self.skip_space();
            self.cursor.bump()?;
        }
        Some(())
    }

    fn skip_space(&mut self) {
        if self.spaced {
            self.cursor.skip_space();
        }
    }

    /// What decides whether a hyphen makes a range. `regex_syntax` looks over white space,
    /// and over the `#` of a comment, but not over the comment.
    fn peek_behind_hyphen(&self) -> Option<char> {
        let mut rest = &self.cursor.rest()[1..];
        if self.spaced {
            rest = rest.trim_start();
            rest = rest.strip_prefix('#').map_or(rest, str::trim_start);
        }
        rest.chars().next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;
    use regex_syntax::ast::Ast;
    use regex_syntax::ast::parse::ParserBuilder;
    use std::string::String;

    /// Where `regex_syntax` sees the end of the class that a text begins with, if it takes
    /// all of the text for a pattern.
    fn end_by_regex(text: &str, spaced: bool) -> Option<usize> {
        let parsed = ParserBuilder::new()
            .ignore_whitespace(spaced)
            .build()
            .parse(text);
        match &parsed.ok()? {
            Ast::ClassBracketed(class) => Some(class.span.end.offset),
            Ast::Concat(concat) => match concat.asts.first()? {
                Ast::ClassBracketed(class) => Some(class.span.end.offset),
                _ => None,
            },
            _ => None,
        }
    }

    fn end(text: &str, spaced: bool) -> Option<usize> {
        let mut cursor = Cursor::new(text);
        cursor.bump();
        let mut extent = Extent {
            cursor,
            spaced,
            costs: 0,
        };
        extent.skip_class().map(|()| extent.cursor.at())
    }

    #[test]
    fn a_class_ends_where_it_ends_for_regex() {
        for text in [
            "[a]b",
            "[]]b",
            "[^]]b",
            "[-]b",
            "[--]b]",
            "[a-]b",
            "[+-[]b",
            "[[a]b]c",
            "[[:alpha:]]b",
        ] {
            assert_eq!(end(text, false), end_by_regex(text, false), "{text}");
        }
        for text in ["[a#]\n]b", "[a- ]b", "[ ^ ]]b", "[a-#\n]b", "[+-#x\n[]b"] {
            assert_eq!(end(text, true), end_by_regex(text, true), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, rng_seed: RngSeed::Fixed(16), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_class_ends_where_it_ends_for_regex(
            members in r"(\[:\^?alpha:\]|[\[\]^:a-c\\{}&~# \nxAé-]|\\x[4A]A|\\x\{6[0-9]\}|\\u00AA|\\[pP](L|\{Lu\})|\\[wd\]\[-]){0,8}",
            behind in r"\]?[\]a]{0,3}",
            spaced in any::<bool>(),
        ) {
            let text = String::from("[") + &members + &behind;
            if let Some(by_regex) = end_by_regex(&text, spaced) {
                prop_assert_eq!(end(&text, spaced), Some(by_regex));
            }
        }
    }
}
