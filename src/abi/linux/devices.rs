//! Devices that every program expects, and that cost the host nothing. They
//! are the guest's own: the host's are never opened.

use super::dirs;
use super::errno::Errno;
use super::layout::Stat;
use super::process::ID;
use super::random::Random;

const S_IFCHR: u32 = 0o020_000;
/// The major number of all of them (drivers/char/mem.c).
const MEMORY: u64 = 1;

/// A device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Device {
    /// `/dev/null`: empty, and takes everything.
    Null,
    /// `/dev/zero`: zeroes without end.
    Zero,
    /// `/dev/full`: likewise, and has no room.
    Full,
    /// `/dev/random`: the bytes that `getrandom` gives.
    Random,
    /// `/dev/urandom`: likewise.
    Urandom,
}

const ALL: [(&[u8], Device); 5] = [
    (b"null", Device::Null),
    (b"zero", Device::Zero),
    (b"full", Device::Full),
    (b"random", Device::Random),
    (b"urandom", Device::Urandom),
];

impl Device {
    /// The device of this absolute path, if it is one. Nothing is below a device.
    pub(super) fn named(path: &[u8]) -> Result<Option<Device>, Errno> {
        let parts = dirs::parts(path);
        let plain = dirs::plain(&parts);
        let [b"dev", name, below @ ..] = plain.as_slice() else {
            return Ok(None);
        };
        let found = ALL.iter().find(|(known, _)| known == name);
        match found {
            Some(_) if !below.is_empty() || path.ends_with(b"/") => Err(Errno::NOTDIR),
            found => Ok(found.map(|found| found.1)),
        }
    }

    /// What `stat` tells of it.
    pub(super) fn stat(self) -> Stat {
        let minor = match self {
            Device::Null => 3,
            Device::Zero => 5,
            Device::Full => 7,
            Device::Random => 8,
            Device::Urandom => 9,
        };
        Stat {
            ino: minor,
            mode: S_IFCHR | 0o666,
            links: 1,
            id: ID as u32,
            rdev: MEMORY << 8 | minor,
            ..Stat::default()
        }
    }

    /// Reads.
    pub(super) fn read(self, place: &mut [u8], random: &mut Random) -> Result<usize, Errno> {
        match self {
            Device::Null => return Ok(0),
            Device::Zero | Device::Full => place.fill(0),
            Device::Random | Device::Urandom => random.fill(place)?,
        }
        Ok(place.len())
    }

    /// Writes.
    pub(super) fn write(self, bytes: &[u8]) -> Result<usize, Errno> {
        match self {
            Device::Full => Err(Errno::NOSPC),
            _ => Ok(bytes.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_have_one_name() {
        assert_eq!(Device::named(b"/dev/null"), Ok(Some(Device::Null)));
        let zero = Device::named(b"//dev/./x/../zero");
        assert_eq!(zero, Ok(Some(Device::Zero)));
        for path in [&b"/dev"[..], b"/dev/tty", b"/x/dev/null", b"/dev/x/null"] {
            assert_eq!(Device::named(path), Ok(None));
        }
        for path in [&b"/dev/null/"[..], b"/dev/null/x"] {
            assert_eq!(Device::named(path), Err(Errno::NOTDIR));
        }
    }
}
