//! What the host's processor has beyond what all x86-64 processors have.
#![forbid(unsafe_code)]

use std::arch::is_x86_feature_detected;

/// Instructions that emitted code may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Host {
    /// BMI1 and BMI2; no processor has the second alone.
    pub(super) bmi: bool,
    /// FMA3, and so SSE4.1 and AVX.
    pub(super) fma: bool,
    /// `lzcnt`, and `tzcnt` of BMI1.
    pub(super) zeros: bool,
    /// `popcnt`.
    pub(super) popcnt: bool,
    /// `pclmulqdq`.
    pub(super) clmul: bool,
}

impl Host {
    /// None of them.
    #[cfg(test)]
    pub(super) const BARE: Host = Host {
        bmi: false,
        fma: false,
        zeros: false,
        popcnt: false,
        clmul: false,
    };
    /// All of them.
    #[cfg(test)]
    pub(super) const FULL: Host = Host {
        bmi: true,
        fma: true,
        zeros: true,
        popcnt: true,
        clmul: true,
    };

    /// What this host has.
    pub(super) fn detect() -> Host {
        let bmi1 = is_x86_feature_detected!("bmi1");
        Host {
            bmi: bmi1 && is_x86_feature_detected!("bmi2"),
            fma: is_x86_feature_detected!("fma"),
            zeros: bmi1 && is_x86_feature_detected!("lzcnt"),
            popcnt: is_x86_feature_detected!("popcnt"),
            clmul: is_x86_feature_detected!("pclmulqdq"),
        }
    }

    /// As bytes, for a digest.
    pub(super) fn bytes(self) -> [u8; 5] {
        [self.bmi, self.fma, self.zeros, self.popcnt, self.clmul].map(u8::from)
    }
}
