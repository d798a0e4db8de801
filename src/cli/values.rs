//! The values that options take, from text.

use std::ffi::{OsStr, OsString};
use std::ops::Range;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use rvjet::isa::{Isa, IsaError};

use super::failure::Failure;

/// Units of sizes and their bytes, as in GNU tools: alone, with `i` or `iB` the
/// letter is a power of 1024, with `B` one of 1000.
const UNITS: [(&str, u64); 18] = [
    ("", 1),
    ("B", 1),
    ("K", 1 << 10),
    ("Ki", 1 << 10),
    ("KiB", 1 << 10),
    ("KB", 1000),
    ("M", 1 << 20),
    ("Mi", 1 << 20),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("G", 1 << 30),
    ("Gi", 1 << 30),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("T", 1 << 40),
    ("Ti", 1 << 40),
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
];

/// A count: digits, and `_` between them for the eye.
pub fn count(text: &str) -> Result<u64, String> {
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return Err("expected digits, such as 1000000 or 1_000_000".to_owned());
    }
    text.replace('_', "")
        .parse()
        .map_err(|error: std::num::ParseIntError| error.to_string())
}

/// A size in bytes: a count and one of [`UNITS`], whose case does not matter.
pub fn size(text: &str) -> Result<u64, String> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '_')
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(digits);
    let (_, bytes) = UNITS
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit.trim_start()))
        .ok_or_else(|| format!("unknown unit {unit:?}, expected one such as K, M, G or MiB"))?;
    count(digits)?
        .checked_mul(bytes)
        .ok_or_else(|| "more than 64 bits of bytes".to_owned())
}

/// A quantity of anything: as a [`size`], or a power of two such as `2^22`.
pub fn quantity(text: &str) -> Result<u64, String> {
    match text.strip_prefix("2^") {
        Some(exponent) => u32::try_from(count(exponent)?)
            .ok()
            .and_then(|exponent| 1u64.checked_shl(exponent))
            .ok_or_else(|| "more than 64 bits".to_owned()),
        None => size(text),
    }
}

/// `I..J`: from I up to J, without it.
pub fn range(text: &str) -> Result<Range<u64>, String> {
    let (start, end) = text.split_once("..").ok_or("expected I..J")?;
    let (start, end) = (quantity(start)?, quantity(end)?);
    if start < end {
        Ok(start..end)
    } else {
        Err(format!("there is nothing from {start} up to {end}"))
    }
}

/// A set of instructions: an ISA string, or `auto`.
pub fn isa(text: &str) -> Result<Isa, String> {
    match text {
        "auto" => Ok(Isa::ALL),
        _ => text.parse().map_err(|error: IsaError| error.to_string()),
    }
}

/// A number of threads.
pub fn threads(text: &str) -> Result<usize, String> {
    const MOST: u64 = 1 << 10;
    match count(text)? {
        threads @ 1..=MOST => Ok(threads as usize),
        _ => Err(format!("there are 1 to {MOST} threads")),
    }
}

/// As many threads as this host runs at once.
pub fn all_threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}

/// An environment variable of the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: OsString,
    pub value: OsString,
}

/// `K=V`; the first `=` separates.
pub fn variable(text: &OsStr) -> Result<Variable, String> {
    match split_at_byte(text, b'=', Split::First) {
        Some((name, value)) if !name.is_empty() => Ok(Variable { name, value }),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

/// A directory of the host that the guest may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    pub host: PathBuf,
    pub guest: PathBuf,
    pub read_only: bool,
}

/// `HOST[:GUEST[:ro]]`; the last `:` separates, and without one both are the same.
/// `HOST:ro` grants nothing: it would be to write, under the name `ro`.
pub fn directory(text: &OsStr) -> Result<Directory, String> {
    let read_only = split_at_byte(text, b':', Split::Last)
        .filter(|(rest, last)| last == "ro" && rest.as_bytes().contains(&b':'));
    let text = read_only.as_ref().map_or(text, |(rest, _)| rest);
    let (host, guest) = split_at_byte(text, b':', Split::Last)
        .unwrap_or_else(|| (text.to_owned(), text.to_owned()));
    if host.is_empty() || guest.is_empty() {
        return Err("expected HOST, HOST:GUEST or HOST:GUEST:ro".to_owned());
    }
    if guest == "ro" && text.as_bytes().contains(&b':') {
        return Err("for reading only it is HOST:GUEST:ro".to_owned());
    }
    Ok(Directory {
        host: host.into(),
        guest: guest.into(),
        read_only: read_only.is_some(),
    })
}

#[derive(Clone, Copy)]
enum Split {
    First,
    Last,
}

fn split_at_byte(text: &OsStr, byte: u8, which: Split) -> Option<(OsString, OsString)> {
    let bytes = text.as_bytes();
    let is_it = |&other: &u8| other == byte;
    let at = match which {
        Split::First => bytes.iter().position(is_it),
        Split::Last => bytes.iter().rposition(is_it),
    }?;
    let part = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    Some((part(&bytes[..at]), part(&bytes[at + 1..])))
}

/// What a repeated option was given; without it, the entries of its environment
/// variable, separated by `;`.
pub fn listed<T>(
    given: Vec<T>,
    variable: &str,
    parse: impl Fn(&OsStr) -> Result<T, String>,
) -> Result<Vec<T>, Failure> {
    match std::env::var_os(variable) {
        Some(list) if given.is_empty() => list
            .as_bytes()
            .split(|&byte| byte == b';')
            .filter(|entry| !entry.is_empty())
            .map(|entry| parse_entry(OsStr::from_bytes(entry), variable, &parse))
            .collect(),
        _ => Ok(given),
    }
}

fn parse_entry<T>(
    entry: &OsStr,
    variable: &str,
    parse: impl Fn(&OsStr) -> Result<T, String>,
) -> Result<T, Failure> {
    parse(entry).map_err(|why| {
        let entry = entry.display();
        Failure::Usage(format!("invalid value '{entry}' in {variable}: {why}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        assert_eq!(count("0"), Ok(0));
        assert_eq!(count("1_000_000"), Ok(1_000_000));
        assert_eq!(count("18446744073709551615"), Ok(u64::MAX));
        for wrong in ["", "_1", "-1", "+1", "1e6", "0x10", "18446744073709551616"] {
            assert!(count(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn sizes() {
        assert_eq!(size("4096"), Ok(4096));
        assert_eq!(size("64M"), Ok(64 << 20));
        assert_eq!(size("512KiB"), Ok(512 << 10));
        assert_eq!(size("1 gib"), Ok(1 << 30));
        assert_eq!(size("2MB"), Ok(2_000_000));
        assert_eq!(size("16777215T"), Ok(16_777_215 << 40));
        for wrong in ["", "M", "1.5G", "64X", "-1", "16777216T"] {
            assert!(size(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn quantities() {
        assert_eq!(quantity("1_000_000"), Ok(1_000_000));
        assert_eq!(quantity("4Mi"), Ok(4 << 20));
        assert_eq!(quantity("2^22"), Ok(1 << 22));
        assert_eq!(quantity("2^63"), Ok(1 << 63));
        for wrong in ["2^64", "2^", "2^-1", "3^4", "4Mo", "2^4294967296"] {
            assert!(quantity(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn ranges() {
        assert_eq!(range("0..1"), Ok(0..1));
        assert_eq!(range("1_000..1Mi"), Ok(1000..1 << 20));
        for wrong in ["", "1", "..", "1..", "..1", "2..2", "3..2", "1..=2"] {
            assert!(range(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn variables() {
        let expected = Variable {
            name: "A".into(),
            value: "b=c".into(),
        };
        assert_eq!(variable(OsStr::new("A=b=c")), Ok(expected));
        assert!(variable(OsStr::new("A")).is_err());
        assert!(variable(OsStr::new("=b")).is_err());
    }

    #[test]
    fn directories() {
        let granted = |host: &str, guest: &str, read_only| {
            Ok(Directory {
                host: host.into(),
                guest: guest.into(),
                read_only,
            })
        };
        assert_eq!(directory(OsStr::new("in")), granted("in", "in", false));
        assert_eq!(directory(OsStr::new("a:b:/c")), granted("a:b", "/c", false));
        assert_eq!(directory(OsStr::new("a:/c:ro")), granted("a", "/c", true));
        assert_eq!(directory(OsStr::new("a:/ro")), granted("a", "/ro", false));
        assert_eq!(directory(OsStr::new("ro")), granted("ro", "ro", false));
        for wrong in ["a:ro", "a:ro:ro"] {
            let error = directory(OsStr::new(wrong)).unwrap_err();
            assert!(error.contains("HOST:GUEST:ro"), "{wrong}");
        }
        assert!(directory(OsStr::new("a::ro")).is_err());
        assert!(directory(OsStr::new("a:")).is_err());
        assert!(directory(OsStr::new(":b")).is_err());
    }
}
