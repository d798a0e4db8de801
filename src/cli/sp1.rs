//! What a program for SP1 is given, and what it leaves.

use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::builder::{OsStringValueParser, ValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};
use rvjet::abi::Sp1;
use rvjet::abi::sp1::{Results, stdin_items};

use super::create::create_empty;
use super::failure::Failure;
use super::{input, values};

/// Where these options stand in the help.
const HEADING: &str = "Input and output of a program for SP1 (--abi sp1)";

/// The options that add items to the input; their order counts.
const KINDS: [(&str, &str, Kind, &str); 7] = [
    (
        "input",
        "FILE",
        Kind::File,
        "An item of the input: the bytes of FILE; this and the next may be repeated and mixed",
    ),
    (
        "input-hex",
        "HEX",
        Kind::Hex,
        "An item: these bytes, in hexadecimal",
    ),
    (
        "input-bincode-u32",
        "N",
        Kind::U32,
        "An item: the number, as SP1Stdin::write has it",
    ),
    (
        "input-bincode-u64",
        "N",
        Kind::U64,
        "An item: the number, as SP1Stdin::write has it",
    ),
    (
        "input-bincode-string",
        "TEXT",
        Kind::Text,
        "An item: the text, as SP1Stdin::write has it",
    ),
    (
        "input-bincode-bytes",
        "FILE",
        Kind::Bytes,
        "An item: the bytes of FILE, as SP1Stdin::write has a vector of them",
    ),
    (
        "stdin-sp1",
        "FILE",
        Kind::Stdin,
        "All items of the SP1Stdin whose bincode FILE holds",
    ),
];
const PUBLIC_VALUES: &str = "public-values";

#[derive(Clone, Copy, Debug)]
enum Kind {
    File,
    Hex,
    U32,
    U64,
    Text,
    Bytes,
    Stdin,
}

/// What the program is given, in order, and where its public values go.
#[derive(Debug)]
pub struct Sp1Args {
    items: Vec<(&'static str, Kind, OsString)>,
    public_values: Option<PathBuf>,
}

impl clap::Args for Sp1Args {
    fn augment_args(command: Command) -> Command {
        let option = |name: &'static str, value: &'static str, help: &'static str| {
            Arg::new(name)
                .long(name)
                .value_name(value)
                .help(help)
                .help_heading(HEADING)
                .value_parser(ValueParser::new(OsStringValueParser::new()))
        };
        let items =
            KINDS.map(|(name, value, _, help)| option(name, value, help).action(ArgAction::Append));
        let help = "Write the public values to FILE, which is made empty";
        command.args(items).arg(option(PUBLIC_VALUES, "FILE", help))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Sp1Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Sp1Args, clap::Error> {
        let mut items = Vec::new();
        for (name, _, kind, _) in KINDS {
            let places = matches.indices_of(name).into_iter().flatten();
            let values = matches.get_many::<OsString>(name).into_iter().flatten();
            items.extend(
                places
                    .zip(values)
                    .map(|(at, value)| (at, (name, kind, value.clone()))),
            );
        }
        items.sort_by_key(|(at, _)| *at);
        let public_values = matches.get_one::<OsString>(PUBLIC_VALUES);
        Ok(Sp1Args {
            items: items.into_iter().map(|(_, item)| item).collect(),
            public_values: public_values.map(PathBuf::from),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Sp1Args::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Sp1Args {
    /// One of the options, if there is any.
    pub fn given(&self) -> Option<&'static str> {
        let item = self.items.first().map(|(name, ..)| *name);
        item.or(self.public_values.as_ref().map(|_| PUBLIC_VALUES))
    }

    /// The environment of the program, and what it will leave.
    pub fn environment(self) -> Result<(Sp1, Left), Failure> {
        let mut sp1 = Sp1::new();
        for (name, kind, value) in self.items {
            sp1 = sp1.inputs(items(name, kind, &value)?);
        }
        let create = |path: PathBuf| create_empty(&path).map(|file| (path, file));
        let left = Left {
            results: sp1.results(),
            public_values: self.public_values.map(create).transpose()?,
        };
        Ok((sp1, left))
    }
}

/// The items that an option stands for.
fn items(name: &str, kind: Kind, value: &OsString) -> Result<Vec<Vec<u8>>, Failure> {
    let path = Path::new(value);
    let text = || value.to_str().ok_or_else(|| "not UTF-8".to_owned());
    let item = match kind {
        Kind::File => return Ok(vec![input::read_bytes(path)?]),
        Kind::Bytes => return Ok(vec![counted(&input::read_bytes(path)?)]),
        Kind::Stdin => {
            let bytes = input::read_bytes(path)?;
            return stdin_items(&bytes)
                .map_err(|error| Failure::Usage(format!("--{name}: {}: {error}", path.display())));
        }
        Kind::Text => text().map(|text| counted(text.as_bytes())),
        Kind::Hex => text().and_then(hex),
        Kind::U64 => text()
            .and_then(values::count)
            .map(|n| n.to_le_bytes().to_vec()),
        Kind::U32 => text().and_then(values::count).and_then(|n| {
            let n = u32::try_from(n).map_err(|error| error.to_string())?;
            Ok(n.to_le_bytes().to_vec())
        }),
    };
    let wrong = |why| Failure::Usage(format!("--{name} {}: {why}", value.display()));
    item.map(|item| vec![item]).map_err(wrong)
}

/// The bytes behind their number, as bincode has strings and vectors of bytes.
fn counted(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u64).to_le_bytes()[..], bytes].concat()
}

fn hex(text: &str) -> Result<Vec<u8>, String> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| match *pair {
        [high, low] => Some((digit(high)? << 4 | digit(low)?) as u8),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    bytes.ok_or_else(|| "expected pairs of hexadecimal digits".to_owned())
}

/// What a program leaves when it has run.
#[derive(Debug)]
pub struct Left {
    pub results: Results,
    public_values: Option<(PathBuf, File)>,
}

impl Left {
    /// Writes the public values to their file, if there is one.
    pub fn write(&self) -> Result<(), Failure> {
        let Some((path, file)) = &self.public_values else {
            return Ok(());
        };
        let mut file = file;
        let written = file.write_all(&self.results.public_values());
        written.map_err(|source| Failure::Output {
            what: path.display().to_string(),
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: Kind, value: &str) -> Option<Vec<u8>> {
        let items = items("input", kind, &value.into()).ok()?;
        items.into_iter().next()
    }

    #[test]
    fn items_are_as_bincode_has_them() {
        assert_eq!(
            item(Kind::U64, "1_000"),
            Some(1000u64.to_le_bytes().to_vec())
        );
        assert_eq!(item(Kind::U32, "7"), Some(vec![7, 0, 0, 0]));
        assert_eq!(item(Kind::U32, "4294967296"), None);
        assert_eq!(
            item(Kind::Text, "ab"),
            Some(b"\x02\0\0\0\0\0\0\0ab".to_vec())
        );
        assert_eq!(item(Kind::Hex, "0x00fF"), Some(vec![0, 0xff]));
        assert_eq!(item(Kind::Hex, ""), Some(vec![]));
        for wrong in ["0", "0g", "zz"] {
            assert_eq!(item(Kind::Hex, wrong), None, "{wrong}");
        }
        assert_eq!(item(Kind::U64, "-1"), None);
    }
}
