//! The calls that ask whether a file may be used, and where a link leads to:
//! `faccessat`, `readlinkat`.

use std::os::unix::ffi::OsStrExt;

use cap_std::fs::MetadataExt;

use super::Linux;
use super::devices::Device;
use super::errno::{Errno, Failure, Outcome};
use super::stat::{AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW};
use super::user;
use crate::machine::{Hart, Memory};

const AT_EACCESS: u64 = 0x200;
/// Permission to write.
const W_OK: u32 = 2;

impl Linux {
    /// `faccessat`.
    pub(super) fn faccessat(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, path, mode, ..] = args;
        self.faccessat2(hart, [fd, path, mode, 0, 0, 0])
    }

    /// `faccessat2`, by the bits of the file's mode, whoever owns it.
    pub(super) fn faccessat2(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, path, mode, flags, ..] = args;
        let known = AT_SYMLINK_NOFOLLOW | AT_EACCESS | AT_EMPTY_PATH;
        if mode as u32 & !7 != 0 || flags & !known != 0 {
            return Err(Errno::INVAL.into());
        }
        let path = user::path(&mut hart.memory, path)?;
        if path.is_empty() && flags & AT_EMPTY_PATH != 0 {
            self.files.get(fd)?;
            return Ok(0);
        }
        let path = self.absolute(fd, &path)?;
        let all_modes = match Device::named(&path)? {
            Some(device) => device.stat().mode,
            None => self.mode_at(path, flags & AT_SYMLINK_NOFOLLOW == 0, mode)?,
        };
        let permitted = all_modes | all_modes >> 3 | all_modes >> 6;
        match mode as u32 & !permitted {
            0 => Ok(0),
            _ => Err(Errno::ACCES.into()),
        }
    }

    fn mode_at(&self, path: Vec<u8>, follow: bool, wanted: u64) -> Result<u32, Failure> {
        let place = self.granted(path)?;
        let found = place.metadata(follow)?;
        if wanted as u32 & W_OK != 0 {
            place.check_writable()?;
        }
        Ok(found.mode())
    }

    /// `readlinkat`.
    pub(super) fn readlinkat(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, path, to, size, ..] = args;
        if size as i32 <= 0 {
            return Err(Errno::INVAL.into());
        }
        let path = user::path(&mut hart.memory, path)?;
        let target = match path.as_slice() {
            b"/proc/self/exe" => self.executable(),
            path => {
                let place = self.resolve(fd, path)?;
                let target = place.dir.read_link_contents(&place.way)?;
                target.as_os_str().as_bytes().to_vec()
            }
        };
        put_prefix(&mut hart.memory, to, size as u32, &target)
    }

    /// The absolute name of the program, by what it was started as.
    fn executable(&self) -> Vec<u8> {
        match self.args.first() {
            Some(name) if name.starts_with(b"/") => name.clone(),
            name => [&b"/"[..], name.map_or(&[], Vec::as_slice)].concat(),
        }
    }
}

/// Writes as much of `bytes` as `size` leaves room for.
fn put_prefix(memory: &mut Memory, to: u64, size: u32, bytes: &[u8]) -> Outcome {
    let shown = &bytes[..bytes.len().min(size as usize)];
    user::put(memory, to, shown)?;
    Ok(shown.len() as u64)
}
