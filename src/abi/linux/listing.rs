//! `getdents64`: what is in a directory, by name, whatever order the host has it in.

use std::os::fd::AsFd;
use std::sync::{MutexGuard, PoisonError};

use rustix::fs::{Dir, FileType};

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::files::{Directory, OpenFile};
use super::user;
use crate::machine::{Access, Hart};

/// Bytes that all directories which are being read may take.
const MAX_BYTES: usize = 32 << 20;
/// Bytes that one call gives at most.
const MAX_CALL: u64 = 1 << 16;
/// Bytes of a `struct linux_dirent64` before the name.
const HEAD: usize = 19;

/// A name in a directory.
#[derive(Debug)]
struct Entry {
    name: Box<[u8]>,
    inode: u64,
    /// `DT_REG` and the like.
    kind: u8,
}

impl Entry {
    /// Bytes that it takes of the host.
    fn cost(&self) -> usize {
        size_of::<Entry>() + self.name.len() + 16
    }

    /// The record, `next` being the position of the entry after it.
    fn encode(&self, next: u64) -> Vec<u8> {
        let len = (HEAD + self.name.len() + 1).next_multiple_of(8);
        let mut record = Vec::with_capacity(len);
        record.extend(self.inode.to_le_bytes());
        record.extend(next.to_le_bytes());
        record.extend((len as u16).to_le_bytes());
        record.push(self.kind);
        record.extend(&*self.name);
        record.resize(len, 0);
        record
    }
}

/// How far a directory was read: what was found when that began, for what
/// comes and goes meanwhile is not to move the others.
#[derive(Debug, Default)]
pub(super) struct Reading {
    at: u64,
    found: Option<Vec<Entry>>,
}

impl Reading {
    fn cost(&self) -> usize {
        self.found.iter().flatten().map(Entry::cost).sum()
    }

    /// Goes to `position`; the start means to look anew, as does to go back from the end.
    pub(super) fn seek(&mut self, position: u64) -> u64 {
        self.at = position;
        if position == 0 || self.found.as_ref().is_some_and(Vec::is_empty) {
            self.found = None;
        }
        position
    }

    /// Where it is.
    pub(super) fn position(&self) -> u64 {
        self.at
    }

    /// The records that fit into `len` bytes. At the end nothing is kept.
    fn records(&mut self, len: usize) -> Result<Vec<u8>, Errno> {
        let mut records = Vec::new();
        let start = usize::try_from(self.at).unwrap_or(usize::MAX);
        for entry in self.found.iter().flatten().skip(start) {
            let record = entry.encode(self.at + 1);
            if records.len() + record.len() > len {
                return match records.is_empty() {
                    true => Err(Errno::INVAL),
                    false => Ok(records),
                };
            }
            records.extend(record);
            self.at += 1;
        }
        if records.is_empty() {
            self.found = Some(Vec::new());
        }
        Ok(records)
    }
}

impl Directory {
    /// How far it was read.
    pub(super) fn reading(&self) -> MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Linux {
    /// `getdents64`.
    pub(super) fn getdents64(&mut self, hart: &mut Hart, [fd, to, len, ..]: [u64; 6]) -> Outcome {
        let OpenFile::Directory(directory) = self.files.get(fd)?.clone() else {
            return Err(Errno::NOTDIR.into());
        };
        if directory.reading().found.is_none() {
            let found = self.look_into(&directory)?;
            directory.reading().found = Some(found);
        }
        let wanted = u64::from(len as u32).min(MAX_CALL);
        let room = hart.memory.permitted_prefix(to, wanted, Access::READ_WRITE);
        let mut reading = directory.reading();
        let before = reading.at;
        let records = match reading.records(room as usize) {
            Err(Errno::INVAL) if room < wanted => return Err(Errno::FAULT.into()),
            records => records?,
        };
        if let Err(fault) = user::put(&mut hart.memory, to, &records) {
            reading.at = before;
            return Err(fault.into());
        }
        Ok(records.len() as u64)
    }

    /// All entries of a directory, itself and the one above first.
    fn look_into(&mut self, directory: &Directory) -> Result<Vec<Entry>, Failure> {
        let readings = self.files.open().filter_map(|file| match file {
            OpenFile::Directory(other) => Some(other.reading().cost()),
            _ => None,
        });
        let mut left = MAX_BYTES.saturating_sub(readings.sum());
        let device = rustix::fs::fstat(&directory.file)?.st_dev;
        let mut names = Vec::new();
        for entry in Dir::read_from(directory.file.as_fd())? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            let found = Entry {
                name: name.into(),
                inode: entry.ino(),
                kind: kind(entry.file_type()),
            };
            left = left.checked_sub(found.cost()).ok_or(Errno::NOMEM)?;
            names.push(found);
        }
        names.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        for entry in &mut names {
            entry.inode = self.inodes.number((device, entry.inode));
        }
        // What is above a grant is nothing that the guest could tell apart.
        let dots = [&b"."[..], b".."].map(|name| Entry {
            name: name.into(),
            inode: directory.inode,
            kind: kind(FileType::Directory),
        });
        Ok(dots.into_iter().chain(names).collect())
    }
}

/// The number of a file's kind (`DT_UNKNOWN` and so on).
fn kind(of: FileType) -> u8 {
    match of {
        FileType::Fifo => 1,
        FileType::CharacterDevice => 2,
        FileType::Directory => 4,
        FileType::BlockDevice => 6,
        FileType::RegularFile => 8,
        FileType::Symlink => 10,
        FileType::Socket => 12,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_laid_out_as_the_kernel_has_it() {
        let entry = Entry {
            name: b"name".as_slice().into(),
            inode: 7,
            kind: 8,
        };
        let record = entry.encode(9);
        let mut expected = vec![7, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 24, 0, 8];
        expected.extend(b"name\0");
        assert_eq!(record, expected);
    }
}
