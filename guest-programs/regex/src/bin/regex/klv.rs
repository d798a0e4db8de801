//! A benchmark in the format that rebar hands to its runners.
//!
//! Items follow one another, each a key, a colon, the value's length in decimal digits, a
//! colon, the value, and a newline. rebar's `KLV.md` defines it; `engine` is our own key.

use alloc::vec::Vec;
use core::fmt;

use crate::engine::Engine;
use crate::model::Model;
use crate::options::number;

/// A benchmark.
#[derive(Debug)]
pub struct Benchmark<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What is counted and timed.
    pub model: Model,
    /// What is searched for.
    pub patterns: Vec<&'a str>,
    /// Flag `i`.
    pub ignore_case: bool,
    /// Whether patterns are Unicode's.
    pub unicode: bool,
    /// What is searched.
    pub haystack: &'a [u8],
    /// By what, if it says so.
    pub engine: Option<Engine>,
    /// How long it is run before anything is timed.
    pub warmup: Extent,
    /// How long it is run.
    pub timed: Extent,
}

/// Where repetition ends, whichever comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// After so many times.
    pub iterations: u64,
    /// After the time that ends at or behind so many.
    pub nanoseconds: u64,
}

/// What is wrong with an input, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error<'a> {
    key: &'a [u8],
    at: usize,
    cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    NoKey,
    NoLength,
    BadLength,
    Short { left: usize },
    NoNewline,
    Unknown,
    Twice,
    Missing,
    NotUtf8,
    NotBoolean,
    NotNumber,
    NoModel,
    NoEngine,
}

/// As much of a key as an error shows; longer ones are no keys.
const SHOWN: usize = 40;

impl fmt::Display for Error<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: ", self.at)?;
        if self.cause != Cause::NoKey {
            let shown = &self.key[..self.key.len().min(SHOWN)];
            write!(f, "key {}: ", shown.escape_ascii())?;
        }
        match self.cause {
            Cause::NoKey => f.write_str("no key that ends in a colon"),
            Cause::NoLength => f.write_str("no length that ends in a colon"),
            Cause::BadLength => f.write_str("the length is not a number"),
            Cause::Short { left } => write!(f, "the value is longer than the {left} bytes left"),
            Cause::NoNewline => f.write_str("no newline behind the value"),
            Cause::Unknown => f.write_str("there is no such key"),
            Cause::Twice => f.write_str("given twice"),
            Cause::Missing => f.write_str("not given"),
            Cause::NotUtf8 => f.write_str("the value is not UTF-8"),
            Cause::NotBoolean => f.write_str("the value is neither true nor false"),
            Cause::NotNumber => f.write_str("the value is not a number of 64 bits"),
            Cause::NoModel => f.write_str("there is no such model"),
            Cause::NoEngine => f.write_str("there is no such engine"),
        }
    }
}

/// Reads a benchmark.
pub fn read(input: &[u8]) -> Result<Benchmark<'_>, Error<'_>> {
    let mut fields = Fields::default();
    for item in (Items { input, at: 0 }) {
        fields.put(item?)?;
    }
    fields.benchmark(input.len())
}

#[derive(Clone, Copy)]
struct Item<'a> {
    key: &'a [u8],
    value: &'a [u8],
    /// Where the value begins.
    at: usize,
}

impl<'a> Item<'a> {
    fn error(&self, cause: Cause) -> Error<'a> {
        Error {
            key: self.key,
            at: self.at,
            cause,
        }
    }

    fn text(self) -> Result<&'a str, Cause> {
        core::str::from_utf8(self.value).map_err(|_| Cause::NotUtf8)
    }

    fn boolean(self) -> Result<bool, Cause> {
        match self.value {
            b"true" => Ok(true),
            b"false" => Ok(false),
            _ => Err(Cause::NotBoolean),
        }
    }

    fn number(self) -> Result<u64, Cause> {
        number(self.text()?).ok_or(Cause::NotNumber)
    }

    fn model(self) -> Result<Model, Cause> {
        Model::named(self.text()?).ok_or(Cause::NoModel)
    }

    fn engine(self) -> Result<Engine, Cause> {
        Engine::named(self.text()?).ok_or(Cause::NoEngine)
    }
}

/// The items of an input, up to what is none.
struct Items<'a> {
    input: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = Result<Item<'a>, Error<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        (self.at < self.input.len()).then(|| {
            let item = self.item();
            if item.is_err() {
                self.at = self.input.len();
            }
            item
        })
    }
}

impl<'a> Items<'a> {
    fn item(&mut self) -> Result<Item<'a>, Error<'a>> {
        let error = |key, at, cause| Error { key, at, cause };
        let start = self.at;
        let key = self.until_colon().ok_or(error(b"", start, Cause::NoKey))?;
        let at = self.at;
        let length = self.until_colon().ok_or(error(key, at, Cause::NoLength))?;
        let digits = core::str::from_utf8(length).ok();
        let length = digits.and_then(number::<usize>);
        let length = length.ok_or(error(key, at, Cause::BadLength))?;
        let (at, rest) = (self.at, &self.input[self.at..]);
        let left = rest.len();
        let (value, behind) =
            rest.split_at_checked(length)
                .ok_or(error(key, at, Cause::Short { left }))?;
        self.at += length + 1;
        match behind {
            [b'\n', ..] => Ok(Item { key, value, at }),
            _ => Err(error(key, at + length, Cause::NoNewline)),
        }
    }

    /// The bytes before the next colon, which is skipped.
    fn until_colon(&mut self) -> Option<&'a [u8]> {
        let rest = &self.input[self.at..];
        let length = rest.iter().position(|&byte| byte == b':')?;
        self.at += length + 1;
        Some(&rest[..length])
    }
}

#[derive(Default)]
struct Fields<'a> {
    name: Option<&'a str>,
    model: Option<Model>,
    patterns: Vec<&'a str>,
    ignore_case: Option<bool>,
    unicode: Option<bool>,
    haystack: Option<&'a [u8]>,
    engine: Option<Engine>,
    max_iters: Option<u64>,
    max_time: Option<u64>,
    max_warmup_iters: Option<u64>,
    max_warmup_time: Option<u64>,
}

impl<'a> Fields<'a> {
    fn put(&mut self, item: Item<'a>) -> Result<(), Error<'a>> {
        let put = match item.key {
            b"name" => once(&mut self.name, item.text()),
            b"model" => once(&mut self.model, item.model()),
            b"pattern" => item.text().map(|pattern| self.patterns.push(pattern)),
            b"case-insensitive" => once(&mut self.ignore_case, item.boolean()),
            b"unicode" => once(&mut self.unicode, item.boolean()),
            b"haystack" => once(&mut self.haystack, Ok(item.value)),
            b"engine" => once(&mut self.engine, item.engine()),
            b"max-iters" => once(&mut self.max_iters, item.number()),
            b"max-time" => once(&mut self.max_time, item.number()),
            b"max-warmup-iters" => once(&mut self.max_warmup_iters, item.number()),
            b"max-warmup-time" => once(&mut self.max_warmup_time, item.number()),
            _ => Err(Cause::Unknown),
        };
        put.map_err(|cause| item.error(cause))
    }

    fn benchmark(self, end: usize) -> Result<Benchmark<'a>, Error<'a>> {
        fn given<'a, T>(field: Option<T>, key: &'static str, at: usize) -> Result<T, Error<'a>> {
            field.ok_or(Error {
                key: key.as_bytes(),
                at,
                cause: Cause::Missing,
            })
        }
        Ok(Benchmark {
            name: given(self.name, "name", end)?,
            model: given(self.model, "model", end)?,
            patterns: self.patterns,
            ignore_case: given(self.ignore_case, "case-insensitive", end)?,
            unicode: given(self.unicode, "unicode", end)?,
            haystack: given(self.haystack, "haystack", end)?,
            engine: self.engine,
            warmup: Extent {
                iterations: given(self.max_warmup_iters, "max-warmup-iters", end)?,
                nanoseconds: given(self.max_warmup_time, "max-warmup-time", end)?,
            },
            timed: Extent {
                iterations: given(self.max_iters, "max-iters", end)?,
                nanoseconds: given(self.max_time, "max-time", end)?,
            },
        })
    }
}

fn once<T>(field: &mut Option<T>, value: Result<T, Cause>) -> Result<(), Cause> {
    match field.replace(value?) {
        None => Ok(()),
        Some(_) => Err(Cause::Twice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str = "case-insensitive:5:false\nunicode:4:true\nmax-iters:1:3\n\
        max-warmup-iters:1:2\nmax-time:1:0\nmax-warmup-time:2:10\n";

    #[test]
    fn a_value_may_hold_anything() {
        let mut input = b"name:3:a/b\nmodel:4:grep\npattern:3::\n:\nengine:3:jit\n".to_vec();
        input.extend(REST.bytes());
        input.extend(b"haystack:6:\xff\n:1:\n\nname");
        let length = input.len();
        let benchmark = read(&input[..length - 4]).unwrap();
        assert_eq!((benchmark.name, benchmark.model), ("a/b", Model::Grep));
        assert_eq!(benchmark.patterns, [":\n:"]);
        assert_eq!(benchmark.haystack, b"\xff\n:1:\n");
        assert_eq!(benchmark.engine.map(Engine::name), Some("jit"));
        assert!(benchmark.unicode && !benchmark.ignore_case);
        let (timed, warmup) = (benchmark.timed, benchmark.warmup);
        assert_eq!((timed.iterations, timed.nanoseconds), (3, 0));
        assert_eq!((warmup.iterations, warmup.nanoseconds), (2, 10));
        let error = read(&input).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("byte {}: no key that ends in a colon", length - 4)
        );
    }

    #[test]
    fn a_fault_is_named_with_its_key_and_place() {
        for (input, message) in [
            ("name", "byte 0: no key that ends in a colon"),
            ("name:", "byte 5: key name: no length that ends in a colon"),
            ("name:3", "byte 5: key name: no length that ends in a colon"),
            ("name:x:", "byte 5: key name: the length is not a number"),
            (
                "name:+1:a\n",
                "byte 5: key name: the length is not a number",
            ),
            ("name::a\n", "byte 5: key name: the length is not a number"),
            (
                "name:99999999999999999999:a\n",
                "byte 5: key name: the length is not a number",
            ),
            (
                "name:18446744073709551615:a\n",
                "byte 26: key name: the value is longer than the 2 bytes left",
            ),
            (
                "name:3:abc",
                "byte 10: key name: no newline behind the value",
            ),
            (
                "name:2:abc\n",
                "byte 9: key name: no newline behind the value",
            ),
            ("name:1:a\nname:1:b\n", "byte 16: key name: given twice"),
            ("color:3:red\n", "byte 8: key color: there is no such key"),
            ("model:3:sed\n", "byte 8: key model: there is no such model"),
            (
                "engine:2:V8\n",
                "byte 9: key engine: there is no such engine",
            ),
            (
                "unicode:3:yes\n",
                "byte 10: key unicode: the value is neither true nor false",
            ),
            (
                "max-iters:2:-1\n",
                "byte 12: key max-iters: the value is not a number of 64 bits",
            ),
            (
                "max-time:20:18446744073709551616\n",
                "byte 12: key max-time: the value is not a number of 64 bits",
            ),
            ("", "byte 0: key name: not given"),
            (
                "name:1:a\nmodel:5:count\n",
                "byte 23: key case-insensitive: not given",
            ),
        ] {
            assert_eq!(read(input.as_bytes()).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn a_pattern_is_utf8_and_a_key_is_shown_whatever_it_is() {
        let error = read(b"pattern:1:\xff\n").unwrap_err().to_string();
        assert_eq!(error, "byte 10: key pattern: the value is not UTF-8");
        let error = read(b"\xff\n:0:\n").unwrap_err().to_string();
        assert_eq!(error, "byte 5: key \\xff\\n: there is no such key");
        let long = [&b"k".repeat(1000)[..], b":0:\n"].concat();
        let shown = format!("byte 1003: key {}: there is no such key", "k".repeat(SHOWN));
        assert_eq!(read(&long).unwrap_err().to_string(), shown);
    }
}
