//! UINT256_MUL, UINT256_ADD_CARRY and UINT256_MUL_CARRY, and the long division they need.

use super::limbs::is_zero;

/// 256 bits.
pub(in crate::abi::sp1) type U256 = [u64; 4];

/// `x y` modulo `modulus`, where 0 stands for 2^256.
pub(in crate::abi::sp1) fn mul(x: &U256, y: &U256, modulus: &U256) -> U256 {
    let (low, high) = mul_carry(x, y, &[0; 4]);
    if is_zero(modulus) {
        return low;
    }
    let mut product = [0; 9];
    product[..4].copy_from_slice(&low);
    product[4..8].copy_from_slice(&high);
    div_rem(&mut product, &mut { *modulus }, |_, _| {});
    [product[0], product[1], product[2], product[3]]
}

/// `a + b + c`: the low 256 bits and what is above them.
pub(in crate::abi::sp1) fn add_carry(a: &U256, b: &U256, c: &U256) -> (U256, U256) {
    let (mut low, mut carry) = ([0; 4], 0);
    for i in 0..4 {
        let sum = u128::from(a[i]) + u128::from(b[i]) + u128::from(c[i]) + carry;
        low[i] = sum as u64;
        carry = sum >> 64;
    }
    (low, [carry as u64, 0, 0, 0])
}

/// `a b + c`: the low 256 bits and the high ones.
pub(in crate::abi::sp1) fn mul_carry(a: &U256, b: &U256, c: &U256) -> (U256, U256) {
    let (mut low, mut high) = (*c, [0u64; 4]);
    for i in 0..4 {
        // The limbs from `i` on, of which `high` still holds those above `low`'s.
        let mut carry = 0;
        for j in 0..4 {
            let limb = if i + j < 4 {
                &mut low[i + j]
            } else {
                &mut high[i + j - 4]
            };
            (*limb, carry) = a[i].carrying_mul_add(b[j], *limb, carry);
        }
        high[i] = carry;
    }
    (low, high)
}

/// Divides `dividend`, whose highest limb must be 0, by `divisor`, which must not be 0.
///
/// Leaves the remainder in `dividend` and tells every limb of the quotient,
/// with its index; those not told are 0. `divisor` is spoilt. The algorithm is
/// Knuth's D ("The Art of Computer Programming", 4.3.1).
pub(in crate::abi::sp1) fn div_rem(
    dividend: &mut [u64],
    divisor: &mut [u64],
    mut quotient: impl FnMut(usize, u64),
) {
    let Some(top) = divisor.iter().rposition(|&limb| limb != 0) else {
        return;
    };
    let divisor = &mut divisor[..=top];
    let shift = divisor[top].leading_zeros();
    shift_left(divisor, shift);
    shift_left(dividend, shift);
    for i in (0..dividend.len().saturating_sub(divisor.len())).rev() {
        quotient(i, digit(&mut dividend[i..], divisor));
    }
    shift_right(dividend, shift);
}

/// One limb of the quotient of the lowest limbs of `rest`, one more than the divisor has.
/// They become the remainder.
#[inline]
fn digit(rest: &mut [u64], divisor: &[u64]) -> u64 {
    let n = divisor.len();
    let mut guess = guess(rest, divisor);
    let (mut carry, mut borrow) = (0, false);
    for (rest, &limb) in rest.iter_mut().zip(divisor) {
        let low;
        (low, carry) = guess.carrying_mul(limb, carry);
        (*rest, borrow) = rest.borrowing_sub(low, borrow);
    }
    (rest[n], borrow) = rest[n].borrowing_sub(carry, borrow);
    if borrow {
        guess -= 1;
        add_back(rest, divisor);
    }
    guess
}

/// The limb of the quotient that the highest limbs suggest: at most one too large.
#[inline]
fn guess(rest: &[u64], divisor: &[u64]) -> u64 {
    let n = divisor.len();
    let (high, next) = (rest[n], rest[n - 1]);
    let top = u128::from(divisor[n - 1]);
    let both = u128::from(high) << 64 | u128::from(next);
    let (mut guess, mut left) = if u128::from(high) >= top {
        (u128::from(u64::MAX), both - u128::from(u64::MAX) * top)
    } else {
        (both / top, both % top)
    };
    let (second, third) = if n > 1 {
        (u128::from(divisor[n - 2]), rest[n - 2])
    } else {
        (0, 0)
    };
    while left >> 64 == 0 && guess * second > (left << 64 | u128::from(third)) {
        guess -= 1;
        left += top;
    }
    guess as u64
}

/// Makes good a guess that was one too large.
#[cold]
fn add_back(rest: &mut [u64], divisor: &[u64]) {
    let mut carry = false;
    for (rest, &limb) in rest.iter_mut().zip(divisor) {
        (*rest, carry) = rest.carrying_add(limb, carry);
    }
    rest[divisor.len()] = rest[divisor.len()].wrapping_add(u64::from(carry));
}

/// Shifts by less than a limb, out of whose highest nothing may go.
fn shift_left(limbs: &mut [u64], shift: u32) {
    let mut below = 0;
    for limb in limbs {
        (below, *limb) = (*limb, *limb << shift | below >> 1 >> (63 - shift));
    }
}

/// Shifts by less than a limb.
fn shift_right(limbs: &mut [u64], shift: u32) {
    let mut above = 0;
    for limb in limbs.iter_mut().rev() {
        (above, *limb) = (*limb, *limb >> shift | above << 1 << (63 - shift));
    }
}

#[cfg(test)]
mod tests;
