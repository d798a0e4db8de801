//! The arithmetic of SP1 v6's precompiles, one file a family.
//!
//! Enters: operands as little-endian 64-bit words, in the order in which they
//! lie in guest memory. Leaves: the words that the precompile writes, or
//! [`Invalid`]. Must hold: for every operand for which `sp1-core-executor`
//! returns, reduced or not, on the curve or not, the words are the same; for
//! every operand on which it aborts there is an error. Nothing here touches
//! memory, clocks or the trace.
//!
//! All primes share one Montgomery arithmetic ([`field`]) and one division
//! ([`divide`]).

mod divide;
pub(in crate::abi::sp1) mod edwards;
pub(in crate::abi::sp1) mod field;
pub(in crate::abi::sp1) mod fp;
pub(in crate::abi::sp1) mod keccak;
pub(in crate::abi::sp1) mod limbs;
pub(in crate::abi::sp1) mod poseidon2;
pub(in crate::abi::sp1) mod sha256;
pub(in crate::abi::sp1) mod uint256;
pub(in crate::abi::sp1) mod weierstrass;

/// Why a precompile or a hook has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// An addition of a point to itself on a curve whose addition excludes it.
    #[error("the two points to add are the same")]
    EqualPoints,
    /// A sum or double without affine coordinates.
    #[error("the result is the point at infinity")]
    PointAtInfinity,
    /// A coordinate that is not reduced, or coordinates of no point, where they are checked.
    #[error("the coordinates are not those of a point of the curve")]
    NotOnCurve,
    /// A y-coordinate of no point.
    #[error("no point of the curve has this y-coordinate")]
    NotDecompressible,
    /// A sign other than 0 and 1.
    #[error("the sign of x is neither 0 nor 1")]
    Sign,
    /// An operand that exceeds the modulus by so much that a difference is negative.
    #[error("an operand that is not reduced makes a difference negative")]
    Underflow,
    /// A hook's input of a length that its format does not have.
    #[error("the hook's input has a wrong length")]
    Length,
    /// A hook's input whose work would have no bound.
    #[error("the hook's operands are too large")]
    TooLarge,
    /// A hook's curve that does not exist.
    #[error("the hook knows no such curve")]
    Curve,
    /// An operand of a hook that is not below its modulus.
    #[error("the hook's operand is not reduced")]
    NotReduced,
    /// Zero, which has no inverse.
    #[error("the hook's operand is zero")]
    Zero,
    /// A modulus that is too small to compute with.
    #[error("the hook's modulus is too small")]
    Modulus,
    /// Neither a number nor its product with the given non-residue has a root.
    #[error("there is no square root, nor one of the product with the non-residue")]
    NoRoot,
}
