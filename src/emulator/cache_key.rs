//! The key by which this user's emulators know each other's files.
//!
//! It is made once, of random bytes, and kept in the user's state directory,
//! where nobody else may read it or put another in its place.
#![forbid(unsafe_code)]

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::rand::{GetRandomFlags, getrandom};

use super::code_cache::CacheTrouble;

/// Bytes of a key.
pub(super) const KEY_BYTES: usize = 32;

/// What others than the owner may be allowed to do.
const OTHERS: u32 = 0o077;
const OTHERS_WRITE: u32 = 0o022;

/// The user's key, made if there is none.
pub(super) fn key() -> Result<[u8; KEY_BYTES], CacheTrouble> {
    key_in(&directory().ok_or(CacheTrouble::NoStateDirectory)?)
}

/// `rvjet` in `$XDG_STATE_HOME`, or in `~/.local/state` (XDG Base Directory
/// Specification; it says that a path that is not absolute is none).
fn directory() -> Option<PathBuf> {
    let absolute = |name| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let state = absolute("XDG_STATE_HOME");
    let state = state.or_else(|| absolute("HOME").map(|home| home.join(".local/state")));
    state.map(|state| state.join("rvjet"))
}

fn key_in(directory: &Path) -> Result<[u8; KEY_BYTES], CacheTrouble> {
    let made = DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory);
    made.map_err(failed)?;
    let about = fs::symlink_metadata(directory).map_err(failed)?;
    if !about.is_dir() || !is_own(&about, OTHERS_WRITE) {
        return Err(CacheTrouble::KeyExposed);
    }
    let path = directory.join("cache-key");
    match read(&path) {
        Err(Unread::Absent) => {
            make(directory, &path).map_err(failed)?;
            read(&path)
        }
        done => done,
    }
    .map_err(|unread| match unread {
        Unread::Absent => CacheTrouble::Key(io::ErrorKind::NotFound),
        Unread::Trouble(trouble) => trouble,
    })
}

/// Whether it is this user's, and forbids others what `mask` says.
fn is_own(about: &fs::Metadata, mask: u32) -> bool {
    about.uid() == rustix::process::geteuid().as_raw() && about.mode() & mask == 0
}

enum Unread {
    Absent,
    Trouble(CacheTrouble),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Unread {
        match error.kind() {
            io::ErrorKind::NotFound => Unread::Absent,
            _ => Unread::Trouble(failed(error)),
        }
    }
}

fn read(path: &Path) -> Result<[u8; KEY_BYTES], Unread> {
    // Not blocking: a FIFO would otherwise wait for a writer.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut options = OpenOptions::new();
    let mut file = options
        .read(true)
        .custom_flags(flags.bits() as i32)
        .open(path)?;
    let about = file.metadata()?;
    if !about.is_file() || !is_own(&about, OTHERS) || about.len() != KEY_BYTES as u64 {
        return Err(Unread::Trouble(CacheTrouble::KeyExposed));
    }
    let mut key = [0; KEY_BYTES];
    file.read_exact(&mut key)?;
    Ok(key)
}

/// Makes a key, unless another process has just done so: it appears at its path
/// whole, or not at all.
fn make(directory: &Path, path: &Path) -> io::Result<()> {
    let (unfinished, mut file) = create_unique(directory)?;
    let made = random::<KEY_BYTES>()
        .and_then(|key| file.write_all(&key))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&unfinished, path));
    let removed = fs::remove_file(&unfinished);
    match made {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => removed,
        made => made.and(removed),
    }
}

/// Creates a file of a name that no other has, for this user alone.
pub(super) fn create_unique(directory: &Path) -> io::Result<(PathBuf, File)> {
    let number = u128::from_le_bytes(random()?);
    let path = directory.join(format!(".{number:032x}.tmp"));
    let mut options = OpenOptions::new();
    let file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    Ok((path, file))
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    let mut filled = 0;
    while filled < N {
        filled += getrandom(&mut bytes[filled..], GetRandomFlags::empty())?;
    }
    Ok(bytes)
}

fn failed(error: io::Error) -> CacheTrouble {
    CacheTrouble::Key(error.kind())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_key_is_made_once() {
        let state = tempfile::tempdir().unwrap();
        let directory = state.path().join("state/rvjet");
        let key = key_in(&directory).unwrap();
        assert_eq!(key_in(&directory), Ok(key));
        assert_eq!(mode(&directory), 0o700);
        assert_eq!(mode(&directory.join("cache-key")), 0o600);
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
        let other = key_in(&state.path().join("other")).unwrap();
        assert_ne!(other, key);
    }

    #[test]
    fn all_who_come_at_once_get_the_same_key() {
        let state = tempfile::tempdir().unwrap();
        let directory = state.path().join("rvjet");
        let keys: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|_| scope.spawn(|| key_in(&directory)))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert!(keys[0].is_ok());
        assert!(keys.iter().all(|key| *key == keys[0]));
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
    }

    #[test]
    fn a_key_that_others_can_get_at_is_none() {
        let state = tempfile::tempdir().unwrap();
        let directory = state.path().join("rvjet");
        let path = directory.join("cache-key");
        let key = key_in(&directory).unwrap();
        let exposed = Err(CacheTrouble::KeyExposed);
        for mask in [0o640, 0o620, 0o604, 0o602, 0o601] {
            set_mode(&path, mask);
            assert_eq!(key_in(&directory), exposed, "{mask:o}");
        }
        set_mode(&path, 0o600);
        for mask in [0o770, 0o720, 0o702, 0o777, 0o1777] {
            set_mode(&directory, mask);
            assert_eq!(key_in(&directory), exposed, "{mask:o}");
        }
        set_mode(&directory, 0o755);
        assert_eq!(key_in(&directory), Ok(key));
        // Of another length.
        for bytes in [&key[..31], &[], &[&key[..], &[0]].concat()] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(key_in(&directory), exposed);
        }
        // Another kind of thing.
        fs::rename(&path, directory.join("elsewhere")).unwrap();
        fs::write(directory.join("elsewhere"), key).unwrap();
        symlink("elsewhere", &path).unwrap();
        assert!(key_in(&directory).is_err());
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(key_in(&directory).is_err());
        let linked = state.path().join("linked");
        symlink(&directory, &linked).unwrap();
        assert!(key_in(&linked).is_err());
        fs::write(state.path().join("file"), "").unwrap();
        assert!(key_in(&state.path().join("file")).is_err());
        assert!(key_in(&state.path().join("file/rvjet")).is_err());
    }
}
