//! What the host's processor can do with bits, beyond what all of them can.
#![forbid(unsafe_code)]

/// Instructions for bit manipulation that emitted code may use, besides those of
/// BMI1 and BMI2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HostBits {
    /// `lzcnt`, and `tzcnt` of BMI1.
    pub(super) zeros: bool,
    /// `popcnt`.
    pub(super) popcnt: bool,
    /// `pclmulqdq`.
    pub(super) clmul: bool,
}

impl HostBits {
    /// None of them.
    #[cfg(test)]
    pub(super) const NONE: HostBits = HostBits {
        zeros: false,
        popcnt: false,
        clmul: false,
    };
    /// All of them.
    #[cfg(test)]
    pub(super) const ALL: HostBits = HostBits {
        zeros: true,
        popcnt: true,
        clmul: true,
    };

    /// Those that this host has.
    pub(super) fn detect() -> HostBits {
        HostBits {
            zeros: std::arch::is_x86_feature_detected!("lzcnt")
                && std::arch::is_x86_feature_detected!("bmi1"),
            popcnt: std::arch::is_x86_feature_detected!("popcnt"),
            clmul: std::arch::is_x86_feature_detected!("pclmulqdq"),
        }
    }

    /// As bytes, for a digest.
    pub(super) fn bytes(self) -> [u8; 3] {
        [self.zeros, self.popcnt, self.clmul].map(u8::from)
    }
}
