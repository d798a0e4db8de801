//! The table of open files.

use super::errno::Errno;

/// Entries that the table may have. Fewer than most hosts allow a process, so
/// that a guest cannot use up what its host needs.
pub(super) const MAX_FILES: usize = 256;

/// Something that is open. Clones share it, and its offset.
#[derive(Clone, Debug)]
pub(super) enum OpenFile {
    /// Standard input.
    Stdin,
    /// Standard output.
    Stdout,
    /// Standard error output.
    Stderr,
}

/// An entry of the table.
#[derive(Clone, Debug)]
struct Descriptor {
    file: OpenFile,
    close_on_exec: bool,
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
}

fn index(fd: u64) -> usize {
    fd as u32 as usize
}
