//! Gives the crate a digest of its own sources: emitted code that an emulator of
//! other sources has left on disk is not to be used.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    let mut hasher = DefaultHasher::new();
    for source in ["Cargo.toml", "build.rs", "src"] {
        add(Path::new(source), &mut hasher)?;
        println!("cargo::rerun-if-changed={source}");
    }
    println!("cargo::rustc-env=RVJET_SOURCES={:016x}", hasher.finish());
    Ok(())
}

/// Adds a file, or all files of a directory in the order of their names.
fn add(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    path.hash(hasher);
    if !path.is_dir() {
        fs::read(path)?.hash(hasher);
        return Ok(());
    }
    let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path()));
    let mut entries: Vec<_> = entries.collect::<io::Result<_>>()?;
    entries.sort();
    entries.iter().try_for_each(|entry| add(entry, hasher))
}
