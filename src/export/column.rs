//! The values of one column, until they are encoded.

use bytes::Bytes;
use parquet::basic::Type;
use parquet::column::writer::{ColumnCloseResult, ColumnWriter, get_column_writer};
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// What a [`ByteArray`] takes besides its bytes, in bytes.
const ARRAY: usize = size_of::<ByteArray>();

/// Values, with the levels that say which rows and lists they belong to: a value
/// that is there has the definition level 1 in every column that has levels.
#[derive(Debug)]
pub(super) struct Column {
    about: ColumnDescPtr,
    values: Values,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

/// Numbers are unsigned in truth: of the format's types these have their bits.
#[derive(Debug)]
enum Values {
    Small(Vec<i32>),
    Large(Vec<i64>),
    Bytes(Vec<ByteArray>),
}

impl Column {
    pub(super) fn new(about: ColumnDescPtr) -> Column {
        let values = match about.physical_type() {
            Type::INT32 => Values::Small(Vec::new()),
            Type::INT64 => Values::Large(Vec::new()),
            _ => Values::Bytes(Vec::new()),
        };
        Column {
            about,
            values,
            definitions: Vec::new(),
            repetitions: Vec::new(),
        }
    }

    /// A value of a column that has one in each row.
    pub(super) fn push(&mut self, value: Value) {
        match (&mut self.values, value) {
            (Values::Small(values), Value::Number(number)) => values.push(number as i32),
            (Values::Large(values), Value::Number(number)) => values.push(number as i64),
            (Values::Bytes(values), Value::Bytes(bytes)) => values.push(bytes),
            _ => unreachable!("the rows of a table have the types of its columns"),
        }
    }

    /// A row's value, if it has one.
    pub(super) fn push_optional(&mut self, value: Option<Value>) {
        self.definitions.push(i16::from(value.is_some()));
        if let Some(value) = value {
            self.push(value);
        }
    }

    /// One of the values of a row's list, the row's `first` or one more.
    pub(super) fn push_item(&mut self, first: bool, value: Value) {
        self.repetitions.push(i16::from(!first));
        self.push_optional(Some(value));
    }

    /// A row whose list is empty.
    pub(super) fn push_empty(&mut self) {
        self.repetitions.push(0);
        self.push_optional(None);
    }

    /// All values of `other` after these.
    pub(super) fn append(&mut self, other: Column) {
        match (&mut self.values, other.values) {
            (Values::Small(to), Values::Small(from)) => to.extend(from),
            (Values::Large(to), Values::Large(from)) => to.extend(from),
            (Values::Bytes(to), Values::Bytes(from)) => to.extend(from),
            _ => unreachable!("both are the same column"),
        }
        self.definitions.extend(other.definitions);
        self.repetitions.extend(other.repetitions);
    }

    /// About how much memory it takes.
    pub(super) fn size(&self) -> usize {
        let values = match &self.values {
            Values::Small(values) => size_of_val(&values[..]),
            Values::Large(values) => size_of_val(&values[..]),
            Values::Bytes(values) => values.iter().map(|bytes| ARRAY + bytes.len()).sum(),
        };
        values + 2 * (self.definitions.len() + self.repetitions.len())
    }

    /// Encodes and forgets all values.
    pub(super) fn encode(
        &mut self,
        properties: &WriterPropertiesPtr,
    ) -> Result<EncodedColumn, ParquetError> {
        let mut bytes = TrackedWrite::new(Vec::new());
        let pages = Box::new(SerializedPageWriter::new(&mut bytes));
        let mut writer = get_column_writer(self.about.clone(), properties.clone(), pages);
        self.write(&mut writer)?;
        let closed = writer.close()?;
        self.clear();
        Ok(EncodedColumn {
            bytes: bytes.into_inner()?.into(),
            closed,
        })
    }

    fn write(&self, writer: &mut ColumnWriter<'_>) -> Result<usize, ParquetError> {
        let levels = |most: i16, levels| (most > 0).then_some(levels);
        let definitions = levels(self.about.max_def_level(), &self.definitions[..]);
        let repetitions = levels(self.about.max_rep_level(), &self.repetitions[..]);
        match (writer, &self.values) {
            (ColumnWriter::Int32ColumnWriter(writer), Values::Small(values)) => {
                writer.write_batch(values, definitions, repetitions)
            }
            (ColumnWriter::Int64ColumnWriter(writer), Values::Large(values)) => {
                writer.write_batch(values, definitions, repetitions)
            }
            (ColumnWriter::ByteArrayColumnWriter(writer), Values::Bytes(values)) => {
                writer.write_batch(values, definitions, repetitions)
            }
            _ => unreachable!("values are kept by the type that the column is written in"),
        }
    }

    fn clear(&mut self) {
        match &mut self.values {
            Values::Small(values) => values.clear(),
            Values::Large(values) => values.clear(),
            Values::Bytes(values) => values.clear(),
        }
        self.definitions.clear();
        self.repetitions.clear();
    }
}

/// A value of any column.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Number(u64),
    Bytes(ByteArray),
}

impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Value {
        Value::Number(number.into())
    }
}

impl From<&ByteArray> for Value {
    fn from(bytes: &ByteArray) -> Value {
        Value::Bytes(bytes.clone())
    }
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Value {
        Value::Bytes(Bytes::from_static(text.as_bytes()).into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Bytes(text.into_bytes().into())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Value {
        Value::Bytes(bytes.to_vec().into())
    }
}

/// The bytes of a column in a row group, and what the file's footer says of them.
pub(super) struct EncodedColumn {
    pub(super) bytes: Bytes,
    pub(super) closed: ColumnCloseResult,
}
