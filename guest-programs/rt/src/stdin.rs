//! Standard input, as a stream or whole.

use abi::Errno;
use alloc::vec::Vec;

/// How much one system call asks for when the input is read whole.
const STEP: usize = 16 << 10;

/// Reads up to `buffer.len()` bytes; 0 says the end of the input.
pub fn read(buffer: &mut [u8]) -> Result<usize, Errno> {
    abi::read(abi::STDIN, buffer)
}

/// Everything up to the end of the input.
pub fn read_to_end() -> Result<Vec<u8>, Errno> {
    let mut input = Vec::new();
    loop {
        let filled = input.len();
        input.resize(filled + STEP, 0);
        let count = read(&mut input[filled..])?;
        input.truncate(filled + count);
        if count == 0 {
            return Ok(input);
        }
    }
}
