//! The hooks of SP1 v6's WRITE: work that a guest has done outside of the proof.
//!
//! Enters: a file descriptor and what was written to it. Leaves: the vectors
//! that join the front of the input, the first one first, or [`Invalid`]. Must
//! hold: for every input for which `sp1-core-executor` returns, the vectors
//! are the same, except that work which a few bytes could make endless is
//! refused as [`Invalid::TooLarge`].

mod bls12_381;
mod ecrecover;
mod edwards;
mod fp;
mod rsa;

use crate::abi::sp1::precompile::Invalid;

/// What a hook returns.
type Vectors = Result<Vec<Vec<u8>>, Invalid>;

/// Runs the hook of a file descriptor, if it is one's.
pub(in crate::abi::sp1) fn run(fd: u32, input: &[u8]) -> Option<Vectors> {
    let hook = match fd {
        15 => ecrecover::run,
        16 => edwards::decompress,
        17 => rsa::mul_mod,
        18 => bls12_381::sqrt,
        19 => bls12_381::inverse,
        20 => fp::sqrt,
        21 => fp::inverse,
        _ => return None,
    };
    Some(hook(input))
}

#[cfg(test)]
mod tests;
