//! Error numbers, and why a call did not return a value (asm-generic/errno.h).

use std::fmt;
use std::io;

use crate::machine::{Exit, Fault, MapError};

/// An error number of Linux. RISC-V has the generic ones, as x86-64 has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::abi) struct Errno(u16);

macro_rules! errnos {
    ($($($constant:ident)? $number:literal $name:literal $text:literal)*) => {
        impl Errno {
            $($(pub(super) const $constant: Errno = Errno($number);)?)*

            /// The name and what it means.
            fn description(self) -> Option<(&'static str, &'static str)> {
                match self.0 {
                    $($number => Some(($name, $text)),)*
                    _ => None,
                }
            }
        }
    };
}

errnos! {
    PERM 1 "EPERM" "operation not permitted"
    NOENT 2 "ENOENT" "no such file or directory"
    SRCH 3 "ESRCH" "no such process"
    INTR 4 "EINTR" "interrupted system call"
    IO 5 "EIO" "input/output error"
    BADF 9 "EBADF" "bad file descriptor"
    CHILD 10 "ECHILD" "no child processes"
    AGAIN 11 "EAGAIN" "resource temporarily unavailable"
    NOMEM 12 "ENOMEM" "cannot allocate memory"
    ACCES 13 "EACCES" "permission denied"
    FAULT 14 "EFAULT" "bad address"
    BUSY 16 "EBUSY" "device or resource busy"
    EXIST 17 "EEXIST" "file exists"
    XDEV 18 "EXDEV" "invalid cross-device link"
    NODEV 19 "ENODEV" "no such device"
    NOTDIR 20 "ENOTDIR" "not a directory"
    ISDIR 21 "EISDIR" "is a directory"
    INVAL 22 "EINVAL" "invalid argument"
    23 "ENFILE" "too many open files in system"
    MFILE 24 "EMFILE" "too many open files"
    NOTTY 25 "ENOTTY" "inappropriate ioctl for device"
    TXTBSY 26 "ETXTBSY" "text file busy"
    FBIG 27 "EFBIG" "file too large"
    NOSPC 28 "ENOSPC" "no space left on device"
    SPIPE 29 "ESPIPE" "illegal seek"
    ROFS 30 "EROFS" "read-only file system"
    PIPE 32 "EPIPE" "broken pipe"
    RANGE 34 "ERANGE" "numerical result out of range"
    DEADLK 35 "EDEADLK" "resource deadlock avoided"
    NAMETOOLONG 36 "ENAMETOOLONG" "file name too long"
    NOSYS 38 "ENOSYS" "function not implemented"
    NOTEMPTY 39 "ENOTEMPTY" "directory not empty"
    40 "ELOOP" "too many levels of symbolic links"
    OVERFLOW 75 "EOVERFLOW" "value too large for defined data type"
    NOTSOCK 88 "ENOTSOCK" "socket operation on non-socket"
    OPNOTSUPP 95 "EOPNOTSUPP" "operation not supported"
    AFNOSUPPORT 97 "EAFNOSUPPORT" "address family not supported"
    TIMEDOUT 110 "ETIMEDOUT" "connection timed out"
    DQUOT 122 "EDQUOT" "disk quota exceeded"
}

impl Errno {
    /// What a failed call leaves in `a0`.
    pub(super) fn result(self) -> i64 {
        -i64::from(self.0)
    }

    /// The error behind a negative result.
    pub(super) fn of_result(result: i64) -> Option<Errno> {
        let number = u16::try_from(result.checked_neg()?).ok()?;
        (1..4096).contains(&number).then_some(Errno(number))
    }

    /// What a host's error without a number comes closest to.
    fn of_kind(kind: io::ErrorKind) -> Errno {
        match kind {
            io::ErrorKind::NotFound => Errno::NOENT,
            io::ErrorKind::PermissionDenied => Errno::ACCES,
            io::ErrorKind::BrokenPipe => Errno::PIPE,
            io::ErrorKind::AlreadyExists => Errno::EXIST,
            io::ErrorKind::InvalidInput => Errno::INVAL,
            io::ErrorKind::ResourceBusy => Errno::BUSY,
            io::ErrorKind::ExecutableFileBusy => Errno::TXTBSY,
            io::ErrorKind::FileTooLarge => Errno::FBIG,
            io::ErrorKind::ReadOnlyFilesystem => Errno::ROFS,
            io::ErrorKind::QuotaExceeded => Errno::DQUOT,
            io::ErrorKind::DirectoryNotEmpty => Errno::NOTEMPTY,
            io::ErrorKind::StorageFull => Errno::NOSPC,
            io::ErrorKind::WouldBlock => Errno::AGAIN,
            io::ErrorKind::NotADirectory => Errno::NOTDIR,
            io::ErrorKind::IsADirectory => Errno::ISDIR,
            _ => Errno::IO,
        }
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.description() {
            Some((name, text)) => write!(f, "{name} ({text})"),
            None => write!(f, "errno {}", self.0),
        }
    }
}

impl From<rustix::io::Errno> for Errno {
    fn from(errno: rustix::io::Errno) -> Errno {
        u16::try_from(errno.raw_os_error()).map_or(Errno::IO, Errno)
    }
}

impl From<io::Error> for Errno {
    fn from(error: io::Error) -> Errno {
        let raw = error.raw_os_error().and_then(|raw| u16::try_from(raw).ok());
        raw.map_or_else(|| Errno::of_kind(error.kind()), Errno)
    }
}

impl From<MapError> for Errno {
    fn from(error: MapError) -> Errno {
        match error {
            MapError::Range { .. } => Errno::INVAL,
            MapError::Unmapped { .. } | MapError::Scattered | MapError::Host(_) => Errno::NOMEM,
        }
    }
}

/// Why a call returned no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::abi) enum Failure {
    /// The guest gets an error number.
    Errno(Errno),
    /// The run ends: a page that the call touched exceeds the memory limit.
    MemoryLimit,
    /// The run ends.
    Exit(Exit),
}

/// What a call comes to: the value of `a0`, or why there is none.
pub(super) type Outcome = Result<u64, Failure>;

impl<E: Into<Errno>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::Errno(error.into())
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        match fault {
            Fault::Denied => Failure::Errno(Errno::FAULT),
            Fault::Limit => Failure::MemoryLimit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_tells_its_error() {
        assert_eq!(Errno::of_result(Errno::NOENT.result()), Some(Errno::NOENT));
        for value in [0, 1, i64::MAX, i64::MIN, -4096] {
            assert_eq!(Errno::of_result(value), None);
        }
    }

    #[test]
    fn host_errors_keep_their_number_or_find_one() {
        assert_eq!(Errno::from(io::Error::from_raw_os_error(40)), Errno(40));
        let escape = io::Error::new(io::ErrorKind::PermissionDenied, "outside");
        assert_eq!(Errno::from(escape), Errno::ACCES);
    }

    #[test]
    fn errors_read_as_in_strace() {
        let text = Errno::NOENT.to_string();
        assert_eq!(text, "ENOENT (no such file or directory)");
        assert_eq!(Errno(4000).to_string(), "errno 4000");
    }
}
