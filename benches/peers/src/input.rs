//! What a guest of SP1 reads.

use std::ffi::OsString;
use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// An item of the input, as `guest-programs/sp1-guests.json` has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Input {
    /// A number, in bincode.
    U64(u64),
    /// These bytes, in hexadecimal.
    Hex(String),
    /// The bytes of a file.
    File(PathBuf),
}

impl Input {
    /// The same, with a file's path from a directory.
    pub fn found_in(self, dir: &Path) -> Self {
        match self {
            Input::File(path) => Input::File(dir.join(path)),
            other => other,
        }
    }

    /// How `rvjet` is told of it.
    pub fn option(&self) -> [OsString; 2] {
        let (name, value) = match self {
            Input::U64(number) => ("--input-bincode-u64", number.to_string().into()),
            Input::Hex(digits) => ("--input-hex", digits.into()),
            Input::File(path) => ("--input", path.into()),
        };
        [name.into(), value]
    }

    /// What the guest gets of it.
    ///
    /// # Errors
    ///
    /// Fails if there is no such file, or what stands for hexadecimal is none.
    #[cfg(feature = "sp1")]
    pub fn bytes(&self) -> Result<Vec<u8>> {
        match self {
            Input::U64(number) => Ok(number.to_le_bytes().to_vec()),
            Input::Hex(digits) => from_hex(digits),
            Input::File(path) => Ok(std::fs::read(path)?),
        }
    }
}

impl Display for Input {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Input::U64(number) => write!(f, "{number}"),
            Input::Hex(digits) => write!(f, "{} bytes", digits.len() / 2),
            Input::File(path) => write!(f, "`{}`", path.display()),
        }
    }
}

/// The bytes of two hexadecimal digits each.
///
/// # Errors
///
/// Fails if something else is in the text.
pub fn from_hex(text: &str) -> Result<Vec<u8>> {
    let byte = |at| {
        text.get(at..at + 2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
    };
    let bytes: Option<_> = (0..text.len()).step_by(2).map(byte).collect();
    bytes.context("bytes in hexadecimal")
}
