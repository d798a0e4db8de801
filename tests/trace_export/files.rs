//! Which files there are, and when.

use std::fs::File;
use std::path::Path;

use rvjet::export::{ExportError, Table};
use rvjet::trace::{Policy, Trace};
use tempfile::tempdir;

use crate::sample::{contents, export, file, rows};
use crate::trace::{Plan, Trace as Recorded};

fn recorded() -> Recorded {
    Recorded::named("echoargs", Plan::new(Policy::Insns(100), 2_000))
}

fn names(dir: &Path) -> Vec<String> {
    contents(dir).into_keys().collect()
}

#[test]
fn what_is_there_is_replaced_only_by_force() {
    let trace = Trace::open(file(&recorded())).unwrap();
    let dir = tempdir().unwrap();
    let ecalls = dir.path().join("ecalls.parquet");
    std::fs::write(&ecalls, "mine").unwrap();
    let refused = export(&trace, dir.path(), |_| {});
    assert!(matches!(refused, Err(ExportError::Exists { path }) if path == ecalls));
    assert_eq!(names(dir.path()), ["ecalls.parquet"]);
    assert_eq!(std::fs::read(&ecalls).unwrap(), b"mine");
    export(&trace, dir.path(), |export| export.force = true).unwrap();
    assert_eq!(names(dir.path()).len(), Table::ALL.len());
    assert!(!rows(dir.path(), Table::Ecalls).is_empty());
}

#[test]
fn what_a_killed_export_left_is_in_nobodys_way() {
    let trace = Trace::open(file(&recorded())).unwrap();
    let dir = tempdir().unwrap();
    let part = dir.path().join("insns.parquet.part");
    std::fs::write(&part, vec![7; 1 << 20]).unwrap();
    export(&trace, dir.path(), |_| {}).unwrap();
    assert!(!part.exists());
    let clean = tempdir().unwrap();
    export(&trace, clean.path(), |_| {}).unwrap();
    assert!(contents(dir.path()) == contents(clean.path()));
}

#[test]
fn two_exports_do_not_mix() {
    let trace = Trace::open(file(&recorded())).unwrap();
    let dir = tempdir().unwrap();
    let part = dir.path().join("accesses.parquet.part");
    let other = File::create(&part).unwrap();
    other.lock().unwrap();
    let refused = export(&trace, dir.path(), |_| {});
    assert!(matches!(refused, Err(ExportError::Busy { path }) if path == part));
    assert_eq!(names(dir.path()), ["accesses.parquet.part"]);
}

#[test]
fn a_trace_that_is_wrong_leaves_no_files() {
    for threads in [1, 3] {
        let mut recorded = recorded();
        let last = recorded.chunks.len() - 1;
        recorded.chunks[last].touches.pop();
        let trace = Trace::open(file(&recorded)).unwrap();
        let dir = tempdir().unwrap();
        let made = export(&trace, dir.path(), |export| export.threads = threads);
        assert!(matches!(made, Err(ExportError::Mismatch(found)) if found.chunk == last as u64));
        assert!(names(dir.path()).is_empty());
    }
}

#[test]
fn a_truncated_trace_is_exported_as_far_as_it_goes() {
    let whole = file(&recorded());
    let trace = Trace::open(whole.clone()).unwrap();
    let offset = trace.chunk_info(7).unwrap().offset;
    let cut = Trace::open(whole[..offset as usize + 9].to_vec()).unwrap();
    assert_eq!(cut.len(), 7);
    let (some, all) = (tempdir().unwrap(), tempdir().unwrap());
    let exported = export(&cut, some.path(), |_| {}).unwrap();
    assert_eq!(exported.chunks, 0..7);
    export(&trace, all.path(), |export| export.chunks = Some(0..7)).unwrap();
    for table in Table::ALL {
        assert_eq!(rows(some.path(), table), rows(all.path(), table));
    }
}

#[test]
fn what_is_not_there_is_not_exported() {
    let trace = Trace::open(file(&recorded())).unwrap();
    let count = trace.len();
    let dir = tempdir().unwrap();
    let path = dir.path().join("tables");
    let beyond = export(&trace, &path, |export| export.chunks = Some(0..count + 1));
    assert!(matches!(beyond, Err(ExportError::NoChunks { .. })));
    let unknown = export(&trace, &path, |export| export.elf = None);
    assert!(matches!(
        unknown,
        Err(ExportError::NoElf {
            table: Table::Insns
        })
    ));
    assert!(!path.exists());
    let none = export(&trace, &path, |export| export.chunks = Some(2..2)).unwrap();
    assert_eq!(none.tables, Table::ALL.map(|table| (table, 0)));
    assert!(rows(&path, Table::Insns).is_empty());
}
