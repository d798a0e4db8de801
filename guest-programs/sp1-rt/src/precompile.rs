//! The precompiles: functions that the host works out in one instruction.
//!
//! Numbers are little-endian words. A point is x, then y, both affine; an element
//! of a quadratic extension is its real part, then the other.

use crate::syscall::{self, Code};

/// Functions `fn(x, y)` that replace x by what comes of x and y.
macro_rules! of_two {
    ($($(#[$doc:meta])* $name:ident($words:literal) = $code:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(x: &mut [u64; $words], y: &[u64; $words]) {
            // SAFETY: both arrays are as long as the call reads, and it writes `x`.
            unsafe { syscall::call(Code::$code, x.as_mut_ptr() as u64, y.as_ptr() as u64) };
        }
    )*};
}

/// Functions `fn(x)` that replace x.
macro_rules! of_one {
    ($($(#[$doc:meta])* $name:ident($words:literal) = $code:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(x: &mut [u64; $words]) {
            // SAFETY: the array is as long as the call reads and writes.
            unsafe { syscall::call(Code::$code, x.as_mut_ptr() as u64, 0) };
        }
    )*};
}

of_two! {
    /// x + y on secp256k1, where the x-coordinates differ.
    secp256k1_add(8) = Secp256k1Add;
    /// x + y on secp256r1, where the x-coordinates differ.
    secp256r1_add(8) = Secp256r1Add;
    /// x + y on BN254, where the x-coordinates differ.
    bn254_add(8) = Bn254Add;
    /// x + y on BLS12-381, where the x-coordinates differ.
    bls12381_add(12) = Bls12381Add;
    /// x + y on Ed25519, for any two points.
    ed_add(8) = EdAdd;
    /// x + y in the base field of BLS12-381.
    bls12381_fp_add(6) = Bls12381FpAdd;
    /// x - y in the base field of BLS12-381.
    bls12381_fp_sub(6) = Bls12381FpSub;
    /// x * y in the base field of BLS12-381.
    bls12381_fp_mul(6) = Bls12381FpMul;
    /// x + y in the quadratic extension for BLS12-381.
    bls12381_fp2_add(12) = Bls12381Fp2Add;
    /// x - y in the quadratic extension for BLS12-381.
    bls12381_fp2_sub(12) = Bls12381Fp2Sub;
    /// x * y in the quadratic extension for BLS12-381.
    bls12381_fp2_mul(12) = Bls12381Fp2Mul;
    /// x + y in the base field of BN254.
    bn254_fp_add(4) = Bn254FpAdd;
    /// x - y in the base field of BN254.
    bn254_fp_sub(4) = Bn254FpSub;
    /// x * y in the base field of BN254.
    bn254_fp_mul(4) = Bn254FpMul;
    /// x + y in the quadratic extension for BN254.
    bn254_fp2_add(8) = Bn254Fp2Add;
    /// x - y in the quadratic extension for BN254.
    bn254_fp2_sub(8) = Bn254Fp2Sub;
    /// x * y in the quadratic extension for BN254.
    bn254_fp2_mul(8) = Bn254Fp2Mul;
}

of_one! {
    /// 2x on secp256k1.
    secp256k1_double(8) = Secp256k1Double;
    /// 2x on secp256r1.
    secp256r1_double(8) = Secp256r1Double;
    /// 2x on BN254.
    bn254_double(8) = Bn254Double;
    /// 2x on BLS12-381.
    bls12381_double(12) = Bls12381Double;
    /// The permutation of Keccak-f\[1600\].
    keccak_permute(25) = KeccakPermute;
    /// The permutation of Poseidon2 over 16 elements of KoalaBear, two to a word,
    /// each below the prime.
    poseidon2(8) = Poseidon2;
    /// Fills in SHA-256's message schedule behind its first 16 words, 32 bits each.
    sha_extend(64) = ShaExtend;
}

/// SHA-256's compression: the state, 32 bits a word, takes in a schedule.
pub fn sha_compress(schedule: &[u64; 64], state: &mut [u64; 8]) {
    let (schedule, state) = (schedule.as_ptr() as u64, state.as_mut_ptr() as u64);
    // SAFETY: the arrays are as long as the call reads, and it writes `state`.
    unsafe { syscall::call(Code::ShaCompress, schedule, state) };
}

/// The point of Ed25519 with the y that is in `point`, and an x that is odd or
/// not; x is filled in. There must be one.
pub fn ed_decompress(point: &mut [u64; 8], odd: bool) {
    // SAFETY: the call reads the array's second half and writes the first.
    unsafe { syscall::call(Code::EdDecompress, point.as_mut_ptr() as u64, odd.into()) };
}

/// x becomes x * y modulo m, where `y_and_m` is y, then m, and m = 0 is 2^256.
pub fn uint256_mul(x: &mut [u64; 4], y_and_m: &[u64; 8]) {
    let (x, y_and_m) = (x.as_mut_ptr() as u64, y_and_m.as_ptr() as u64);
    // SAFETY: the arrays are as long as the call reads, and it writes `x`.
    unsafe { syscall::call(Code::Uint256Mul, x, y_and_m) };
}

/// a + b + c, its low and its high half.
pub fn uint256_add_carry(a: &[u64; 4], b: &[u64; 4], c: &[u64; 4]) -> [[u64; 4]; 2] {
    uint256_wide(Code::Uint256AddCarry, [a, b, c])
}

/// a * b + c, its low and its high half.
pub fn uint256_mul_carry(a: &[u64; 4], b: &[u64; 4], c: &[u64; 4]) -> [[u64; 4]; 2] {
    uint256_wide(Code::Uint256MulCarry, [a, b, c])
}

fn uint256_wide(code: Code, operands: [&[u64; 4]; 3]) -> [[u64; 4]; 2] {
    let mut halves = [[0; 4]; 2];
    let [low, high] = &mut halves;
    let read = operands.map(|operand| operand.as_ptr() as u64);
    let written = [low.as_mut_ptr() as u64, high.as_mut_ptr() as u64];
    // SAFETY: the call reads the operands' and writes the halves' four words each.
    unsafe { syscall::call_wide(code, read, written) };
    halves
}
