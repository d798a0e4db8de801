//! What is compared.

use crate::peer::Peer;

/// What runs kernels.
const OF_KERNELS: [Peer; 11] = [
    Peer::Native,
    Peer::Qemu,
    Peer::Sp1Simple,
    Peer::Sp1Tracing,
    Peer::Interp,
    Peer::Jit,
    Peer::Record,
    Peer::Expand,
    Peer::AbiRun,
    Peer::AbiRecord,
    Peer::AbiExport,
];
/// What runs the guests of SP1.
const OF_GUESTS: [Peer; 5] = [
    Peer::Sp1Simple,
    Peer::Sp1Tracing,
    Peer::AbiRun,
    Peer::AbiRecord,
    Peer::AbiExport,
];
/// What only starts.
const OF_STARTS: [Peer; 2] = [Peer::Sp1Start, Peer::AbiStart];

/// What a comparison is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Kernels, which all can run.
    Kernels,
    /// Guests of SP1.
    Guests,
    /// The time before the first instruction.
    Starts,
}

impl Question {
    /// The peers that are asked, those of SP1 if they are wanted.
    pub fn peers(self, sp1: bool) -> Vec<Peer> {
        let mut peers = match self {
            Question::Kernels => OF_KERNELS.to_vec(),
            Question::Guests => OF_GUESTS.to_vec(),
            Question::Starts => OF_STARTS.to_vec(),
        };
        peers.retain(|peer| sp1 || !peer.is_sp1());
        peers
    }

    /// What stands above its tables.
    pub fn title(self) -> &'static str {
        match self {
            Question::Kernels => "Kernels",
            Question::Guests => "Guests of SP1",
            Question::Starts => "Start-up",
        }
    }
}
