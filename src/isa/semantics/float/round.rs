//! Rounding, and what it raises.

use super::Flags;
use super::number::{Finite, Layout, fp_box};
use crate::isa::{Format, Rounding};

/// How to round: a [`Rounding`] after `frm` has been looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RoundingMode {
    /// To the nearest, ties to even.
    Rne,
    /// Towards zero.
    Rtz,
    /// Down.
    Rdn,
    /// Up.
    Rup,
    /// To the nearest, ties to the greater magnitude.
    Rmm,
}

impl RoundingMode {
    /// Every mode, in the order of their encodings.
    pub const ALL: [RoundingMode; 5] = [
        RoundingMode::Rne,
        RoundingMode::Rtz,
        RoundingMode::Rdn,
        RoundingMode::Rup,
        RoundingMode::Rmm,
    ];

    /// The mode of an instruction while `fcsr` is this; `None` if it is dynamic and
    /// `frm` reserved, which makes the instruction illegal.
    pub const fn of(rounding: Rounding, fcsr: u64) -> Option<RoundingMode> {
        match rounding {
            Rounding::Rne => Some(RoundingMode::Rne),
            Rounding::Rtz => Some(RoundingMode::Rtz),
            Rounding::Rdn => Some(RoundingMode::Rdn),
            Rounding::Rup => Some(RoundingMode::Rup),
            Rounding::Rmm => Some(RoundingMode::Rmm),
            Rounding::Dyn => match fcsr >> 5 & 7 {
                0 => Some(RoundingMode::Rne),
                1 => Some(RoundingMode::Rtz),
                2 => Some(RoundingMode::Rdn),
                3 => Some(RoundingMode::Rup),
                4 => Some(RoundingMode::Rmm),
                _ => None,
            },
        }
    }

    /// Whether a number of that sign which is too large becomes infinite.
    const fn overflows(self, negative: bool) -> bool {
        match self {
            RoundingMode::Rne | RoundingMode::Rmm => true,
            RoundingMode::Rtz => false,
            RoundingMode::Rdn => negative,
            RoundingMode::Rup => !negative,
        }
    }
}

/// `sig` without its low `drop` bits (below 128), rounded; and whether any was set.
pub(super) const fn round_off(
    sig: u128,
    drop: u32,
    negative: bool,
    mode: RoundingMode,
) -> (u128, bool) {
    let kept = sig >> drop;
    let rest = sig ^ kept << drop;
    if rest == 0 {
        return (kept, false);
    }
    let half = 1 << (drop - 1);
    let up = match mode {
        RoundingMode::Rne => rest > half || (rest == half && kept & 1 == 1),
        RoundingMode::Rtz => false,
        RoundingMode::Rdn => negative,
        RoundingMode::Rup => !negative,
        RoundingMode::Rmm => rest >= half,
    };
    (kept + up as u128, true)
}

/// The register that holds `number` rounded to `format`.
///
/// The significand is below 2^127. If its lowest bit only says that there is more below,
/// it has more bits by far than the format's precision.
pub(super) fn round(format: Format, number: Finite, mode: RoundingMode) -> (u64, Flags) {
    let layout = Layout::of(format);
    let sign = if number.negative { layout.sign } else { 0 };
    if number.is_zero() {
        return (fp_box(format, sign), Flags::NONE);
    }
    const TOP: u32 = 126;
    let Finite {
        negative, exp, sig, ..
    } = number.with_top(TOP);
    let (leading, drop) = (exp + TOP as i32, TOP + 1 - layout.precision);
    let below = (layout.least - leading).max(0) as u32;
    // A number below half of the smallest is as any other there.
    let (sig_there, drop_there) = match drop + below {
        there @ ..=127 => (sig, there),
        _ => (1, 127),
    };
    let (kept, inexact) = round_off(sig_there, drop_there, negative, mode);
    // The hidden bit adds one to the exponent field. So does a carry.
    let field = (leading - layout.least).max(0) as u64;
    let magnitude = (field << (layout.precision - 1)) + kept as u64;
    if magnitude >= layout.infinity {
        let largest = layout.infinity - u64::from(!mode.overflows(negative));
        let flags = Flags::OVERFLOW | Flags::INEXACT;
        return (fp_box(format, sign | largest), flags);
    }
    // Tiny after rounding: as if there were smaller exponents, so to the full precision.
    let is_tiny = below > 0 && {
        let (full, _) = round_off(sig, drop, negative, mode);
        leading + (full >> layout.precision) as i32 != layout.least
    };
    let flags = Flags::INEXACT.when(inexact) | Flags::UNDERFLOW.when(inexact && is_tiny);
    (fp_box(format, sign | magnitude), flags)
}
