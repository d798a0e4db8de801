//! A table's file, which has its name only when it is whole.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;
use parquet::file::writer::SerializedFileWriter;

use super::group::{Group, Layout, Rows};
use super::{ExportError, Table};

/// A file that is being written, under another name.
pub(super) struct TableFile {
    layout: Layout,
    path: PathBuf,
    part: PathBuf,
    writer: SerializedFileWriter<File>,
    /// Rows that are too few for a group.
    waiting: Rows,
    rows: u64,
}

/// What a worker adds to a file.
pub(super) struct Addition {
    /// Groups, and how many rows they have.
    pub(super) groups: Vec<Group>,
    pub(super) rows: u64,
    /// Rows after those, of which more may go into a group.
    pub(super) rest: Rows,
}

impl TableFile {
    /// Makes `dir`'s file for a table. One that is there is replaced in the end, if `force` says so.
    pub(super) fn create(
        dir: &Path,
        layout: Layout,
        force: bool,
    ) -> Result<TableFile, ExportError> {
        let name = layout.table.file_name();
        let (path, part) = (dir.join(&name), dir.join(name + ".part"));
        if !force && path.symlink_metadata().is_ok() {
            return Err(ExportError::Exists { path });
        }
        let file = open(&part)?;
        let schema = layout.schema.root_schema_ptr();
        let writer = SerializedFileWriter::new(file, schema, layout.properties.clone());
        Ok(TableFile {
            path,
            writer: writer.map_err(|error| failed(&part, error))?,
            part,
            waiting: Rows::new(&layout),
            layout,
            rows: 0,
        })
    }

    pub(super) const fn table(&self) -> Table {
        self.layout.table
    }

    pub(super) const fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn add(&mut self, addition: Addition) -> Result<(), ExportError> {
        self.rows += addition.rows + addition.rest.len() as u64;
        for group in addition.groups {
            self.flush()?;
            self.write(group)?;
        }
        self.waiting.append(addition.rest);
        match self.waiting.is_large() {
            true => self.flush(),
            false => Ok(()),
        }
    }

    fn flush(&mut self) -> Result<(), ExportError> {
        if self.waiting.len() == 0 {
            return Ok(());
        }
        let group = self.waiting.encode(&self.layout)?;
        self.write(group)
    }

    fn write(&mut self, group: Group) -> Result<(), ExportError> {
        let written = append(&mut self.writer, group);
        written.map_err(|error| failed(&self.part, error))
    }

    /// Writes what is left, and sees to it that the host has it all.
    pub(super) fn complete(&mut self) -> Result<(), ExportError> {
        self.flush()?;
        let finished = self.writer.finish();
        finished.map_err(|error| failed(&self.part, error))?;
        let synced = self.writer.inner().sync_all();
        synced.map_err(|error| failed(&self.part, error.into()))
    }

    /// Gives the file its name. It has to be complete.
    pub(super) fn publish(self) -> Result<(), ExportError> {
        std::fs::rename(&self.part, &self.path).map_err(|source| ExportError::Create {
            path: self.path.clone(),
            source,
        })
    }
}

impl Drop for TableFile {
    fn drop(&mut self) {
        // It is gone if it was published; and what cannot be removed looks like no table.
        let _gone = std::fs::remove_file(&self.part);
    }
}

/// Opens what a killed export may have left, too; not what another is writing.
fn open(part: &Path) -> Result<File, ExportError> {
    let path = || part.to_owned();
    let create = |source| ExportError::Create {
        path: path(),
        source,
    };
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).open(part);
    let file = file.map_err(create)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(ExportError::Busy { path: path() }),
        Err(TryLockError::Error(source)) => return Err(create(source)),
    }
    file.set_len(0).map_err(create)?;
    Ok(file)
}

fn append(writer: &mut SerializedFileWriter<File>, group: Group) -> Result<(), ParquetError> {
    let mut to = writer.next_row_group()?;
    for column in group {
        to.append_column(&column.bytes, column.closed)?;
    }
    to.close().map(drop)
}

/// The host's errors come wrapped.
fn failed(path: &Path, error: ParquetError) -> ExportError {
    let source = match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(source) => *source,
            Err(inner) => return ExportError::Encode(ParquetError::External(inner)),
        },
        other => return ExportError::Encode(other),
    };
    ExportError::Write {
        path: path.to_owned(),
        source,
    }
}
