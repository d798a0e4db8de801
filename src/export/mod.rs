//! A trace as tables, for what analyses data: one Parquet file a [`Table`].
//!
//! Enters: a [`Trace`](crate::trace::Trace), its program, the tables wanted.
//! Leaves: files that are whole, or none; their columns are in `docs/parquet.md`.
//! Must hold: the bytes depend on the trace, the tables and the chunks asked for,
//! not on threads or time; in memory are a few batches of chunks, not the trace.
#![forbid(unsafe_code)]

mod batch;
mod column;
mod error;
mod file;
mod group;
mod rows;
mod run;
mod table;
mod turn;
mod worker;

pub use error::ExportError;
pub use run::{Export, Exported};
pub use table::Table;
