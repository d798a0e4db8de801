//! Traces in memory, exported into directories of the test's own.

use std::collections::BTreeMap;
use std::path::Path;

use rvjet::export::{Export, ExportError, Exported, Table};
use rvjet::trace::{Codec, Source, Trace, Writer, encode_chunk};
use serde_json::{Map, Value, json};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};

use crate::trace::Trace as Recorded;

/// The bytes of a recorded trace's file.
pub fn file(recorded: &Recorded) -> Vec<u8> {
    let mut file = Vec::new();
    let elf = Some(&recorded.elf[..]);
    let mut writer = Writer::create(&mut file, &recorded.header, elf, Codec::Zstd).unwrap();
    for chunk in &recorded.chunks {
        let encoded = encode_chunk(chunk, Codec::Zstd).unwrap();
        writer.append(&encoded).unwrap();
    }
    writer.finish(&recorded.ending).unwrap();
    file
}

/// Exports a trace, after `change` of what is asked for.
pub fn export<S: Source + Sync>(
    trace: &Trace<S>,
    dir: &Path,
    change: impl FnOnce(&mut Export<'_, S>),
) -> Result<Exported, ExportError> {
    let elf = trace.elf().unwrap();
    let mut export = Export {
        elf: elf.as_deref(),
        ..Export::new(trace)
    };
    change(&mut export);
    export.write(dir, |_| {})
}

/// The names of what is in a directory, and the bytes of it.
pub fn contents(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(dir).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// A table, as another reader than ours sees it.
pub fn read(dir: &Path, table: Table) -> SerializedFileReader<std::fs::File> {
    let file = std::fs::File::open(dir.join(table.file_name())).unwrap();
    SerializedFileReader::new(file).unwrap()
}

/// The rows of a table.
pub fn rows(dir: &Path, table: Table) -> Vec<Value> {
    let reader = read(dir, table);
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| object(&row.unwrap())).collect()
}

fn object(row: &Row) -> Value {
    let fields = row.get_column_iter();
    Value::Object(
        fields
            .map(|(name, field)| (name.clone(), value(field)))
            .collect::<Map<_, _>>(),
    )
}

/// Only unsigned numbers, text and bytes are in tables, and lists of such.
fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::UByte(number) => json!(number),
        Field::UInt(number) => json!(number),
        Field::ULong(number) => json!(number),
        Field::Str(text) => json!(text),
        Field::Bytes(bytes) => json!(bytes.data()),
        Field::ListInternal(list) => list.elements().iter().map(value).collect(),
        Field::Group(row) => object(row),
        other => unreachable!("no column has such values: {other:?}"),
    }
}
