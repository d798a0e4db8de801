//! What is in the tables.

use rvjet::export::Table;
use rvjet::trace::{ChunkInfo, Policy, Trace};
use serde_json::Value;
use tempfile::tempdir;

use parquet::file::reader::FileReader;

use crate::expected;
use crate::sample::{contents, export, file, read, rows};
use crate::trace::{Plan, Trace as Recorded};

/// Guests that together do what there are columns for: calls that read and write
/// memory, code of their own, misaligned accesses, atomics.
const GUESTS: [(&str, Plan); 6] = [
    ("echoargs", Plan::new(Policy::Insns(100), 5_000)),
    ("wordfreq", Plan::new(Policy::Insns(7_000), 40_000)),
    ("regex", Plan::new(Policy::Touches(50), 20_000)),
    ("selfmod", Plan::new(Policy::Accesses(300), 20_000)),
    ("unaligned", Plan::new(Policy::Insns(5_000), 20_000)),
    ("atomics", Plan::new(Policy::Insns(5_000), 20_000)),
];

fn infos(trace: &Trace<Vec<u8>>) -> Vec<ChunkInfo> {
    let chunks = 0..trace.len();
    chunks.map(|it| trace.chunk_info(it).unwrap()).collect()
}

fn assert_rows(name: &str, table: Table, found: &[Value], expected: &[Value]) {
    let mut pairs = found.iter().zip(expected).enumerate();
    if let Some((row, (found, expected))) = pairs.find(|(_, (a, b))| a != b) {
        assert_eq!(found, expected, "{name}: {table}, row {row}");
    }
    assert_eq!(found.len(), expected.len(), "{name}: {table}");
}

#[test]
fn every_row_is_what_the_library_says() {
    for (name, plan) in GUESTS {
        let recorded = Recorded::named(name, plan);
        let trace = Trace::open(file(&recorded)).unwrap();
        let dir = tempdir().unwrap();
        let exported = export(&trace, dir.path(), |_| {}).unwrap();
        assert_eq!(exported.chunks, 0..trace.len());
        for table in Table::ALL {
            let expected = expected::rows(&recorded, &infos(&trace), table);
            let found = rows(dir.path(), table);
            assert_rows(name, table, &found, &expected);
            assert_eq!(exported.rows(table), Some(expected.len() as u64));
        }
    }
}

#[test]
fn large_chunks_are_several_row_groups() {
    let recorded = Recorded::named("memops", Plan::new(Policy::default(), 600_000));
    let trace = Trace::open(file(&recorded)).unwrap();
    let dir = tempdir().unwrap();
    export(&trace, dir.path(), |_| {}).unwrap();
    let metadata = read(dir.path(), Table::Insns).metadata().clone();
    let groups = metadata.row_groups().iter().map(|group| group.num_rows());
    assert_eq!(
        groups.collect::<Vec<_>>(),
        [1 << 18, 1 << 18, 600_000 - (1 << 19)]
    );
    let found = rows(dir.path(), Table::Accesses);
    let expected = expected::rows(&recorded, &[], Table::Accesses);
    assert_rows("memops", Table::Accesses, &found, &expected);
}

#[test]
fn small_chunks_share_row_groups() {
    let recorded = Recorded::named("wordfreq", Plan::new(Policy::Insns(100), 300_000));
    let trace = Trace::open(file(&recorded)).unwrap();
    let dir = tempdir().unwrap();
    export(&trace, dir.path(), |_| {}).unwrap();
    let groups = |table| read(dir.path(), table).metadata().num_row_groups();
    assert_eq!(Table::ALL.map(groups), [1, 2, 2, 1]);
}

#[test]
fn threads_do_not_show() {
    let recorded = Recorded::named("wordfreq", Plan::new(Policy::Insns(100_000), 1_500_000));
    let trace = Trace::open(file(&recorded)).unwrap();
    let of = |threads| {
        let dir = tempdir().unwrap();
        export(&trace, dir.path(), |export| export.threads = threads).unwrap();
        contents(dir.path())
    };
    let one = of(1);
    assert_eq!(one.len(), Table::ALL.len());
    for threads in [2, 5] {
        assert!(of(threads) == one, "{threads} threads");
    }
}

/// The links of accesses lead to chunks that are left out.
#[test]
fn some_chunks_have_the_rows_that_they_have_among_all() {
    let recorded = Recorded::named("wordfreq", Plan::new(Policy::Insns(3_000), 40_000));
    let trace = Trace::open(file(&recorded)).unwrap();
    let (all, some) = (tempdir().unwrap(), tempdir().unwrap());
    export(&trace, all.path(), |_| {}).unwrap();
    let exported = export(&trace, some.path(), |export| export.chunks = Some(4..9)).unwrap();
    assert_eq!(exported.chunks, 4..9);
    for table in Table::ALL {
        let chunk = if table == Table::Chunks {
            "number"
        } else {
            "chunk"
        };
        let mut expected = rows(all.path(), table);
        expected.retain(|row| (4..9).contains(&row[chunk].as_u64().unwrap()));
        assert_rows("wordfreq", table, &rows(some.path(), table), &expected);
    }
}

/// The columns that `docs/parquet.md` lists under a table's name.
fn documented(table: Table) -> Vec<String> {
    let text = include_str!("../../docs/parquet.md");
    let title = format!("### {table}");
    let lines = text.lines().skip_while(|line| *line != title).skip(1);
    let section = lines.take_while(|line| !line.starts_with("###"));
    let cells = section.filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let names = cells.flat_map(|cell| cell.split(", "));
    names
        .map(|name| name.trim_matches('`').to_owned())
        .collect()
}

#[test]
fn columns_are_documented() {
    let recorded = Recorded::named("echoargs", Plan::new(Policy::Insns(100), 500));
    let trace = Trace::open(file(&recorded)).unwrap();
    let dir = tempdir().unwrap();
    export(&trace, dir.path(), |_| {}).unwrap();
    for table in Table::ALL {
        let metadata = read(dir.path(), table).metadata().clone();
        let schema = metadata.file_metadata().schema();
        let columns: Vec<&str> = schema.get_fields().iter().map(|it| it.name()).collect();
        assert_eq!(columns, documented(table), "{table}");
    }
}

#[test]
fn files_say_what_they_are_of() {
    let recorded = Recorded::named("echoargs", Plan::new(Policy::Insns(100), 500));
    let trace = Trace::open(file(&recorded)).unwrap();
    let dir = tempdir().unwrap();
    export(&trace, dir.path(), |export| {
        export.tables = &[Table::Chunks];
        export.elf = None;
    })
    .unwrap();
    assert_eq!(contents(dir.path()).len(), 1);
    let metadata = read(dir.path(), Table::Chunks).metadata().clone();
    let about = metadata.file_metadata().key_value_metadata().unwrap();
    let said = |key| {
        let mut about = about.iter();
        about
            .find(|it| it.key == key)
            .and_then(|it| it.value.clone())
    };
    assert_eq!(
        said("rvjet.root"),
        trace.root().map(|root| root.to_string())
    );
    assert_eq!(said("rvjet.condition"), Some("complete".to_owned()));
    assert_eq!(said("rvjet.chunks"), Some("0..5".to_owned()));
    assert_eq!(said("rvjet.clock.insn"), Some("8".to_owned()));
}
