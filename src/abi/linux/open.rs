//! `openat`, and the current directory that it starts at: `chdir`, `fchdir`,
//! `getcwd`, `umask`.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

use cap_std::fs::{OpenOptions, OpenOptionsExt};

use super::Linux;
use super::devices::Device;
use super::dirs::{CURRENT, Place, is_root, kept_path};
use super::errno::{Errno, Failure, Outcome};
use super::files::{Directory, O_ACCMODE, O_APPEND, O_PATH, O_WRONLY, OpenFile, Regular};
use super::user;
use crate::machine::Hart;

pub(super) const O_CREAT: u64 = 0o100;
pub(super) const O_EXCL: u64 = 0o200;
const O_TRUNC: u64 = 0o1000;
const O_DIRECTORY: u64 = 0o200_000;
const O_NOFOLLOW: u64 = 0o400_000;
pub(super) const O_CLOEXEC: u64 = 0o2_000_000;
const O_TMPFILE: u64 = 0o20_000_000;
/// What the host is to see to: the guest's flags, and the host's, whose numbers
/// depend on its architecture.
const FOR_HOST: [(u64, i32); 7] = [
    (O_CREAT, libc::O_CREAT),
    (O_EXCL, libc::O_EXCL),
    (O_TRUNC, libc::O_TRUNC),
    (0o10_000, libc::O_DSYNC),
    (O_DIRECTORY, libc::O_DIRECTORY),
    (O_NOFOLLOW, libc::O_NOFOLLOW),
    (0o4_000_000, libc::O_SYNC),
];
/// What `statfs` calls procfs and sysfs (include/uapi/linux/magic.h).
const PROC_SUPER_MAGIC: i64 = 0x9fa0;
const SYSFS_MAGIC: i64 = 0x6265_6572;

/// What a file may permit: no bit that lends the owner's rights.
pub(super) const MODE: u64 = 0o777;

impl Linux {
    /// `openat`. Files and directories can be opened, the devices that are the
    /// guest's own, and nothing else: no device and no pipe of the host, which
    /// could be waited for without end.
    pub(super) fn openat(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, path, flags, mode, ..] = args;
        let flags = match flags & O_PATH {
            0 => flags,
            _ => flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
        };
        if flags & O_ACCMODE == O_ACCMODE {
            return Err(Errno::INVAL.into());
        }
        if flags & O_TMPFILE != 0 {
            return Err(Errno::OPNOTSUPP.into());
        }
        let path = user::path(&mut hart.memory, path)?;
        let free = self.files.free(0)?;
        let absolute = self.absolute(fd, &path)?;
        let file = match Device::named(&absolute)? {
            Some(device) => open_device(device, flags)?,
            None => self.open_granted(absolute, flags, mode)?,
        };
        if flags & O_TRUNC != 0 {
            self.load_shared(&mut hart.memory, &file, &(0..u64::MAX))?;
        }
        Ok(self.files.set(free, file, flags & O_CLOEXEC != 0))
    }

    fn open_granted(&mut self, path: Vec<u8>, flags: u64, mode: u64) -> Result<OpenFile, Failure> {
        let place = self.granted(path)?;
        let file = match place.is_writable() {
            true => open_place(&place, flags, mode & !self.umask)?,
            false => open_read_only(&place, flags)?,
        };
        let kind = file.metadata()?;
        if speaks_for_the_host(&file)? {
            return Err(Errno::ACCES.into());
        }
        let identity = (kind.dev(), kind.ino());
        let changeable = place.is_writable();
        if kind.is_dir() {
            return Ok(OpenFile::Directory(Arc::new(Directory {
                file,
                path: place.kept_path()?,
                inode: self.inodes.number(identity),
                changeable,
                reading: Default::default(),
            })));
        }
        if !kind.is_file() {
            return Err(Errno::ACCES.into());
        }
        Ok(OpenFile::Regular(Arc::new(Regular {
            file,
            flags,
            appending: (flags & O_APPEND != 0).into(),
            inode: self.inodes.number(identity),
            changeable,
        })))
    }

    /// `chdir`.
    pub(super) fn chdir(&mut self, hart: &mut Hart, [path, ..]: [u64; 6]) -> Outcome {
        let path = user::path(&mut hart.memory, path)?;
        let absolute = self.absolute(CURRENT as u64, &path)?;
        self.go_to(absolute)
    }

    /// `fchdir`.
    pub(super) fn fchdir(&mut self, _: &mut Hart, [fd, ..]: [u64; 6]) -> Outcome {
        match self.files.get(fd)? {
            OpenFile::Directory(directory) => {
                let path = [&directory.path[..], b"/"].concat();
                self.go_to(path)
            }
            _ => Err(Errno::NOTDIR.into()),
        }
    }

    /// Makes a path the current directory, by its name without links. The root
    /// can always be gone to: that is where a process starts.
    fn go_to(&mut self, path: Vec<u8>) -> Outcome {
        let cwd = match self.grants.find(path.clone()) {
            Some(place) => {
                if !place.dir.metadata(&place.way)?.is_dir() {
                    return Err(Errno::NOTDIR.into());
                }
                let way = place.dir.canonicalize(&place.way)?;
                let name = place.grant_name().flat_map(|part| [b"/", part].concat());
                let name: Vec<u8> = name.collect();
                kept_path(&[&name, &b"/"[..], way.as_os_str().as_bytes()].concat())?
            }
            None if is_root(&path) => Vec::new(),
            None => return Err(Errno::NOENT.into()),
        };
        self.cwd = cwd;
        Ok(0)
    }

    /// `getcwd`.
    pub(super) fn getcwd(&mut self, hart: &mut Hart, [to, size, ..]: [u64; 6]) -> Outcome {
        let mut path = match self.cwd.as_slice() {
            b"" => b"/".to_vec(),
            path => path.to_vec(),
        };
        path.push(0);
        if size < path.len() as u64 {
            return Err(Errno::RANGE.into());
        }
        user::put(&mut hart.memory, to, &path)?;
        Ok(path.len() as u64)
    }

    /// `umask`. The host's own applies besides.
    pub(super) fn umask(&mut self, _: &mut Hart, [mask, ..]: [u64; 6]) -> Outcome {
        Ok(std::mem::replace(&mut self.umask, mask & MODE))
    }
}

fn open_device(device: Device, flags: u64) -> Result<OpenFile, Errno> {
    if flags & O_CREAT != 0 && flags & O_EXCL != 0 {
        return Err(Errno::EXIST);
    }
    if flags & O_DIRECTORY != 0 {
        return Err(Errno::NOTDIR);
    }
    Ok(OpenFile::Device(device, flags))
}

/// Opens what a path leads to, without ever waiting for it.
fn open_place(place: &Place<'_>, flags: u64, mode: u64) -> Result<File, Failure> {
    let options = options(flags, mode as u32);
    Ok(place.dir.open_with(&place.way, &options)?.into_std())
}

/// Opens what is there already, where nothing may be changed.
fn open_read_only(place: &Place<'_>, flags: u64) -> Result<File, Failure> {
    if flags & O_ACCMODE != 0 || flags & O_TRUNC != 0 {
        return Err(Errno::ROFS.into());
    }
    if flags & O_CREAT == 0 {
        return open_place(place, flags, 0);
    }
    // The directory of what would be made has to be there.
    place.name()?;
    if flags & O_EXCL != 0 && place.dir.symlink_metadata(&place.way).is_ok() {
        return Err(Errno::EXIST.into());
    }
    match place.dir.metadata(&place.way) {
        Ok(found) if found.is_dir() => Err(Errno::ISDIR.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Errno::ROFS.into()),
        _ => open_place(place, flags & !(O_CREAT | O_EXCL), 0),
    }
}

/// The host's options: it never waits, and never gets a terminal.
fn options(flags: u64, mode: u32) -> OpenOptions {
    let access = flags & O_ACCMODE;
    let asked = FOR_HOST.iter().filter(|(guest, _)| flags & guest != 0);
    let asked = asked.fold(0, |all, (_, host)| all | host);
    let mut options = OpenOptions::new();
    options
        .read(access != O_WRONLY)
        .write(access != 0)
        .mode(mode & MODE as u32)
        .custom_flags(asked | libc::O_NONBLOCK | libc::O_NOCTTY);
    options
}

/// Whether a file is a window on the host's kernel or processes, this one among
/// them (`/proc/self/mem`): no grant of a directory that contains it means that.
fn speaks_for_the_host(file: &File) -> Result<bool, Errno> {
    let kind = rustix::fs::fstatfs(file)?.f_type;
    Ok(matches!(kind as i64, PROC_SUPER_MAGIC | SYSFS_MAGIC))
}
