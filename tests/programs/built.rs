//! Where programs are built.

use std::path::PathBuf;

use crate::opinion::is_installed;
use crate::programs::Kind;

/// A folder with the programs of this kind, or none where tools are missing.
pub fn built(kind: Kind) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("linux-programs");
    (is_installed() && kind.build(&folder)).then_some(folder)
}
