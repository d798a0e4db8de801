//! The calls of SP1, by their numbers.

/// The call that a guest makes: what `t0` says, of which the low 32 bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of SP1")]
pub enum Call {
    Halt,
    Write,
    EnterUnconstrained,
    ExitUnconstrained,
    Commit,
    CommitDeferredProofs,
    VerifySp1Proof,
    HintLen,
    HintRead,
    /// Calls that tell a debugger something, and do nothing.
    Debug,
    /// Arithmetic on words in memory.
    Precompile(Precompile),
    /// Calls that there were, or that another kind of executor has.
    Unsupported,
}

/// Arithmetic on words in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of SP1")]
pub enum Precompile {
    ShaExtend,
    ShaCompress,
    KeccakPermute,
    CurveAdd(Curve),
    CurveDouble(Curve),
    EdAdd,
    EdDecompress,
    Uint256Mul,
    Uint256AddCarry,
    Uint256MulCarry,
    Field(Field, Operation),
    Extension(Field, Operation),
    Poseidon2,
}

/// A short Weierstrass curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the curves")]
pub enum Curve {
    Secp256k1,
    Secp256r1,
    Bn254,
    Bls12381,
}

/// The base field of a pairing-friendly curve, whose quadratic extension has precompiles, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the curves")]
pub enum Field {
    Bn254,
    Bls12381,
}

/// What is computed in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Operation {
    Add,
    Sub,
    Mul,
}

impl Curve {
    /// Words of a point.
    pub(crate) const fn words(self) -> u64 {
        match self {
            Curve::Secp256k1 | Curve::Secp256r1 | Curve::Bn254 => 8,
            Curve::Bls12381 => 12,
        }
    }
}

impl Field {
    /// Words of an element.
    pub(crate) const fn words(self) -> u64 {
        match self {
            Field::Bn254 => 4,
            Field::Bls12381 => 6,
        }
    }
}

use Call::{Precompile as P, Unsupported};
use Precompile::{CurveAdd, CurveDouble, Extension, Field as Fp};

/// Number, call and name of each, in ascending order.
pub(super) const CALLS: [(u32, Call, &str); 48] = [
    (0x00, Call::Halt, "HALT"),
    (0x02, Call::Write, "WRITE"),
    (0x03, Call::EnterUnconstrained, "ENTER_UNCONSTRAINED"),
    (0x04, Call::ExitUnconstrained, "EXIT_UNCONSTRAINED"),
    (0x10, Call::Commit, "COMMIT"),
    (0x1a, Call::CommitDeferredProofs, "COMMIT_DEFERRED_PROOFS"),
    (0x1b, Call::VerifySp1Proof, "VERIFY_SP1_PROOF"),
    (0x35, Unsupported, "HINT_MPROTECT_FLUSH"),
    (0x40, Call::Debug, "DUMP_ELF"),
    (0x41, Call::Debug, "INSERT_PROFILER_SYMBOLS"),
    (0x42, Call::Debug, "DELETE_PROFILER_SYMBOLS"),
    (0xf0, Call::HintLen, "HINT_LEN"),
    (0xf1, Call::HintRead, "HINT_READ"),
    (0x108, P(Precompile::EdDecompress), "ED_DECOMPRESS"),
    (0x10b, P(CurveDouble(Curve::Secp256k1)), "SECP256K1_DOUBLE"),
    (0x10c, Unsupported, "SECP256K1_DECOMPRESS"),
    (0x10f, P(CurveDouble(Curve::Bn254)), "BN254_DOUBLE"),
    (0x11c, Unsupported, "BLS12381_DECOMPRESS"),
    (0x11f, P(CurveDouble(Curve::Bls12381)), "BLS12381_DOUBLE"),
    (0x12d, P(CurveDouble(Curve::Secp256r1)), "SECP256R1_DOUBLE"),
    (0x12e, Unsupported, "SECP256R1_DECOMPRESS"),
    (0x132, Unsupported, "MPROTECT"),
    (0x133, P(Precompile::Poseidon2), "POSEIDON2"),
    (0x134, Unsupported, "SIG_RETURN"),
    (0x1_0106, P(Precompile::ShaCompress), "SHA_COMPRESS"),
    (0x1_0107, P(Precompile::EdAdd), "ED_ADD"),
    (0x1_0109, P(Precompile::KeccakPermute), "KECCAK_PERMUTE"),
    (0x1_010a, P(CurveAdd(Curve::Secp256k1)), "SECP256K1_ADD"),
    (0x1_010e, P(CurveAdd(Curve::Bn254)), "BN254_ADD"),
    (0x1_011d, P(Precompile::Uint256Mul), "UINT256_MUL"),
    (0x1_011e, P(CurveAdd(Curve::Bls12381)), "BLS12381_ADD"),
    (
        0x1_0120,
        P(Fp(Field::Bls12381, Operation::Add)),
        "BLS12381_FP_ADD",
    ),
    (
        0x1_0121,
        P(Fp(Field::Bls12381, Operation::Sub)),
        "BLS12381_FP_SUB",
    ),
    (
        0x1_0122,
        P(Fp(Field::Bls12381, Operation::Mul)),
        "BLS12381_FP_MUL",
    ),
    (
        0x1_0123,
        P(Extension(Field::Bls12381, Operation::Add)),
        "BLS12381_FP2_ADD",
    ),
    (
        0x1_0124,
        P(Extension(Field::Bls12381, Operation::Sub)),
        "BLS12381_FP2_SUB",
    ),
    (
        0x1_0125,
        P(Extension(Field::Bls12381, Operation::Mul)),
        "BLS12381_FP2_MUL",
    ),
    (
        0x1_0126,
        P(Fp(Field::Bn254, Operation::Add)),
        "BN254_FP_ADD",
    ),
    (
        0x1_0127,
        P(Fp(Field::Bn254, Operation::Sub)),
        "BN254_FP_SUB",
    ),
    (
        0x1_0128,
        P(Fp(Field::Bn254, Operation::Mul)),
        "BN254_FP_MUL",
    ),
    (
        0x1_0129,
        P(Extension(Field::Bn254, Operation::Add)),
        "BN254_FP2_ADD",
    ),
    (
        0x1_012a,
        P(Extension(Field::Bn254, Operation::Sub)),
        "BN254_FP2_SUB",
    ),
    (
        0x1_012b,
        P(Extension(Field::Bn254, Operation::Mul)),
        "BN254_FP2_MUL",
    ),
    (0x1_012c, P(CurveAdd(Curve::Secp256r1)), "SECP256R1_ADD"),
    (0x1_012f, Unsupported, "U256XU2048_MUL"),
    (
        0x1_0130,
        P(Precompile::Uint256AddCarry),
        "UINT256_ADD_CARRY",
    ),
    (
        0x1_0131,
        P(Precompile::Uint256MulCarry),
        "UINT256_MUL_CARRY",
    ),
    (0x30_0105, P(Precompile::ShaExtend), "SHA_EXTEND"),
];

/// Where in [`CALLS`] the call of this number is.
pub(super) fn place(number: u64) -> Option<usize> {
    let found = CALLS.binary_search_by_key(&(number as u32), |(number, ..)| *number);
    found.ok()
}

impl Call {
    /// The call of a number, if there is one.
    pub fn of(number: u64) -> Option<Call> {
        place(number).map(|at| CALLS[at].1)
    }
}

/// SP1's name of the call with this number, if there is one.
pub fn call_name(number: u64) -> Option<&'static str> {
    place(number).map(|at| CALLS[at].2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_by_the_low_half_of_their_number() {
        for (number, call, name) in CALLS {
            let number = u64::from(number) | 7 << 32;
            assert_eq!(Call::of(number), Some(call));
            assert_eq!(call_name(number), Some(name));
        }
        assert_eq!(Call::of(1), None);
        assert_eq!(call_name(0x1_0108), None);
    }

    #[test]
    fn numbers_ascend() {
        assert!(CALLS.is_sorted_by(|(a, ..), (b, ..)| a < b));
    }
}
