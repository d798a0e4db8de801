//! Precompiles: from words in memory to words in memory.

/// Without the feature `precompiles`, there is no arithmetic.
#[cfg(not(feature = "precompiles"))]
pub(super) fn run(
    _precompile: super::Precompile,
    _memory: &mut crate::machine::Memory,
    _args: &[u64; 5],
) -> Result<(), super::Failure> {
    Err(crate::machine::Reason::Absent.into())
}

#[cfg(feature = "precompiles")]
pub(crate) use with_crates::carried;
#[cfg(feature = "precompiles")]
pub(super) use with_crates::run;

#[cfg(feature = "precompiles")]
mod with_crates {
    use super::super::call::{Curve, Field, Operation, Precompile};
    use super::super::precompile::{
        Invalid, edwards, field, fp, keccak, poseidon2, sha256, uint256, weierstrass,
    };
    use super::super::words::{read, write};
    use super::super::{Failure, Reason};
    use crate::machine::Memory;

    impl From<Invalid> for Failure {
        fn from(_: Invalid) -> Failure {
            Reason::Operands.into()
        }
    }

    /// Carries out a precompile.
    pub(in super::super) fn run(
        precompile: Precompile,
        memory: &mut Memory,
        args: &[u64; 5],
    ) -> Result<(), Failure> {
        use Precompile as P;
        let [a, b, ..] = *args;
        match precompile {
            P::ShaExtend => sha_extend(memory, a, b),
            P::ShaCompress => sha_compress(memory, a, b),
            P::KeccakPermute => keccak_permute(memory, a, b),
            P::CurveAdd(curve) => curve_add(curve, memory, a, b),
            P::CurveDouble(curve) => curve_double(curve, memory, a),
            P::EdAdd => in_place::<8>(memory, a, |memory, p| {
                let q: [u64; 8] = read(memory, b)?;
                Ok(joined(edwards::add(&halves(p), &halves(q))?))
            }),
            P::EdDecompress => ed_decompress(memory, a, b),
            P::Uint256Mul => in_place::<4>(memory, a, |memory, x| {
                let [y, modulus] = halves(read::<8>(memory, b)?);
                Ok(uint256::mul(&x, &y, &modulus))
            }),
            P::Uint256AddCarry | P::Uint256MulCarry => carry(precompile, memory, args),
            P::Field(of, operation) => compute_field(of, operation, memory, a, b),
            P::Extension(of, operation) => extension(of, operation, memory, a, b),
            P::Poseidon2 => in_place::<8>(memory, a, |_, mut words| {
                poseidon2::permute(&mut words);
                Ok(words)
            }),
        }
    }

    /// `words at addr = change(words at addr)`
    fn in_place<const N: usize>(
        memory: &mut Memory,
        addr: u64,
        change: impl FnOnce(&mut Memory, [u64; N]) -> Result<[u64; N], Failure>,
    ) -> Result<(), Failure> {
        let words = read(memory, addr)?;
        let changed = change(memory, words)?;
        write(memory, addr, &changed)
    }

    /// Two halves of `2 * M` words.
    fn halves<const N: usize, const M: usize>(words: [u64; N]) -> [[u64; M]; 2] {
        const { assert!(N == 2 * M) };
        let mut halves = [[0; M]; 2];
        for (half, words) in halves.iter_mut().zip(words.chunks(M)) {
            half.copy_from_slice(words);
        }
        halves
    }

    /// What [`halves`] has parted.
    fn joined<const N: usize, const M: usize>(halves: [[u64; M]; 2]) -> [u64; N] {
        const { assert!(N == 2 * M) };
        let mut words = [0; N];
        for (words, half) in words.chunks_mut(M).zip(halves) {
            words.copy_from_slice(&half);
        }
        words
    }

    /// An argument that has to be zero.
    fn zero(arg: u64) -> Result<(), Reason> {
        match arg {
            0 => Ok(()),
            _ => Err(Reason::Argument),
        }
    }

    fn sha_extend(memory: &mut Memory, addr: u64, none: u64) -> Result<(), Failure> {
        const BLOCK: usize = 16;
        const REST: usize = 48;
        zero(none)?;
        let block: [u64; BLOCK] = read(memory, addr)?;
        let mut schedule = [0; BLOCK + REST];
        schedule[..BLOCK].copy_from_slice(&block);
        sha256::extend(&mut schedule);
        let mut rest = [0; REST];
        rest.copy_from_slice(&schedule[BLOCK..]);
        write(memory, addr + 8 * BLOCK as u64, &rest)
    }

    fn sha_compress(memory: &mut Memory, schedule: u64, state: u64) -> Result<(), Failure> {
        let words = read(memory, schedule)?;
        in_place::<8>(memory, state, |_, mut state| {
            sha256::compress(&words, &mut state);
            Ok(state)
        })
    }

    fn keccak_permute(memory: &mut Memory, addr: u64, none: u64) -> Result<(), Failure> {
        zero(none)?;
        in_place::<25>(memory, addr, |_, mut state| {
            keccak::permute(&mut state);
            Ok(state)
        })
    }

    fn curve_add(curve: Curve, memory: &mut Memory, p: u64, q: u64) -> Result<(), Failure> {
        use weierstrass::{BLS12_381, BN254, SECP256K1, SECP256R1, add};
        let small = |memory: &mut Memory, of| {
            in_place::<8>(memory, p, |memory, p| {
                let q: [u64; 8] = read(memory, q)?;
                Ok(joined(add(of, &halves(p), &halves(q))?))
            })
        };
        match curve {
            Curve::Secp256k1 => small(memory, &SECP256K1),
            Curve::Secp256r1 => small(memory, &SECP256R1),
            Curve::Bn254 => small(memory, &BN254),
            Curve::Bls12381 => in_place::<12>(memory, p, |memory, p| {
                let q: [u64; 12] = read(memory, q)?;
                Ok(joined(add(&BLS12_381, &halves(p), &halves(q))?))
            }),
        }
    }

    fn curve_double(curve: Curve, memory: &mut Memory, p: u64) -> Result<(), Failure> {
        use weierstrass::{BLS12_381, BN254, SECP256K1, SECP256R1, double};
        let small = |memory: &mut Memory, of| {
            in_place::<8>(memory, p, |_, p| Ok(joined(double(of, &halves(p))?)))
        };
        match curve {
            Curve::Secp256k1 => small(memory, &SECP256K1),
            Curve::Secp256r1 => small(memory, &SECP256R1),
            Curve::Bn254 => small(memory, &BN254),
            Curve::Bls12381 => in_place::<12>(memory, p, |_, p| {
                Ok(joined(double(&BLS12_381, &halves(p))?))
            }),
        }
    }

    fn ed_decompress(memory: &mut Memory, addr: u64, sign: u64) -> Result<(), Failure> {
        super::super::words::check(addr, 8, memory)?;
        let y = read(memory, addr + 32)?;
        let x = edwards::decompress(&y, sign)?;
        write(memory, addr, &x)
    }

    fn carry(precompile: Precompile, memory: &mut Memory, args: &[u64; 5]) -> Result<(), Failure> {
        let [a, b, c, low, high] = *args;
        let (a, b, c) = (read(memory, a)?, read(memory, b)?, read(memory, c)?);
        let results = carried(precompile, [a, b, c]);
        write(memory, low, &results[0])?;
        write(memory, high, &results[1])
    }

    /// The low and the high half of `(a op b) + c`.
    pub(crate) fn carried(precompile: Precompile, [a, b, c]: [[u64; 4]; 3]) -> [[u64; 4]; 2] {
        let (low, high) = match precompile {
            Precompile::Uint256MulCarry => uint256::mul_carry(&a, &b, &c),
            _ => uint256::add_carry(&a, &b, &c),
        };
        [low, high]
    }

    fn compute_field(
        of: Field,
        operation: Operation,
        memory: &mut Memory,
        x: u64,
        y: u64,
    ) -> Result<(), Failure> {
        let operation = op(operation);
        match of {
            Field::Bn254 => in_place::<4>(memory, x, |memory, x| {
                Ok(fp::fp(&field::BN254, operation, &x, &read(memory, y)?))
            }),
            Field::Bls12381 => in_place::<6>(memory, x, |memory, x| {
                Ok(fp::fp(&field::BLS12_381, operation, &x, &read(memory, y)?))
            }),
        }
    }

    fn extension(
        of: Field,
        operation: Operation,
        memory: &mut Memory,
        x: u64,
        y: u64,
    ) -> Result<(), Failure> {
        let operation = op(operation);
        match of {
            Field::Bn254 => in_place::<8>(memory, x, |memory, x| {
                let (x, y) = (halves(x), halves(read::<8>(memory, y)?));
                Ok(joined(fp::fp2(&field::BN254, operation, &x, &y)?))
            }),
            Field::Bls12381 => in_place::<12>(memory, x, |memory, x| {
                let (x, y) = (halves(x), halves(read::<12>(memory, y)?));
                Ok(joined(fp::fp2(&field::BLS12_381, operation, &x, &y)?))
            }),
        }
    }

    fn op(operation: Operation) -> fp::Op {
        match operation {
            Operation::Add => fp::Op::Add,
            Operation::Sub => fp::Op::Sub,
            Operation::Mul => fp::Op::Mul,
        }
    }
}
