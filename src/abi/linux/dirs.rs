//! The directories that the host grants, and the way from a guest's path to one of them.
//!
//! The way inside a directory is left to `cap_std`, which does not leave it,
//! neither by `..` nor by a link. A path that leads to no grant does not exist.

use std::ffi::{OsStr, OsString};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use cap_std::fs::{Dir, Metadata};
use rustix::fs::{Mode, OFlags};

use super::Linux;
use super::errno::{Errno, Failure};
use super::files::OpenFile;
use super::user::PATH_MAX;
use crate::abi::StartError;

/// The current directory (`AT_FDCWD`).
pub(super) const CURRENT: i32 = -100;

/// A directory of the host, and its name in the guest.
#[derive(Debug)]
struct Grant {
    dir: Dir,
    /// The parts of the name, none of them `.` or `..`.
    name: Vec<Vec<u8>>,
    /// Whether it and what is below may be changed.
    writable: bool,
}

impl Grant {
    /// The name in the guest, for people.
    fn shown_name(&self) -> String {
        let name = [b"/", self.name.join(&b'/').as_slice()].concat();
        String::from_utf8_lossy(&name).into_owned()
    }
}

/// All grants.
#[derive(Debug, Default)]
pub(super) struct Grants(Vec<Grant>);

/// Where a path leads to.
#[derive(Debug)]
pub(super) struct Place<'a> {
    grant: &'a Grant,
    /// The granted directory.
    pub(super) dir: &'a Dir,
    /// The way from there.
    pub(super) way: PathBuf,
    /// The path, absolute, as the guest named it.
    path: Vec<u8>,
}

/// A name in a directory, which may or may not be there.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) dir: Dir,
    /// With the slashes that it ends in.
    pub(super) name: OsString,
}

impl Name {
    /// The name alone.
    pub(super) fn without_slashes(&self) -> &OsStr {
        let name = self.name.as_bytes();
        let end = name.iter().rposition(|&byte| byte != b'/');
        OsStr::from_bytes(&name[..end.map_or(0, |last| last + 1)])
    }
}

impl Place<'_> {
    /// The path to keep for an open directory.
    pub(super) fn kept_path(&self) -> Result<Vec<u8>, Errno> {
        kept_path(&self.path)
    }

    /// The parts of the name that the directory is granted under.
    pub(super) fn grant_name(&self) -> impl Iterator<Item = &[u8]> {
        self.grant.name.iter().map(Vec::as_slice)
    }

    /// Whether both lie in the same granted directory.
    pub(super) fn shares_grant(&self, other: &Place<'_>) -> bool {
        std::ptr::eq(self.grant, other.grant)
    }

    /// Whether the directory was granted to be changed.
    pub(super) fn is_writable(&self) -> bool {
        self.grant.writable
    }

    /// `EROFS` if the directory was granted for reading only.
    pub(super) fn check_writable(&self) -> Result<(), Errno> {
        self.grant.writable.then_some(()).ok_or(Errno::ROFS)
    }

    /// The last name on the way, in the directory that the rest of it leads to:
    /// what makes, removes or moves names takes it for what it is, and follows
    /// no link there. It is never `..`, which would lead out of the grant if the
    /// rest led to its root; that is the `.` of where it leads to.
    pub(super) fn name(&self) -> Result<Name, Failure> {
        let way = self.way.as_os_str().as_bytes();
        let end = way.iter().rposition(|&byte| byte != b'/');
        let end = end.map_or(0, |last| last + 1);
        let start = way[..end].iter().rposition(|&byte| byte == b'/');
        let start = start.map_or(0, |slash| slash + 1);
        let (parent, name) = match &way[start..end] {
            b".." => (way, &b""[..]),
            _ => way.split_at(start),
        };
        Ok(Name {
            dir: self.dir.open_dir(or_here(parent))?,
            name: or_here(name).to_owned(),
        })
    }

    /// What the host knows of what is there; of a link, whether it is to be followed.
    pub(super) fn metadata(&self, follow: bool) -> std::io::Result<Metadata> {
        match follow {
            true => self.dir.metadata(&self.way),
            false => self.dir.symlink_metadata(&self.way),
        }
    }

    /// Goes on to what a link at the end leads to, so that the host has none to follow there.
    pub(super) fn follow(&mut self) -> Result<(), Failure> {
        let is_dir = self.metadata(true)?.is_dir();
        if self.ends_in_slash() && !is_dir {
            return Err(Errno::NOTDIR.into());
        }
        self.way = self.dir.canonicalize(&self.way)?;
        Ok(())
    }

    /// Whether the last part of the path is `..`.
    pub(super) fn ends_in_parent(&self) -> bool {
        let mut parts = self.path.split(|&byte| byte == b'/');
        parts.rfind(|part| !part.is_empty()) == Some(b"..")
    }

    /// Whether the path says that it leads to a directory.
    pub(super) fn ends_in_slash(&self) -> bool {
        self.path.ends_with(b"/")
    }
}

impl Grants {
    /// Grants `dir` under the name `path`; of two of the same name the later counts.
    pub(super) fn add(&mut self, dir: Dir, path: &[u8], writable: bool) {
        let name: Vec<Vec<u8>> = plain(&parts(path)).into_iter().map(Vec::from).collect();
        self.0.retain(|grant| grant.name != name);
        self.0.push(Grant {
            dir,
            name,
            writable,
        });
    }

    /// That no directory that may only be read is, or lies in, one that may be changed:
    /// there its names could be changed, and links lead to it.
    pub(super) fn check(&self) -> Result<(), StartError> {
        let (writable, read_only): (Vec<_>, Vec<_>) =
            self.0.iter().partition(|grant| grant.writable);
        if writable.is_empty() {
            return Ok(());
        }
        for inner in read_only {
            let above = ancestry(&inner.dir).map_err(StartError::Grant)?;
            for outer in &writable {
                let outside = identity(&outer.dir).map_err(StartError::Grant)?;
                if above.contains(&outside) {
                    return Err(StartError::ReadOnlyInWritable {
                        read_only: inner.shown_name(),
                        writable: outer.shown_name(),
                    });
                }
            }
        }
        Ok(())
    }

    /// Where an absolute path leads to. Its `..` are the host's to follow, as
    /// they may come after a link, unless they lead out of the directory.
    pub(super) fn find(&self, path: Vec<u8>) -> Option<Place<'_>> {
        let parts = parts(&path);
        let found = self.longest(&parts);
        let (grant, rest) = match found {
            Some((grant, rest)) if !climbs(rest) => (grant, rest.to_vec()),
            _ => {
                let plain = plain(&parts);
                let (grant, rest) = self.longest(&plain)?;
                (grant, rest.to_vec())
            }
        };
        let mut way: PathBuf = rest.iter().map(|part| OsStr::from_bytes(part)).collect();
        if rest.is_empty() {
            way.push(".");
        } else if path.ends_with(b"/") {
            way.push("");
        } else if path.ends_with(b"/.") {
            way.push(".");
        }
        Some(Place {
            grant,
            dir: &grant.dir,
            way,
            path,
        })
    }

    /// The grant of the longest name that `parts` begin with, and the parts after it.
    fn longest<'b, 'p>(&self, parts: &'p [&'b [u8]]) -> Option<(&Grant, &'p [&'b [u8]])> {
        let begins = |grant: &&Grant| {
            let name = grant.name.iter().map(Vec::as_slice);
            grant.name.len() <= parts.len() && name.eq(parts[..grant.name.len()].iter().copied())
        };
        let matching = self.0.iter().filter(begins);
        let grant = matching.max_by_key(|grant| grant.name.len())?;
        Some((grant, &parts[grant.name.len()..]))
    }
}

/// The parts of a path that mean something.
pub(super) fn parts(path: &[u8]) -> Vec<&[u8]> {
    let means = |part: &&[u8]| !matches!(*part, b"" | b".");
    path.split(|&byte| byte == b'/').filter(means).collect()
}

/// The parts of a path without its `..`; there is nothing above the root.
pub(super) fn plain<'a>(parts: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let mut plain = Vec::new();
    for &part in parts {
        match part {
            b".." => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

/// Whether a path leads to the root.
pub(super) fn is_root(path: &[u8]) -> bool {
    plain(&parts(path)).is_empty()
}

/// A relative path; an empty one means where it starts.
fn or_here(path: &[u8]) -> &OsStr {
    OsStr::from_bytes(if path.is_empty() { b"." } else { path })
}

/// A path to keep: no longer than one that a call may name, or else it would
/// grow with every directory that is opened from another.
pub(super) fn kept_path(path: &[u8]) -> Result<Vec<u8>, Errno> {
    let path = parts(path).into_iter();
    let path: Vec<u8> = path.flat_map(|part| [b"/", part].concat()).collect();
    match path.len() {
        0..PATH_MAX => Ok(path),
        _ => Err(Errno::NAMETOOLONG),
    }
}

/// What the host knows a directory by: device and inode.
fn identity(dir: impl AsFd) -> Result<(u64, u64), rustix::io::Errno> {
    let stat = rustix::fs::fstat(dir)?;
    Ok((stat.st_dev, stat.st_ino))
}

/// A directory of the host and all that it lies in, up to the root.
fn ancestry(dir: &Dir) -> Result<Vec<(u64, u64)>, rustix::io::Errno> {
    let up = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut above = vec![identity(dir)?];
    let mut parent = rustix::fs::openat(dir, "..", up, Mode::empty())?;
    loop {
        let next = identity(&parent)?;
        if above.last() == Some(&next) {
            return Ok(above);
        }
        above.push(next);
        parent = rustix::fs::openat(&parent, "..", up, Mode::empty())?;
    }
}

/// Whether the way leads above where it starts.
fn climbs(parts: &[&[u8]]) -> bool {
    let mut depth = 0;
    parts.iter().any(|&part| {
        depth += if part == b".." { -1 } else { 1 };
        depth < 0
    })
}

impl Linux {
    /// Where a path leads to that starts at the open directory `fd`.
    pub(super) fn resolve(&self, fd: u64, path: &[u8]) -> Result<Place<'_>, Errno> {
        self.granted(self.absolute(fd, path)?)
    }

    /// Where an absolute path leads to.
    pub(super) fn granted(&self, path: Vec<u8>) -> Result<Place<'_>, Errno> {
        self.grants.find(path).ok_or(Errno::NOENT)
    }

    /// A path that starts at the open directory `fd`, from the root.
    pub(super) fn absolute(&self, fd: u64, path: &[u8]) -> Result<Vec<u8>, Errno> {
        match path {
            [] => Err(Errno::NOENT),
            [b'/', ..] => Ok(path.to_vec()),
            _ => Ok([self.base(fd)?, b"/", path].concat()),
        }
    }

    fn base(&self, fd: u64) -> Result<&[u8], Errno> {
        if fd as i32 == CURRENT {
            return Ok(&self.cwd);
        }
        match self.files.get(fd)? {
            OpenFile::Directory(directory) => Ok(&directory.path),
            _ => Err(Errno::NOTDIR),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cap_std::ambient_authority;

    fn grants(names: &[&str]) -> Grants {
        let mut grants = Grants::default();
        for name in names {
            let dir = Dir::open_ambient_dir("/", ambient_authority()).unwrap();
            grants.add(dir, name.as_bytes(), true);
        }
        grants
    }

    fn way(grants: &Grants, path: &str) -> Option<(usize, String)> {
        let place = grants.find(path.into())?;
        let which = grants
            .0
            .iter()
            .position(|grant| std::ptr::eq(&grant.dir, place.dir));
        Some((which.unwrap(), place.way.to_str().unwrap().into()))
    }

    #[test]
    fn the_longest_name_counts() {
        let grants = grants(&["/", "/data", "/data/more/"]);
        let cases = [
            ("/", (0, ".")),
            ("/x/y", (0, "x/y")),
            ("/database", (0, "database")),
            ("//data/./x", (1, "x")),
            ("/data", (1, ".")),
            ("/data/more/x/", (2, "x/")),
            ("/data/more/x/.", (2, "x/.")),
            ("/data/more/x/../y", (2, "x/../y")),
            ("/data/more/../y", (1, "y")),
            ("/data/../../../x", (0, "x")),
        ];
        for (path, (which, rest)) in cases {
            assert_eq!(way(&grants, path), Some((which, rest.into())), "{path}");
        }
    }

    #[test]
    fn what_is_not_granted_does_not_exist() {
        let grants = grants(&["/data"]);
        for path in ["/", "/x", "/data/..", "/data/../etc", "/dat", "/.."] {
            assert_eq!(way(&grants, path), None, "{path}");
        }
    }

    #[test]
    fn a_name_can_be_granted_anew() {
        assert_eq!(grants(&["/data", "data/"]).0.len(), 1);
    }
}
