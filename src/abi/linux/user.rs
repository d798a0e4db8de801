//! What calls read from and write to guest memory, every byte of it checked.

use super::errno::{Errno, Failure};
use crate::machine::{Access, Fault, Memory, PAGE_SIZE};

/// Bytes of the longest path, its terminating zero included (`PATH_MAX`).
pub(super) const PATH_MAX: usize = 4096;

/// Writes `bytes` at `addr`.
pub(super) fn put(memory: &mut Memory, addr: u64, bytes: &[u8]) -> Result<(), Fault> {
    memory.write(addr, bytes)
}

/// Writes `bytes` at `addr`, unless that is the null pointer.
pub(super) fn put_unless_null(memory: &mut Memory, addr: u64, bytes: &[u8]) -> Result<(), Fault> {
    if addr == 0 {
        return Ok(());
    }
    put(memory, addr, bytes)
}

/// The `N` bytes at `addr`.
pub(super) fn get<const N: usize>(memory: &mut Memory, addr: u64) -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    bytes.copy_from_slice(memory.slice(addr, N as u64)?);
    Ok(bytes)
}

/// The double words at `addr`.
pub(super) fn get_words<const N: usize>(memory: &mut Memory, addr: u64) -> Result<[u64; N], Fault> {
    let mut words = [0; N];
    let bytes = memory.slice(addr, 8 * N as u64)?;
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = bytes
            .iter()
            .rev()
            .fold(0, |word, &byte| word << 8 | u64::from(byte));
    }
    Ok(words)
}

/// The double words at `addr`, unless that is the null pointer.
pub(super) fn get_words_unless_null<const N: usize>(
    memory: &mut Memory,
    addr: u64,
) -> Result<Option<[u64; N]>, Fault> {
    (addr != 0).then(|| get_words(memory, addr)).transpose()
}

/// The path at `addr`, without its terminating zero. What comes after that is not read.
pub(super) fn path(memory: &mut Memory, addr: u64) -> Result<Vec<u8>, Failure> {
    let mut len = 0;
    while len < PATH_MAX as u64 {
        let at = addr.checked_add(len).ok_or(Errno::FAULT)?;
        let rest_of_page = PAGE_SIZE - at % PAGE_SIZE;
        if memory.permitted_prefix(at, rest_of_page, Access::READ) == 0 {
            return Err(Errno::FAULT.into());
        }
        let bytes = memory.peek(at, rest_of_page).ok_or(Errno::FAULT)?;
        if let Some(end) = bytes.iter().position(|&byte| byte == 0) {
            len += end as u64;
            break;
        }
        len += rest_of_page;
    }
    if len >= PATH_MAX as u64 {
        return Err(Errno::NAMETOOLONG.into());
    }
    let mut path = memory.slice(addr, len + 1)?.to_vec();
    path.pop();
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory() -> Memory {
        let mut memory = Memory::new(1 << 20, 1 << 20).unwrap();
        memory.map(0x1000..0x3000, Access::READ_WRITE).unwrap();
        memory.map(0x3000..0x4000, Access::READ).unwrap();
        memory
    }

    #[test]
    fn a_path_may_cross_pages_and_end_at_the_last_byte() {
        let mut m = memory();
        put(&mut m, 0x1ffd, b"abcdef\0").unwrap();
        assert_eq!(path(&mut m, 0x1ffd), Ok(b"abcdef".to_vec()));
        put(&mut m, 0x1000, &[b'x'; 4095]).unwrap();
        put(&mut m, 0x1fff, b"\0").unwrap();
        assert_eq!(path(&mut m, 0x1000).map(|path| path.len()), Ok(4095));
    }

    #[test]
    fn a_path_without_an_end_is_refused() {
        let mut m = memory();
        put(&mut m, 0x1000, &[b'x'; 0x2000]).unwrap();
        let too_long = Failure::from(Errno::NAMETOOLONG);
        assert_eq!(path(&mut m, 0x1000), Err(too_long));
        m.unmap(0x3000..0x4000).unwrap();
        let fault = Failure::from(Errno::FAULT);
        assert_eq!(path(&mut m, 0x2ffe), Err(fault));
        for addr in [0, u64::MAX, 1 << 20] {
            assert_eq!(path(&mut m, addr), Err(fault));
        }
    }

    #[test]
    fn words_are_little_endian() {
        let mut m = memory();
        put(&mut m, 0x1001, &[1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
        assert_eq!(get_words(&mut m, 0x1001), Ok([0x0807_0605_0403_0201]));
        assert_eq!(get::<2>(&mut m, 0x1001), Ok([1, 2]));
    }
}
