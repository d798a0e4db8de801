//! Which tables there are, and their columns.

use std::fmt;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{ColumnPath, SchemaDescPtr, SchemaDescriptor};

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// The chunks of the trace.
    Chunks,
    /// The instructions that retired.
    Insns,
    /// The words that instructions and calls accessed.
    Accesses,
    /// The calls.
    Ecalls,
}

impl Table {
    /// Every table.
    pub const ALL: [Table; 4] = [Table::Chunks, Table::Insns, Table::Accesses, Table::Ecalls];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Table::Chunks => "chunks",
            Table::Insns => "insns",
            Table::Accesses => "accesses",
            Table::Ecalls => "ecalls",
        }
    }

    /// The name of its file.
    pub fn file_name(self) -> String {
        format!("{}.parquet", self.name())
    }

    /// Whether its rows are what a replay shows, for which the program is needed.
    pub const fn is_replayed(self) -> bool {
        !matches!(self, Table::Chunks)
    }

    /// Its columns, in the order in which `rows` fills them.
    const fn message(self) -> &'static str {
        match self {
            Table::Chunks => CHUNKS,
            Table::Insns => INSNS,
            Table::Accesses => ACCESSES,
            Table::Ecalls => ECALLS,
        }
    }

    /// The columns whose numbers rise from row to row by little.
    const fn rising(self) -> &'static [&'static str] {
        match self {
            Table::Chunks => &["number", "first_insn", "clock_start", "clock_end", "offset"],
            Table::Insns => &["insn", "clock"],
            Table::Accesses => &["insn", "clock", "previous"],
            Table::Ecalls => &["insn", "clock"],
        }
    }

    pub(super) fn schema(self) -> Result<SchemaDescPtr, ParquetError> {
        let message = parse_message_type(self.message())?;
        Ok(Arc::new(SchemaDescriptor::new(Arc::new(message))))
    }

    pub(super) fn properties(
        self,
        about: &[KeyValue],
    ) -> Result<WriterPropertiesPtr, ParquetError> {
        let level = ZstdLevel::try_new(1)?;
        let mut properties = WriterProperties::builder()
            .set_created_by(concat!("rvjet version ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::ZSTD(level))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .set_key_value_metadata(Some(about.to_vec()));
        for name in self.rising() {
            let column = ColumnPath::from(*name);
            properties = properties
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
        }
        Ok(Arc::new(properties.build()))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

const CHUNKS: &str = "message chunks {
    required int64 number (integer(64, false));
    required int64 first_insn (integer(64, false));
    required int64 insns (integer(64, false));
    required int64 accesses (integer(64, false));
    required int64 touches (integer(64, false));
    required int64 ecalls (integer(64, false));
    required int64 code_pages (integer(64, false));
    required int64 time_reads (integer(64, false));
    required int64 pc_start (integer(64, false));
    required int64 pc_end (integer(64, false));
    required int64 clock_start (integer(64, false));
    required int64 clock_end (integer(64, false));
    required int64 unaligned_loads (integer(64, false));
    required int64 unaligned_stores (integer(64, false));
    required int64 offset (integer(64, false));
    required binary digest (string);
}";

const INSNS: &str = "message insns {
    required int64 chunk (integer(64, false));
    required int64 insn (integer(64, false));
    required int64 clock (integer(64, false));
    required int64 pc (integer(64, false));
    required int32 word (integer(32, false));
    required int32 len (integer(8, false));
    required binary mnemonic (string);
    required binary operands (string);
    optional int32 rd (integer(8, false));
    optional int64 rd_value (integer(64, false));
    required int64 next_pc (integer(64, false));
}";

const ACCESSES: &str = "message accesses {
    required int64 chunk (integer(64, false));
    required int64 insn (integer(64, false));
    required int64 clock (integer(64, false));
    optional int64 previous (integer(64, false));
    required int64 addr (integer(64, false));
    required int32 width (integer(8, false));
    required binary kind (string);
    required int64 word (integer(64, false));
    required int64 before (integer(64, false));
    required int64 after (integer(64, false));
}";

const ECALLS: &str = "message ecalls {
    required int64 chunk (integer(64, false));
    required int64 insn (integer(64, false));
    required int64 clock (integer(64, false));
    required int64 pc (integer(64, false));
    optional int32 trap (integer(8, false));
    required int64 number (integer(64, false));
    required int64 a0 (integer(64, false));
    required int64 a1 (integer(64, false));
    required int64 a2 (integer(64, false));
    required int64 a3 (integer(64, false));
    required int64 a4 (integer(64, false));
    required int64 a5 (integer(64, false));
    required int64 a6 (integer(64, false));
    required int64 next_pc (integer(64, false));
    required group results (list) {
        repeated group list {
            required group element {
                required int32 reg (integer(8, false));
                required int64 value (integer(64, false));
            }
        }
    }
    required group reads (list) {
        repeated group list {
            required group element {
                required int64 addr (integer(64, false));
                required int64 bytes (integer(64, false));
            }
        }
    }
    required group writes (list) {
        repeated group list {
            required group element {
                required int64 addr (integer(64, false));
                required binary bytes;
            }
        }
    }
}";
