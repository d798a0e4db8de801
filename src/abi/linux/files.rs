//! The table of open files.

use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::devices::Device;
use super::errno::Errno;
use super::listing::Reading;
use super::pipes::{End, ReadEnd, WriteEnd};

/// Entries that the table may have. Fewer than most hosts allow a process, so
/// that a guest cannot use up what its host needs.
pub(super) const MAX_FILES: usize = 256;

pub(super) const O_ACCMODE: u64 = 3;
pub(super) const O_WRONLY: u64 = 1;
pub(super) const O_APPEND: u64 = 0o2000;
pub(super) const O_NONBLOCK: u64 = 0o4000;
pub(super) const O_PATH: u64 = 0o10_000_000;

/// A file of a granted directory.
#[derive(Debug)]
pub(super) struct Regular {
    pub(super) file: File,
    /// The flags it was opened with.
    pub(super) flags: u64,
    /// Whether writes go to its end now. The host does not know: it would put
    /// there what belongs elsewhere, too, such as what a shared mapping holds.
    pub(super) appending: AtomicBool,
    /// The number that the guest knows it by.
    pub(super) inode: u64,
    /// Whether it lies where things may be changed.
    pub(super) changeable: bool,
}

impl Regular {
    /// Whether it was opened for reading and for writing.
    pub(super) fn directions(&self) -> (bool, bool) {
        directions(self.flags)
    }

    /// Whether writes go to its end.
    pub(super) fn appends(&self) -> bool {
        self.appending.load(Ordering::Relaxed)
    }
}

/// A granted directory, or one below.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) file: File,
    /// Its name in the guest, absolute and bounded; empty for the root.
    pub(super) path: Vec<u8>,
    /// The number that the guest knows it by.
    pub(super) inode: u64,
    /// Whether it lies where things may be changed.
    pub(super) changeable: bool,
    /// How far it was read.
    pub(super) reading: Mutex<Reading>,
}

/// Something that is open. Clones share it, and its offset.
#[derive(Clone, Debug)]
pub(super) enum OpenFile {
    /// Standard input.
    Stdin,
    /// Standard output.
    Stdout,
    /// Standard error output.
    Stderr,
    /// A file.
    Regular(Arc<Regular>),
    /// A directory.
    Directory(Arc<Directory>),
    /// A device, with the flags that it was opened with.
    Device(Device, u64),
    /// The end of a pipe that is read from.
    ReadEnd(Arc<ReadEnd>),
    /// The end of a pipe that is written to.
    WriteEnd(Arc<WriteEnd>),
}

impl OpenFile {
    /// Whether it was opened for reading and for writing.
    pub(super) fn directions(&self) -> (bool, bool) {
        match self {
            OpenFile::Stdin | OpenFile::Directory(_) | OpenFile::ReadEnd(_) => (true, false),
            OpenFile::Stdout | OpenFile::Stderr | OpenFile::WriteEnd(_) => (false, true),
            OpenFile::Regular(regular) => regular.directions(),
            OpenFile::Device(_, flags) => directions(*flags),
        }
    }

    /// The file, if it is one of a granted directory.
    pub(super) fn regular(&self) -> Option<&Regular> {
        match self {
            OpenFile::Regular(regular) => Some(regular),
            _ => None,
        }
    }

    /// The end of a pipe, if it is one, whichever.
    pub(super) fn pipe_end(&self) -> Option<&End> {
        match self {
            OpenFile::ReadEnd(end) => Some(&end.0),
            OpenFile::WriteEnd(end) => Some(&end.0),
            _ => None,
        }
    }

    /// Whether its bytes come and go in order, so that there is no place in it.
    pub(super) fn is_stream(&self) -> bool {
        let is_standard = matches!(self, OpenFile::Stdin | OpenFile::Stdout | OpenFile::Stderr);
        is_standard || self.pipe_end().is_some()
    }

    /// Whether it lies where things may be changed.
    pub(super) fn is_changeable(&self) -> bool {
        match self {
            OpenFile::Regular(regular) => regular.changeable,
            OpenFile::Directory(directory) => directory.changeable,
            _ => true,
        }
    }

    /// The host's file behind it, if there is one and it may be worked on:
    /// `O_PATH` only names it.
    pub(super) fn on_host(&self) -> Result<Option<&File>, Errno> {
        match self {
            OpenFile::Regular(regular) if regular.flags & O_PATH != 0 => Err(Errno::BADF),
            OpenFile::Regular(regular) => Ok(Some(&regular.file)),
            OpenFile::Directory(directory) => Ok(Some(&directory.file)),
            _ => Ok(None),
        }
    }
}

/// What flags of `open` allow: to read, to write.
fn directions(flags: u64) -> (bool, bool) {
    let mode = flags & O_ACCMODE;
    let is_named_only = flags & O_PATH != 0;
    (
        !is_named_only && mode != O_WRONLY,
        !is_named_only && mode != 0,
    )
}

/// An entry of the table.
#[derive(Clone, Debug)]
pub(super) struct Descriptor {
    pub(super) file: OpenFile,
    pub(super) close_on_exec: bool,
}

/// The table.
#[derive(Debug)]
pub(super) struct Files(Vec<Option<Descriptor>>);

impl Files {
    /// The standard streams at 0, 1 and 2.
    pub(super) fn new() -> Files {
        let streams = [OpenFile::Stdin, OpenFile::Stdout, OpenFile::Stderr];
        let descriptor = |file| Descriptor {
            file,
            close_on_exec: false,
        };
        Files(streams.map(descriptor).map(Some).into())
    }

    /// What is open as `fd`. The upper half of the register does not count.
    pub(super) fn get(&self, fd: u64) -> Result<&OpenFile, Errno> {
        let entry = self.0.get(index(fd)).and_then(Option::as_ref);
        entry.map(|entry| &entry.file).ok_or(Errno::BADF)
    }

    /// The entry of `fd`.
    pub(super) fn entry(&mut self, fd: u64) -> Result<&mut Descriptor, Errno> {
        let entry = self.0.get_mut(index(fd)).and_then(Option::as_mut);
        entry.ok_or(Errno::BADF)
    }

    /// All that is open, what has several descriptors as often.
    pub(super) fn open(&self) -> impl Iterator<Item = &OpenFile> {
        self.0.iter().flatten().map(|entry| &entry.file)
    }

    /// The lowest free descriptor from `lowest` on.
    pub(super) fn free(&self, lowest: usize) -> Result<usize, Errno> {
        let is_free = |fd: &usize| self.0.get(*fd).is_none_or(Option::is_none);
        (lowest..MAX_FILES).find(is_free).ok_or(Errno::MFILE)
    }

    /// Makes `fd`, which is below [`MAX_FILES`], stand for `file`.
    pub(super) fn set(&mut self, fd: usize, file: OpenFile, close_on_exec: bool) -> u64 {
        if self.0.len() <= fd {
            self.0.resize(fd + 1, None);
        }
        self.0[fd] = Some(Descriptor {
            file,
            close_on_exec,
        });
        fd as u64
    }

    /// Frees `fd`.
    pub(super) fn close(&mut self, fd: u64) -> Result<(), Errno> {
        let entry = self.0.get_mut(index(fd)).and_then(Option::take);
        entry.map(drop).ok_or(Errno::BADF)
    }
}

fn index(fd: u64) -> usize {
    fd as u32 as usize
}
