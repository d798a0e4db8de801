//! KECCAK_PERMUTE: Keccak-f\[1600\] of FIPS 202.

/// Permutes the 25 lanes.
pub(in crate::abi::sp1) fn permute(state: &mut [u64; 25]) {
    keccak::Keccak::new().with_f1600(|f1600| f1600(state));
}

#[cfg(test)]
mod tests;
