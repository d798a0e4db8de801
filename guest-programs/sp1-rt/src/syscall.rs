//! The system calls, as `ecall` takes them: the code in `t0`, arguments from `a0`
//! on, the result in `t0`.

use core::arch::asm;

/// What `t0` says of a call. The order is that of the codes' last bytes.
#[expect(missing_docs, reason = "the names are SP1's own")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u64)]
pub enum Code {
    Halt = 0x00,
    Write = 0x02,
    EnterUnconstrained = 0x03,
    ExitUnconstrained = 0x04,
    ShaExtend = 0x0030_0105,
    ShaCompress = 0x0001_0106,
    EdAdd = 0x0001_0107,
    EdDecompress = 0x0000_0108,
    KeccakPermute = 0x0001_0109,
    Secp256k1Add = 0x0001_010a,
    Secp256k1Double = 0x0000_010b,
    Bn254Add = 0x0001_010e,
    Bn254Double = 0x0000_010f,
    Commit = 0x10,
    CommitDeferredProofs = 0x1a,
    VerifySp1Proof = 0x1b,
    Uint256Mul = 0x0001_011d,
    Bls12381Add = 0x0001_011e,
    Bls12381Double = 0x0000_011f,
    Bls12381FpAdd = 0x0001_0120,
    Bls12381FpSub = 0x0001_0121,
    Bls12381FpMul = 0x0001_0122,
    Bls12381Fp2Add = 0x0001_0123,
    Bls12381Fp2Sub = 0x0001_0124,
    Bls12381Fp2Mul = 0x0001_0125,
    Bn254FpAdd = 0x0001_0126,
    Bn254FpSub = 0x0001_0127,
    Bn254FpMul = 0x0001_0128,
    Bn254Fp2Add = 0x0001_0129,
    Bn254Fp2Sub = 0x0001_012a,
    Bn254Fp2Mul = 0x0001_012b,
    Secp256r1Add = 0x0001_012c,
    Secp256r1Double = 0x0000_012d,
    Uint256AddCarry = 0x0001_0130,
    Uint256MulCarry = 0x0001_0131,
    Poseidon2 = 0x0000_0133,
    HintLen = 0xf0,
    HintRead = 0xf1,
}

/// A file descriptor that [`write`] takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u64)]
pub enum Fd {
    /// What the host shows, line by line.
    Stdout = 1,
    /// The same, for complaints.
    Stderr = 2,
    /// The public values.
    PublicValues = 13,
    /// The front of the input items.
    Hint = 14,
    /// Of secp256k1 and secp256r1: y and the inverse of x.
    EcRecover = 15,
    /// Whether a compressed point is one of Ed25519.
    EdDecompress = 16,
    /// Quotient and remainder of a product by an RSA modulus.
    RsaMulMod = 17,
    /// A square root in the base field of BLS12-381.
    Bls12381Sqrt = 18,
    /// An inverse in the base field of BLS12-381.
    Bls12381Inverse = 19,
    /// A square root in any prime field.
    FpSqrt = 20,
    /// An inverse in any prime field.
    FpInverse = 21,
}

/// A call of two arguments.
///
/// # Safety
/// Whatever `code` makes of `a0` and `a1` as addresses, the caller must own.
pub unsafe fn call(code: Code, a0: u64, a1: u64) -> u64 {
    let result;
    // SAFETY: the call changes `t0` and the memory that the caller vouches for.
    unsafe {
        asm!("ecall", inlateout("t0") code as u64 => result, in("a0") a0, in("a1") a1);
    }
    result
}

/// A call of five addresses: three that are read, two that are written.
///
/// # Safety
/// As for [`call`].
pub unsafe fn call_wide(code: Code, read: [u64; 3], written: [u64; 2]) {
    // SAFETY: the call changes `t0` and the memory that the caller vouches for.
    unsafe {
        asm!(
            "ecall",
            inlateout("t0") code as u64 => _,
            in("a0") read[0],
            in("a1") read[1],
            in("a2") read[2],
            in("a3") written[0],
            in("a4") written[1],
        );
    }
}

/// Ends the run. Not within an unconstrained block.
pub fn halt(code: u32) -> ! {
    // SAFETY: nothing happens after it.
    unsafe {
        asm!("ecall", in("t0") Code::Halt as u64, in("a0") code, options(noreturn));
    }
}

/// Hands `bytes` over to what is behind `fd`.
pub fn write(fd: Fd, bytes: &[u8]) {
    // SAFETY: the call reads `bytes` and writes no memory.
    unsafe {
        asm!(
            "ecall",
            inlateout("t0") Code::Write as u64 => _,
            in("a0") fd as u64,
            in("a1") bytes.as_ptr(),
            in("a2") bytes.len(),
        );
    }
}

/// Word `index` of the digest of the public values.
pub fn commit(index: u64, word: u32) {
    // SAFETY: the call touches no memory.
    unsafe { call(Code::Commit, index, u64::from(word)) };
}

/// Word `index` of the digest of the proofs that the guest has verified.
pub fn commit_deferred_proofs(index: u64, word: u32) {
    // SAFETY: the call touches no memory.
    unsafe { call(Code::CommitDeferredProofs, index, u64::from(word)) };
}

/// Says that there is a proof of the program `key` with `public_values`' digest.
pub fn verify_sp1_proof(key: &[u64; 4], public_values: &[u64; 4]) {
    let (key, public_values) = (key.as_ptr() as u64, public_values.as_ptr() as u64);
    // SAFETY: the call reads both arrays.
    unsafe { call(Code::VerifySp1Proof, key, public_values) };
}
