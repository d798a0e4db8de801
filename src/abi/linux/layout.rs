//! How the kernel's structures lie in memory on 64-bit RISC-V. Every field that
//! is not named here is padding or zero.

use super::errno::Errno;

/// Nanoseconds in a second.
pub(super) const SECOND: u64 = 1_000_000_000;

/// A structure of `N` bytes, written field by field.
struct Layout<const N: usize>([u8; N]);

impl<const N: usize> Layout<N> {
    fn new() -> Layout<N> {
        Layout([0; N])
    }

    /// Writes `bytes` at `offset`, as many as fit.
    fn bytes(mut self, offset: usize, bytes: &[u8]) -> Layout<N> {
        for (place, &byte) in self.0.iter_mut().skip(offset).zip(bytes) {
            *place = byte;
        }
        self
    }

    fn word(self, offset: usize, value: u32) -> Layout<N> {
        self.bytes(offset, &value.to_le_bytes())
    }

    fn double(self, offset: usize, value: u64) -> Layout<N> {
        self.bytes(offset, &value.to_le_bytes())
    }
}

/// Double words, one after the other.
pub(super) fn doubles<const N: usize, const BYTES: usize>(values: [u64; N]) -> [u8; BYTES] {
    const { assert!(BYTES == 8 * N) };
    let place = |layout: Layout<BYTES>, (index, &value)| layout.double(8 * index, value);
    values.iter().enumerate().fold(Layout::new(), place).0
}

/// A `siginfo_t`: the signal, where it comes from, and the first field of what else is told.
pub(super) fn siginfo(signal: u32, code: i32, field: u64) -> [u8; 128] {
    let head = Layout::new().word(0, signal).word(8, code.cast_unsigned());
    head.double(16, field).0
}

/// `struct timespec`, of nanoseconds.
pub(super) fn timespec(nanos: u64) -> [u8; 16] {
    doubles([nanos / SECOND, nanos % SECOND])
}

/// `struct timeval`, of nanoseconds.
pub(super) fn timeval(nanos: u64) -> [u8; 16] {
    doubles([nanos / SECOND, nanos % SECOND / 1000])
}

/// The nanoseconds of a `struct timespec`; more than fit are as many as fit.
pub(super) fn nanos([seconds, nanos]: [u64; 2]) -> Result<u64, Errno> {
    if seconds > i64::MAX as u64 || nanos >= SECOND {
        return Err(Errno::INVAL);
    }
    Ok(seconds.saturating_mul(SECOND).saturating_add(nanos))
}

/// `struct stat`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) dev: u64,
    pub(super) ino: u64,
    pub(super) mode: u32,
    pub(super) links: u32,
    pub(super) id: u32,
    pub(super) rdev: u64,
    pub(super) size: u64,
    /// Nanoseconds since 1970, of all three times.
    pub(super) time: u64,
}

impl Stat {
    /// Bytes that a file is best read by.
    const BLOCK: u32 = 4096;
    /// What `statx` always tells (`STATX_BASIC_STATS`).
    const BASIC: u32 = 0x7ff;

    pub(super) fn encode(&self) -> [u8; 128] {
        let time = timespec(self.time);
        Layout::new()
            .double(0, self.dev)
            .double(8, self.ino)
            .word(16, self.mode)
            .word(20, self.links)
            .word(24, self.id)
            .word(28, self.id)
            .double(32, self.rdev)
            .double(48, self.size)
            .word(56, Stat::BLOCK)
            .double(64, self.size.div_ceil(512))
            .bytes(72, &time)
            .bytes(88, &time)
            .bytes(104, &time)
            .0
    }

    /// `struct statx`.
    pub(super) fn encode_extended(&self) -> [u8; 256] {
        let time = timespec(self.time);
        let (major, minor) = device_parts(self.rdev);
        let (own_major, own_minor) = device_parts(self.dev);
        Layout::new()
            .word(0, Stat::BASIC)
            .word(4, Stat::BLOCK)
            .word(16, self.links)
            .word(20, self.id)
            .word(24, self.id)
            .word(28, self.mode)
            .double(32, self.ino)
            .double(40, self.size)
            .double(48, self.size.div_ceil(512))
            .bytes(64, &time)
            .bytes(96, &time)
            .bytes(112, &time)
            .word(128, major)
            .word(132, minor)
            .word(136, own_major)
            .word(140, own_minor)
            .0
    }
}

/// Major and minor number of a device whose numbers are small.
fn device_parts(device: u64) -> (u32, u32) {
    ((device >> 8 & 0xfff) as u32, (device & 0xff) as u32)
}

/// `struct statfs` of a large file system of which half is free.
pub(super) fn statfs(kind: u64) -> [u8; 120] {
    const BLOCKS: u64 = 1 << 28;
    const FILES: u64 = 1 << 24;
    const NAME_MAX: u64 = 255;
    let block = u64::from(Stat::BLOCK);
    Layout::new()
        .double(0, kind)
        .double(8, block)
        .double(16, BLOCKS)
        .double(24, BLOCKS / 2)
        .double(32, BLOCKS / 2)
        .double(40, FILES)
        .double(48, FILES / 2)
        .double(64, NAME_MAX)
        .double(72, block)
        .0
}

/// `struct utsname`: system, node, release, version, machine, domain.
pub(super) fn utsname(fields: [&str; 6]) -> [u8; 6 * 65] {
    let place = |layout: Layout<390>, (index, field): (usize, &&str)| {
        layout.bytes(65 * index, field.as_bytes())
    };
    fields.iter().enumerate().fold(Layout::new(), place).0
}

/// `struct sysinfo` of a machine with one process, in bytes and seconds.
pub(super) fn sysinfo(uptime: u64, total: u64, free: u64) -> [u8; 112] {
    Layout::new()
        .double(0, uptime)
        .double(32, total)
        .double(40, free)
        .bytes(80, &1u16.to_le_bytes())
        .word(104, 1)
        .0
}

/// `struct rusage` of which only the user time is known.
pub(super) fn rusage(user: u64) -> [u8; 144] {
    Layout::new().bytes(0, &timeval(user)).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_fields_lie_where_the_header_has_them() {
        let stat = Stat {
            dev: 1,
            ino: 2,
            mode: 3,
            links: 1,
            id: 4,
            rdev: 5,
            size: 513,
            time: 6 * SECOND + 7,
        };
        let words: Vec<u32> = stat
            .encode()
            .chunks_exact(4)
            .map(|word| u32::from_le_bytes(word.try_into().unwrap()))
            .collect();
        let time = [6, 0, 7, 0];
        let mut expected = vec![1, 0, 2, 0, 3, 1, 4, 4, 5, 0, 0, 0, 513, 0, 4096, 0, 2, 0];
        expected.extend([time, time, time].concat());
        expected.extend([0, 0]);
        assert_eq!(words, expected);
    }

    #[test]
    fn extended_fields_lie_where_the_header_has_them() {
        let stat = Stat {
            dev: 1,
            ino: 2,
            mode: 0o100_644,
            links: 3,
            id: 4,
            rdev: 0x105,
            size: 513,
            time: 6 * SECOND + 7,
        };
        let bytes = stat.encode_extended();
        let (words, _) = bytes.as_chunks();
        let words: Vec<u32> = words.iter().copied().map(u32::from_le_bytes).collect();
        let time = [6, 0, 7, 0];
        let mut expected = vec![
            0x7ff, 4096, 0, 0, 3, 4, 4, 0o100_644, 2, 0, 513, 0, 2, 0, 0, 0,
        ];
        expected.extend([time, [0; 4], time, time].concat());
        expected.extend([1, 5, 0, 1]);
        expected.resize(64, 0);
        assert_eq!(words, expected);
    }

    #[test]
    fn names_take_65_bytes_each() {
        let name = utsname(["a", "b", "c", "d", "riscv64", "f"]);
        assert_eq!(&name[260..268], b"riscv64\0");
        assert_eq!(name[325], b'f');
    }

    #[test]
    fn times_convert_without_overflow() {
        assert_eq!(nanos([2, 3]), Ok(2 * SECOND + 3));
        assert_eq!(nanos([i64::MAX as u64, 0]), Ok(u64::MAX));
        assert_eq!(nanos([0, SECOND]), Err(Errno::INVAL));
        assert_eq!(nanos([u64::MAX, 0]), Err(Errno::INVAL));
        assert_eq!(timeval(1_000_002_345), doubles([1, 2]));
    }
}
