//! Rows of a table: those that go into a file together, as a row group.

use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterPropertiesPtr;
use parquet::schema::types::SchemaDescPtr;

use super::Table;
use super::column::{Column, EncodedColumn, Value};

/// The most rows of a group. What reads a file by several threads gives each a group.
pub(super) const ROWS: usize = 1 << 18;
/// A group with so many bytes has enough of them.
const BYTES: usize = 1 << 26;

/// How a table is encoded.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) table: Table,
    pub(super) schema: SchemaDescPtr,
    pub(super) properties: WriterPropertiesPtr,
}

impl Layout {
    /// That of `table`, whose file has `about` for metadata.
    pub(super) fn new(table: Table, about: &[KeyValue]) -> Result<Layout, ParquetError> {
        Ok(Layout {
            table,
            schema: table.schema()?,
            properties: table.properties(about)?,
        })
    }
}

/// Rows that are not encoded yet.
#[derive(Debug)]
pub(super) struct Rows {
    columns: Vec<Column>,
    count: usize,
}

/// A row group.
pub(super) type Group = Vec<EncodedColumn>;

impl Rows {
    pub(super) fn new(layout: &Layout) -> Rows {
        let columns = layout.schema.columns();
        Rows {
            columns: columns.iter().cloned().map(Column::new).collect(),
            count: 0,
        }
    }

    /// A new row, which has to be filled.
    pub(super) fn add(&mut self) -> Row<'_> {
        self.count += 1;
        Row {
            columns: &mut self.columns,
        }
    }

    /// All rows of `other` after these.
    pub(super) fn append(&mut self, other: Rows) {
        self.count += other.count;
        for (column, other) in self.columns.iter_mut().zip(other.columns) {
            column.append(other);
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.count
    }

    /// Whether there are as many as go into a group, rows all of about one size.
    pub(super) const fn is_full(&self) -> bool {
        self.count >= ROWS
    }

    /// Whether there is as much as goes into a group, whatever the rows hold.
    pub(super) fn is_large(&self) -> bool {
        self.is_full() || self.columns.iter().map(Column::size).sum::<usize>() >= BYTES
    }

    /// Encodes and forgets all rows.
    pub(super) fn encode(&mut self, layout: &Layout) -> Result<Group, ParquetError> {
        self.count = 0;
        let columns = self.columns.iter_mut();
        columns
            .map(|column| column.encode(&layout.properties))
            .collect()
    }
}

/// A row that is being filled, column by column.
pub(super) struct Row<'rows> {
    columns: &'rows mut [Column],
}

impl<'rows> Row<'rows> {
    fn next<const N: usize>(&mut self) -> &'rows mut [Column; N] {
        let columns = std::mem::take(&mut self.columns);
        let Some((next, rest)) = columns.split_first_chunk_mut() else {
            unreachable!("a row has as many values as the table has columns")
        };
        self.columns = rest;
        next
    }

    /// The value of the next column.
    pub(super) fn put(&mut self, value: impl Into<Value>) {
        let [column] = self.next();
        column.push(value.into());
    }

    /// The value of the next column, if it has one.
    pub(super) fn put_optional(&mut self, value: Option<impl Into<Value>>) {
        let [column] = self.next();
        column.push_optional(value.map(Into::into));
    }

    /// The next columns are a list of structures with as many fields.
    pub(super) fn put_list<const N: usize>(&mut self, items: impl Iterator<Item = [Value; N]>) {
        let columns = self.next::<N>();
        let mut first = true;
        for item in items {
            for (column, value) in columns.iter_mut().zip(item) {
                column.push_item(first, value);
            }
            first = false;
        }
        if first {
            columns.iter_mut().for_each(Column::push_empty);
        }
    }
}
