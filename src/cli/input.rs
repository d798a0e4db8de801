//! Reads files that the command line names.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::failure::Failure;

/// The largest file that is read as a whole, in bytes. Statically linked programs with
/// all their debug information stay far below.
const MAX_FILE: u64 = 2 << 30;

/// The contents of a regular file of at most [`MAX_FILE`] bytes.
pub fn read_elf(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = open_regular(path).and_then(read_bounded);
    read.map_err(|source| failed(path, source))
}

/// The contents of a file of any kind, at most [`MAX_FILE`] bytes.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = open_waiting(path).and_then(read_bounded);
    read.map_err(|source| failed(path, source))
}

fn failed(path: &Path, source: io::Error) -> Failure {
    let path = path.to_owned();
    Failure::Input { path, source }
}

/// Opens without waiting: a FIFO that nobody writes to would block otherwise.
pub fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(path)
}

/// Opens, and waits for who writes to it if it is a FIFO.
pub fn open_waiting(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    match file.metadata()?.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => Ok(file),
    }
}

/// Standard input as a file.
pub fn stdin_file() -> io::Result<File> {
    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

fn open_regular(path: &Path) -> io::Result<File> {
    let file = open(path)?;
    let kind = file.metadata()?.file_type();
    match kind.is_file() {
        true => Ok(file),
        false if kind.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        false => Err(io::Error::other("not a regular file")),
    }
}

/// The length is checked before reading, and once more after: a file may grow.
fn read_bounded(file: File) -> io::Result<Vec<u8>> {
    let len = file.metadata()?.len();
    let mut bytes = Vec::new();
    if len <= MAX_FILE {
        bytes.try_reserve_exact(len as usize)?;
        file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    }
    match len.max(bytes.len() as u64) {
        0..=MAX_FILE => Ok(bytes),
        _ => Err(io::Error::other(format!(
            "the file is larger than {MAX_FILE} bytes"
        ))),
    }
}
