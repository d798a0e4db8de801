//! What is counted: rebar's models of what regular expressions are used for.

use rvregex::Span;

use crate::expression::{Expression, Failure};

/// A model; rebar's `MODELS.md` is what defines them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// The matches; what is timed is the compilation.
    Compile,
    /// The matches that do not overlap.
    Count,
    /// Their bytes.
    CountSpans,
    /// The groups that are part of a match, the whole match among them.
    CountCaptures,
    /// The lines with a match.
    Grep,
    /// As `CountCaptures`, of each line by itself.
    GrepCaptures,
}

impl Model {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 6] = [
        ("compile", Self::Compile),
        ("count", Self::Count),
        ("count-spans", Self::CountSpans),
        ("count-captures", Self::CountCaptures),
        ("grep", Self::Grep),
        ("grep-captures", Self::GrepCaptures),
    ];

    /// The model of that name.
    pub fn named(name: &str) -> Option<Self> {
        let named = Self::ALL.into_iter().find(|(its, _)| *its == name);
        named.map(|(_, model)| model)
    }

    /// Counts in `haystack`.
    pub fn count(self, expression: &mut Expression, haystack: &[u8]) -> Result<u64, Failure> {
        match self {
            Self::Compile | Self::Count => total(expression, haystack, |_| 1),
            Self::CountSpans => total(expression, haystack, |span| span.end - span.start),
            Self::CountCaptures => expression.groups(haystack),
            Self::Grep => {
                let has_match = |line| expression.is_match(line).map(u64::from);
                lines(haystack).map(has_match).sum()
            }
            Self::GrepCaptures => lines(haystack).map(|line| expression.groups(line)).sum(),
        }
    }
}

fn total(
    expression: &mut Expression,
    haystack: &[u8],
    worth: impl Fn(Span) -> usize,
) -> Result<u64, Failure> {
    let mut total = 0;
    expression.for_each(haystack, |span| total += worth(span) as u64)?;
    Ok(total)
}

/// The lines without their ends, which are `\n` or `\r\n`.
fn lines(haystack: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = haystack.split_inclusive(|&byte| byte == b'\n');
    lines.map(|line| match line.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => line,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine;
    use crate::expression::Settings;

    #[test]
    fn a_line_ends_in_a_newline_with_or_without_a_carriage_return() {
        let found = |text| lines(text).collect::<Vec<&[u8]>>();
        assert_eq!(found(b"a\nb\r\n\nc"), [&b"a"[..], b"b", b"", b"c"]);
        assert_eq!(found(b"\r\r\nend\r"), [&b"\r"[..], b"end\r"]);
        assert!(found(b"").is_empty());
    }

    /// The examples of rebar's `MODELS.md`, and lines.
    #[test]
    fn each_engine_counts_by_each_model() {
        let cases = [
            ("count", "[0-9]{2}|[a-z]", "12a!!34", 3),
            ("count-spans", "[0-9]{2}|[a-z]", "12a!!34", 5),
            ("count-captures", "([0-9])([0-9])|([a-z])", "12a34", 8),
            ("compile", "[0-9]{2}|[a-z]", "12a!!34", 3),
            ("grep", "a$", "a\nba\r\nab\naa a\n", 3),
            ("grep-captures", "(a)(b)?", "ab\nba ab\n", 8),
        ];
        for engine in Engine::all().filter(|engine| engine.name() != "atom") {
            for (model, pattern, haystack, expected) in cases {
                let settings = Settings {
                    engine,
                    ..Settings::default()
                };
                let mut expression = match Expression::new(pattern, &settings) {
                    Err(bad) if engine.name() == "jit" => {
                        assert!(bad.at.is_none());
                        continue;
                    }
                    built => built.unwrap(),
                };
                let count = Model::named(model)
                    .unwrap()
                    .count(&mut expression, haystack.as_bytes());
                match count {
                    Err(Failure::NoGroups(its)) => assert_eq!(its, Engine::Hybrid),
                    count => assert_eq!(count.unwrap(), expected, "{engine} {model} {pattern}"),
                }
            }
        }
    }
}
