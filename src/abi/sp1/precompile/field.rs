//! Arithmetic modulo an odd number, after Montgomery.
//!
//! With `R = 2^(64 N)`, [`Modulus::mul`] gives `a b / R`. Numbers are kept as
//! they are, not times `R`: of the two factors of a product one is brought into
//! Montgomery form by [`Modulus::form`], and the product is plain again. That
//! costs a chain of products nothing, and a single product no more than the
//! other way; sums, comparisons and divisions need no conversion.

use std::cmp::Ordering;

use super::limbs::{add, add_limbs, compare, mul_limbs, sub};

/// An odd modulus of `N` limbs, above 1.
pub(in crate::abi::sp1) struct Modulus<const N: usize> {
    /// The modulus.
    pub(in crate::abi::sp1) value: [u64; N],
    /// `-1 / modulus` modulo 2^64.
    negative_inverse: u64,
    /// `R^2`, reduced.
    r2: [u64; N],
}

/// A root modulo a prime.
pub(in crate::abi::sp1) enum Root<const N: usize> {
    /// Of the number itself.
    Own([u64; N]),
    /// Of its product with the non-residue.
    OfProduct([u64; N]),
    /// Of neither.
    None,
}

/// The field of secp256k1.
pub(in crate::abi::sp1) const SECP256K1: Modulus<4> =
    Modulus::new([0xffff_fffe_ffff_fc2f, u64::MAX, u64::MAX, u64::MAX]);

/// The field of secp256r1.
pub(in crate::abi::sp1) const SECP256R1: Modulus<4> =
    Modulus::new([u64::MAX, 0xffff_ffff, 0, 0xffff_ffff_0000_0001]);

/// The order of secp256k1's group.
pub(in crate::abi::sp1) const SECP256K1_ORDER: Modulus<4> = Modulus::new([
    0xbfd2_5e8c_d036_4141,
    0xbaae_dce6_af48_a03b,
    0xffff_ffff_ffff_fffe,
    u64::MAX,
]);

/// The order of secp256r1's group.
pub(in crate::abi::sp1) const SECP256R1_ORDER: Modulus<4> = Modulus::new([
    0xf3b9_cac2_fc63_2551,
    0xbce6_faad_a717_9e84,
    u64::MAX,
    0xffff_ffff_0000_0000,
]);

/// The field of Ed25519, `2^255 - 19`.
pub(in crate::abi::sp1) const ED25519: Modulus<4> =
    Modulus::new([0xffff_ffff_ffff_ffed, u64::MAX, u64::MAX, u64::MAX >> 1]);

/// The field of BN254.
pub(in crate::abi::sp1) const BN254: Modulus<4> = Modulus::new([
    0x3c20_8c16_d87c_fd47,
    0x9781_6a91_6871_ca8d,
    0xb850_45b6_8181_585d,
    0x3064_4e72_e131_a029,
]);

/// The field of BLS12-381.
pub(in crate::abi::sp1) const BLS12_381: Modulus<6> = Modulus::new([
    0xb9fe_ffff_ffff_aaab,
    0x1eab_fffe_b153_ffff,
    0x6730_d2a0_f6b0_f624,
    0x6477_4b84_f385_12bf,
    0x4b1b_a7b6_434b_acd7,
    0x1a01_11ea_397f_e69a,
]);

/// `1 / odd` modulo 2^64, by Newton's iteration: each step doubles the bits that are right.
pub(super) const fn inverse_of_limb(odd: u64) -> u64 {
    let (mut inverse, mut step) = (odd, 0);
    while step < 5 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
}

impl<const N: usize> Modulus<N> {
    /// What is needed to compute modulo `value`, which must be odd and above 1.
    pub(in crate::abi::sp1) const fn new(value: [u64; N]) -> Self {
        let mut modulus = Self {
            value,
            negative_inverse: inverse_of_limb(value[0]).wrapping_neg(),
            r2: [0; N],
        };
        // R, by doublings; then R 2^N; and a square has twice that power of two, up to R 2^(64 N).
        let (mut power, mut step) = (Self::small(1), 0);
        while step < 65 * N {
            power = modulus.add(&power, &power);
            step += 1;
        }
        let mut squarings = 0;
        while squarings < 6 {
            power = modulus.mul(&power, &power);
            squarings += 1;
        }
        modulus.r2 = power;
        modulus
    }

    /// The number `small`.
    pub(in crate::abi::sp1) const fn small(small: u64) -> [u64; N] {
        let mut limbs = [0; N];
        limbs[0] = small;
        limbs
    }

    /// Whether `a` is below the modulus.
    #[inline]
    pub(in crate::abi::sp1) fn is_reduced(&self, a: &[u64; N]) -> bool {
        compare(a, &self.value) == Ordering::Less
    }

    /// `a` modulo the modulus. Made for numbers that exceed it little or seldom.
    #[inline]
    pub(in crate::abi::sp1) fn reduce(&self, a: &[u64; N]) -> [u64; N] {
        let mut rest = *a;
        while !self.is_reduced(&rest) {
            rest = sub(&rest, &self.value).0;
        }
        rest
    }

    /// `carry R + a`, which is below twice the modulus, reduced.
    #[inline]
    const fn reduce_once(&self, a: [u64; N], carry: bool) -> [u64; N] {
        let (difference, borrow) = sub(&a, &self.value);
        if borrow && !carry { a } else { difference }
    }

    /// `a + b` of reduced numbers.
    #[inline]
    pub(in crate::abi::sp1) const fn add(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let (sum, carry) = add(a, b);
        self.reduce_once(sum, carry)
    }

    /// `a - b` of reduced numbers.
    #[inline]
    pub(in crate::abi::sp1) const fn sub(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let (difference, borrow) = sub(a, b);
        if borrow {
            add(&difference, &self.value).0
        } else {
            difference
        }
    }

    /// `-a` of a reduced number.
    #[inline]
    pub(in crate::abi::sp1) const fn neg(&self, a: &[u64; N]) -> [u64; N] {
        self.sub(&[0; N], a)
    }

    /// `a b / R`, reduced, if one of the factors is.
    #[inline]
    pub(in crate::abi::sp1) const fn mul(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let (mut rest, mut top, mut row) = ([0; N], false, 0);
        while row < N {
            let (mut high, mut i) = (0, 0);
            while i < N {
                (rest[i], high) = mul_limbs(a[i], b[row], rest[i], high);
                i += 1;
            }
            (rest, top) = self.drop_lowest(rest, high, top);
            row += 1;
        }
        self.reduce_once(rest, top)
    }

    /// Adds the multiple of the modulus that makes the lowest limb zero, and shifts that limb out.
    /// Above `rest` stand the limb `high` and the bit `top`, one limb lower each.
    #[inline]
    const fn drop_lowest(&self, mut rest: [u64; N], high: u64, top: bool) -> ([u64; N], bool) {
        let quotient = rest[0].wrapping_mul(self.negative_inverse);
        let (_, mut carry) = mul_limbs(quotient, self.value[0], rest[0], 0);
        let mut i = 1;
        while i < N {
            (rest[i - 1], carry) = mul_limbs(quotient, self.value[i], rest[i], carry);
            i += 1;
        }
        let (last, over) = add_limbs(high, carry, top);
        rest[N - 1] = last;
        (rest, over)
    }

    /// `a R`, reduced: a factor whose product with a plain number is plain. `a` may be any number.
    #[inline]
    pub(in crate::abi::sp1) const fn form(&self, a: &[u64; N]) -> [u64; N] {
        self.mul(a, &self.r2)
    }

    /// `a b`, reduced, of any two numbers.
    #[inline]
    pub(in crate::abi::sp1) const fn product(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        self.mul(&self.form(a), b)
    }

    /// `a^exponent`, reduced, of any number. The exponent is public: time depends on it.
    pub(in crate::abi::sp1) fn pow(&self, a: &[u64; N], exponent: &[u64; N]) -> [u64; N] {
        let table = self.powers(a);
        let mut power = table[0];
        let windows = exponent
            .iter()
            .rev()
            .flat_map(|limb| (0..16).rev().map(move |i| limb >> (4 * i) & 15));
        for window in windows.skip_while(|&window| window == 0) {
            for _ in 0..4 {
                power = self.mul(&power, &power);
            }
            if window != 0 {
                power = self.mul(&power, &table[window as usize]);
            }
        }
        self.mul(&power, &Self::small(1))
    }

    /// What a root of a reduced number comes to, modulo a prime with rest 3 modulo 4.
    ///
    /// `nonresidue` and its [`Self::candidate`] give the second chance at no
    /// cost: the candidate of a product is the product of the candidates.
    pub(in crate::abi::sp1) fn root(
        &self,
        a: &[u64; N],
        nonresidue: &[u64; N],
        candidate: &[u64; N],
    ) -> Root<N> {
        let root = self.candidate(a);
        if self.product(&root, &root) == *a {
            return Root::Own(root);
        }
        let root = self.product(&root, candidate);
        if self.product(&root, &root) == self.product(nonresidue, a) {
            Root::OfProduct(root)
        } else {
            Root::None
        }
    }

    /// `a^((p + 1) / 4)`, which is a root of `a` if there is one.
    pub(in crate::abi::sp1) fn candidate(&self, a: &[u64; N]) -> [u64; N] {
        self.pow(a, &self.quarter())
    }

    /// A quarter of the modulus, rounded up.
    fn quarter(&self) -> [u64; N] {
        let floor: [u64; N] = std::array::from_fn(|i| {
            self.value[i] >> 2 | self.value.get(i + 1).map_or(0, |next| next << 62)
        });
        add(&floor, &Self::small(1)).0
    }

    /// The powers 0 to 15 of `a`, times `R`.
    fn powers(&self, a: &[u64; N]) -> [[u64; N]; 16] {
        let base = self.form(a);
        let mut table = [self.form(&Self::small(1)); 16];
        for i in 1..16 {
            table[i] = self.mul(&table[i - 1], &base);
        }
        table
    }
}

#[cfg(test)]
mod tests;
