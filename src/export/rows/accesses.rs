//! The table `accesses`.

use crate::export::group::Row;
use crate::machine::AccessKind;
use crate::replay::Access;

/// An access in a chunk.
pub(in crate::export) fn access(mut row: Row<'_>, chunk: u64, access: &Access) {
    row.put(chunk);
    row.put(access.insn);
    row.put(access.clock);
    row.put_optional(access.previous);
    row.put(access.addr);
    row.put(access.width.bytes() as u32);
    row.put(kind(access.kind));
    row.put(access.word);
    row.put(access.before);
    row.put(access.after);
}

const fn kind(kind: AccessKind) -> &'static str {
    match kind {
        AccessKind::Load => "load",
        AccessKind::Store => "store",
        AccessKind::Modify => "modify",
        AccessKind::CallRead => "call_read",
        AccessKind::CallWrite => "call_write",
    }
}
