//! What both engines share: the hart's registers, guest memory, and the ways a run can stop.
//!
//! Enters: addresses and values that the guest computed, none of them trusted.
//! Leaves: values, or a [`Fault`] / [`Trap`] that names what the guest did.
//! Must hold: no guest address reaches host memory outside the window;
//! what one engine sees of memory and code, the other would see too.

mod call;
mod code;
mod detour;
mod link;
mod link_log;
mod memory;
mod pages;
mod record;
mod refusal;
mod replay;
mod rules;
mod state;
mod stop;
mod touch;
mod touch_log;
mod window;

pub(crate) use call::CallEffects;
pub use code::FetchFault;
pub(crate) use code::NoInst;
pub use link::Link;
pub(crate) use link::{FIRST, First, LinkHead, LinkMap};
pub use memory::{Fault, MapError, Memory};
pub use pages::{Access, PAGE_SIZE};
pub(crate) use pages::{is_page, page_down, page_up};
pub use record::{AccessKind, WordAccess};
pub(crate) use record::{ChunkRoom, MAX_TIMES};
pub use refusal::{Reason, Refusal};
pub(crate) use replay::SeenCode;
pub use rules::Rules;
pub use state::{Clock, Hart, MachineState, Reservation};
pub use stop::{Cause, Exit, Trap};
pub(crate) use stop::{Engine, Stop};
pub use touch::Touch;
pub(crate) use touch::{TOUCHED, TouchMap};
pub(crate) use touch_log::LogHead;
pub(crate) use window::{GUARD_BYTES, SIDE_AREA_BYTES, SIDE_BYTES};
