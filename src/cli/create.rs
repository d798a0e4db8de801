//! Files that a command writes.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use super::failure::Failure;
use super::output;

/// Whether this path means standard output.
pub fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens what is to be written to: `-` is standard output. A file that is there is
/// replaced only by `force`; a FIFO or a device is written to as it is.
pub fn create(path: &Path, force: bool) -> Result<File, Failure> {
    let opened = if is_stdout(path) {
        output::stdout_file()
    } else {
        open(path, force)
    };
    opened.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => Failure::Exists {
            path: path.to_owned(),
        },
        _ => Failure::Create {
            path: path.to_owned(),
            source,
        },
    })
}

fn open(path: &Path, force: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true);
    let new = options.clone().create_new(true).open(path);
    match new {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let is_file = path.metadata().is_ok_and(|about| about.is_file());
            if is_file && !force {
                return Err(error);
            }
            options.truncate(is_file).open(path)
        }
        new => new,
    }
}
