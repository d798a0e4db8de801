//! The file from which Linux perf takes the names of emitted code.
//!
//! perf looks for `/tmp/perf-<pid>.map`, where others may write, too: what is
//! there is never written to. An old file of this user's is removed (a process
//! of the same number left it), anything else is an error. A line is `START SIZE
//! NAME`, numbers in hexadecimal, the name up to the end of the line.
//!
//! Each line is written at once, so that a process that is killed leaves all of
//! them. perf knows of no time, and takes any of two lines that overlap: where
//! code memory is cleared, its lines go, and the file is written anew.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::elf::Symbols;
use crate::error::Error;
use crate::jit::{Emission, Listener};

/// Characters of a symbol's name that are written: enough to know it by.
const MAX_NAME: usize = 200;

/// The names of a program's code.
#[derive(Debug)]
struct Names {
    /// From this address on, up to the next entry's: what has no name, or how far
    /// that goes back.
    spans: Vec<(u64, Option<Named>)>,
}

/// A symbol.
#[derive(Debug, PartialEq, Eq)]
struct Named {
    addr: u64,
    name: Box<str>,
}

impl Names {
    /// The symbols of an ELF file that is moved up by `bias`.
    fn of(elf: &[u8], bias: u64) -> Names {
        let symbols = Symbols::parse(elf, bias);
        let ends = symbols
            .iter()
            .flat_map(|symbol| [symbol.addr, symbol.addr.saturating_add(symbol.size)]);
        let mut bounds: Vec<u64> = ends.collect();
        bounds.sort_unstable();
        bounds.dedup();
        let named = |at: u64| {
            symbols.lookup(at).map(|symbol| Named {
                addr: symbol.addr,
                name: plain(&symbol.name),
            })
        };
        Names {
            spans: bounds.into_iter().map(|at| (at, named(at))).collect(),
        }
    }

    /// What the code at `pc` is called.
    fn at(&self, pc: u64) -> String {
        let after = self.spans.partition_point(|(start, _)| *start <= pc);
        let span = after.checked_sub(1).and_then(|last| self.spans.get(last));
        match span {
            Some((_, Some(Named { addr, name }))) if *addr == pc => name.to_string(),
            Some((_, Some(Named { addr, name }))) => format!("{name}+{:#x}", pc - addr),
            _ => format!("{pc:#x}"),
        }
    }
}

/// A name as it fits into a line.
fn plain(name: &str) -> Box<str> {
    let safe = |char: char| match char.is_control() || char.is_whitespace() {
        true => ' ',
        false => char,
    };
    name.chars().take(MAX_NAME).map(safe).collect()
}

/// The file of this process.
#[derive(Debug)]
pub(super) struct PerfMap {
    process: u32,
    file: File,
    /// The lines of each code memory, by its address.
    lines: BTreeMap<u64, String>,
}

static MAP: Mutex<Option<PerfMap>> = Mutex::new(None);

impl PerfMap {
    /// Who writes to the file of this process what is emitted for a program. The
    /// file is created if need be.
    pub(super) fn listener(elf: &[u8], bias: u64) -> Result<Listener, Error> {
        let process = std::process::id();
        let mut map = PerfMap::lock();
        if map.as_ref().is_none_or(|map| map.process != process) {
            let path = PathBuf::from(format!("/tmp/perf-{process}.map"));
            let created = create(&path);
            let file = created.map_err(|source| Error::PerfMap { path, source })?;
            *map = Some(PerfMap::new(process, file));
        }
        drop(map);
        let names = Names::of(elf, bias);
        Ok(Listener::new(move |news| {
            if let Some(map) = &mut *PerfMap::lock() {
                map.take(&names, news);
            }
        }))
    }

    fn new(process: u32, file: File) -> PerfMap {
        PerfMap {
            process,
            file,
            lines: BTreeMap::new(),
        }
    }

    fn lock() -> MutexGuard<'static, Option<PerfMap>> {
        // Whoever panicked may have left half a line.
        MAP.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&mut self, names: &Names, news: &Emission) {
        // perf has no names then; the run is not to suffer from it.
        let _full: io::Result<()> = match *news {
            Emission::Cleared { base } => self.clear(base),
            Emission::Stub {
                base,
                addr,
                len,
                name,
            } => self.add(base, addr, len, format_args!("rvjet {name}")),
            Emission::Unit {
                base,
                addr,
                len,
                pc,
                mode,
            } => self.add(base, addr, len, format_args!("{} [{mode}]", names.at(pc))),
        };
    }

    fn add(
        &mut self,
        base: u64,
        addr: u64,
        len: u64,
        name: std::fmt::Arguments<'_>,
    ) -> io::Result<()> {
        let lines = self.lines.entry(base).or_default();
        let start = lines.len();
        // A string takes all that is written to it.
        let _written = writeln!(lines, "{addr:x} {len:x} {name}");
        self.file.write_all(&lines.as_bytes()[start..])
    }

    /// Takes back the lines of a code memory.
    fn clear(&mut self, base: u64) -> io::Result<()> {
        if self.lines.remove(&base).is_none() {
            return Ok(());
        }
        self.file.set_len(0)?;
        let mut others = self.lines.values();
        others.try_for_each(|lines| self.file.write_all(lines.as_bytes()))
    }
}

/// Creates a file that nobody else can have opened, in place of an old one of
/// this user's.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create_new(true).mode(0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let about = fs::symlink_metadata(path)?;
            let own = about.uid() == rustix::process::geteuid().as_raw();
            if !own || !about.is_file() {
                return Err(error);
            }
            fs::remove_file(path)?;
            options.open(path)
        }
        opened => opened,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: u64 = 0x7f00_0000_0000;

    /// The map in a file of a directory's own, and what it has been told.
    fn told(news: &[Emission]) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("map");
        let mut map = PerfMap::new(0, create(&path).unwrap());
        let names = Names {
            spans: vec![
                (0x100, named(0x100, "main")),
                (0x120, None),
                (0x140, named(0x100, "main")),
            ],
        };
        news.iter().for_each(|news| map.take(&names, news));
        fs::read_to_string(path).unwrap()
    }

    fn named(addr: u64, name: &str) -> Option<Named> {
        let name = plain(name);
        Some(Named { addr, name })
    }

    fn unit(base: u64, at: u64, pc: u64) -> Emission {
        Emission::Unit {
            base,
            addr: base + at,
            len: 0x10,
            pc,
            mode: "fast",
        }
    }

    #[test]
    fn units_and_stubs_have_names() {
        let stub = Emission::Stub {
            base: BASE,
            addr: BASE,
            len: 0x114,
            name: "enter",
        };
        let news = [
            stub,
            unit(BASE, 0x200, 0x100),
            unit(BASE, 0x210, 0x11c),
            unit(BASE, 0x220, 0x120),
            unit(BASE, 0x230, 0x144),
            unit(BASE, 0x240, 0x8),
        ];
        let lines = "7f0000000000 114 rvjet enter\n\
            7f0000000200 10 main [fast]\n\
            7f0000000210 10 main+0x1c [fast]\n\
            7f0000000220 10 0x120 [fast]\n\
            7f0000000230 10 main+0x44 [fast]\n\
            7f0000000240 10 0x8 [fast]\n";
        assert_eq!(told(&news), lines);
    }

    #[test]
    fn where_code_is_cleared_its_lines_go() {
        let other = BASE + (1 << 32);
        let news = [
            Emission::Cleared { base: BASE },
            unit(BASE, 0x200, 0x100),
            unit(other, 0x200, 0x100),
            Emission::Cleared { base: BASE },
            unit(BASE, 0x200, 0x104),
        ];
        let lines = "7f0100000200 10 main [fast]\n7f0000000200 10 main+0x4 [fast]\n";
        assert_eq!(told(&news), lines);
    }

    #[test]
    fn a_name_is_of_one_line_and_not_long() {
        assert_eq!(&*plain("a\nb\u{85}c\u{2028}d e"), "a b c d e");
        assert_eq!(plain(&"\u{1f600}".repeat(5000)).chars().count(), MAX_NAME);
    }

    #[test]
    fn what_others_put_there_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let precious = dir.path().join("precious");
        fs::write(&precious, "kept").unwrap();
        let refused = |name: &str| {
            let error = create(&dir.path().join(name)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists, "{name}");
        };
        std::os::unix::fs::symlink(&precious, dir.path().join("link")).unwrap();
        refused("link");
        std::os::unix::fs::symlink("nowhere", dir.path().join("dangling")).unwrap();
        refused("dangling");
        assert!(!dir.path().join("nowhere").exists());
        fs::create_dir(dir.path().join("directory")).unwrap();
        refused("directory");
        // A second name of a file is taken away; the file stays as it is.
        fs::hard_link(&precious, dir.path().join("hard")).unwrap();
        create(&dir.path().join("hard"))
            .unwrap()
            .write_all(b"map")
            .unwrap();
        assert_eq!(fs::read_to_string(precious).unwrap(), "kept");
    }
}
