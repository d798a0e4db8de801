//! Emitted code that is kept in a directory from one run to the next.
//!
//! A file is what the JIT has sealed with the user's key, under a name that says
//! of which program and for which emulator it is. A file that is not as it should
//! be is not used, and replaced after the run.
#![forbid(unsafe_code)]

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::fs::OFlags;

use super::cache_key::{self, KEY_BYTES};
use crate::jit::{Jit, MAX_STORED, NotRestored, Origin};
use crate::machine::Memory;
use crate::trace::Digest;

/// What a code cache did for a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheUse {
    /// Bytes of code taken from it before the run.
    pub restored: u64,
    /// Bytes of the file left in it after the run; 0 if there was nothing new.
    pub stored: u64,
    /// The first thing that went wrong. The run is the same then, but for the
    /// time it takes.
    pub trouble: Option<CacheTrouble>,
}

/// Why a code cache was of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CacheTrouble {
    /// There is no place for the key.
    #[error("no place for the key: neither XDG_STATE_HOME nor HOME is an absolute path")]
    NoStateDirectory,
    /// The key is not one, or others have access to it or can replace it.
    #[error("the key is not one that only this user has access to")]
    KeyExposed,
    /// The key cannot be read or made.
    #[error("the key cannot be read or made: {0}")]
    Key(io::ErrorKind),
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Read(io::ErrorKind),
    /// The file was not made with this user's key, or has been changed since.
    #[error("the file is damaged, or not by this user")]
    Foreign,
    /// The file does not hold for this program.
    #[error("the file does not fit the program")]
    Unfit,
    /// The file cannot be written.
    #[error("the file cannot be written: {0}")]
    Write(io::ErrorKind),
}

/// A directory of files with the code of one program.
#[derive(Debug)]
pub(crate) struct CodeCache {
    directory: PathBuf,
    /// The digest of its ELF file.
    elf: Digest,
    key: OnceLock<Result<[u8; KEY_BYTES], CacheTrouble>>,
    /// Bytes of the largest file written so far.
    written: AtomicUsize,
}

impl CodeCache {
    pub(crate) fn new(directory: &Path, elf: &[u8]) -> CodeCache {
        CodeCache {
            directory: directory.to_owned(),
            elf: Digest::of(elf),
            key: OnceLock::new(),
            written: AtomicUsize::new(0),
        }
    }

    /// Gives `jit` the code that there is; returns how many bytes.
    pub(super) fn restore(&self, jit: &mut Jit, memory: &mut Memory) -> Result<u64, CacheTrouble> {
        let origin = self.origin()?;
        let mut bytes = match read(&self.path(jit, memory, &origin)?) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(CacheTrouble::Read(error.kind())),
            Ok(bytes) => bytes.ok_or(CacheTrouble::Foreign)?,
        };
        match jit.restore(memory, &origin, &mut bytes) {
            Ok(restored) => Ok(restored as u64),
            Err(NotRestored::Foreign) => Err(CacheTrouble::Foreign),
            Err(NotRestored::Unfit) => Err(CacheTrouble::Unfit),
        }
    }

    /// Writes the code of `jit`, if it has more than there was; returns how many
    /// bytes the file has then.
    pub(super) fn store(&self, jit: &mut Jit, memory: &Memory) -> Result<u64, CacheTrouble> {
        let origin = self.origin()?;
        let Some(bytes) = jit.store(memory, &origin) else {
            return Ok(0);
        };
        // Of several machines that ran the same program, the one that got around most.
        if self.written.fetch_max(bytes.len(), Ordering::Relaxed) >= bytes.len() {
            return Ok(0);
        }
        let path = self.path(jit, memory, &origin)?;
        let written = write(&self.directory, &path, &bytes);
        written.map_err(|error| CacheTrouble::Write(error.kind()))?;
        Ok(bytes.len() as u64)
    }

    fn origin(&self) -> Result<Origin, CacheTrouble> {
        let key = (*self.key.get_or_init(cache_key::key))?;
        let program = self.elf.0;
        Ok(Origin { key, program })
    }

    fn path(&self, jit: &Jit, memory: &Memory, origin: &Origin) -> Result<PathBuf, CacheTrouble> {
        let name = jit.stored_name(memory, origin);
        let name = name.map_err(|_| CacheTrouble::Unfit)?;
        Ok(self.directory.join(format!("{name}.rvc")))
    }
}

/// The bytes of a file; nothing if it is none of ours by its kind or size.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    // Not blocking: a FIFO would otherwise wait for a writer.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut options = OpenOptions::new();
    let opened = options
        .read(true)
        .custom_flags(flags.bits() as i32)
        .open(path);
    let file = match opened {
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            return Ok(None);
        }
        opened => opened?,
    };
    let about = file.metadata()?;
    if !about.is_file() || about.len() > MAX_STORED as u64 {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(about.len() as usize)?;
    // It may have grown.
    file.take(about.len()).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Puts a file into the directory, whole or not at all, in place of what is there.
fn write(directory: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut made = DirBuilder::new();
    made.recursive(true).mode(0o700).create(directory)?;
    let (unfinished, mut file) = cache_key::create_unique(directory)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        // It is in nobody's way.
        let _left: io::Result<()> = fs::remove_file(unfinished);
    }
    written
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, symlink};

    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("made/for/it");
        let path = place.join("code");
        for bytes in [&b"units"[..], b"", b"others"] {
            write(&place, &path, bytes).unwrap();
            assert_eq!(read(&path).unwrap().as_deref(), Some(bytes));
        }
        let about = fs::metadata(&path).unwrap();
        assert_eq!(about.mode() & 0o7777, 0o600);
        assert_eq!(fs::read_dir(&place).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_file_of_a_possible_size_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let is_none = |name: &str| {
            let read = read(&path(name));
            assert!(matches!(read, Ok(None) | Err(_)), "{name}");
        };
        fs::write(path("code"), "units").unwrap();
        symlink(path("code"), path("link")).unwrap();
        is_none("link");
        symlink("/dev/zero", path("device")).unwrap();
        is_none("device");
        fs::create_dir(path("directory")).unwrap();
        is_none("directory");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(
            rustix::fs::CWD,
            path("fifo"),
            rustix::fs::FileType::Fifo,
            mode,
            0,
        )
        .unwrap();
        is_none("fifo");
        // Of no bytes on the disk.
        let huge = fs::File::create(path("huge")).unwrap();
        huge.set_len(1 << 40).unwrap();
        is_none("huge");
    }

    #[test]
    fn a_file_that_cannot_be_put_there_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("code");
        fs::create_dir(&path).unwrap();
        assert!(write(directory.path(), &path, b"").is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        let nowhere = path.join("file");
        fs::write(&nowhere, "").unwrap();
        assert!(write(&nowhere, &nowhere.join("code"), b"").is_err());
    }
}
