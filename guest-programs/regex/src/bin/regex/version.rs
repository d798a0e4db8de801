//! The versions of what is in here.

use alloc::string::String;

/// What this build of the program was locked to.
const LOCK: &str = include_str!("../../../../Cargo.lock");

/// The packages whose engines can be asked for, with their versions.
const VERSIONS: [(&str, &str); 3] = [
    (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
    (
        "regex-automata",
        locked("\nname = \"regex-automata\"\nversion = \""),
    ),
    (
        "fancy-regex",
        locked("\nname = \"fancy-regex\"\nversion = \""),
    ),
];

/// A line a package.
pub fn lines() -> String {
    let lines = VERSIONS.map(|(package, version)| alloc::format!("{package} {version}\n"));
    lines.concat()
}

/// What the lock file has between `before` and the next quote; found when this is compiled,
/// so that the rest of the file is not part of the program.
const fn locked(before: &str) -> &'static str {
    let (lock, before) = (LOCK.as_bytes(), before.as_bytes());
    let mut start = 0;
    while !begins(lock, start, before) {
        start += 1;
    }
    let (_, version) = LOCK.split_at(start + before.len());
    let mut end = 0;
    while version.as_bytes()[end] != b'"' {
        end += 1;
    }
    version.split_at(end).0
}

const fn begins(text: &[u8], at: usize, with: &[u8]) -> bool {
    let mut i = 0;
    while i < with.len() && text[at + i] == with[i] {
        i += 1;
    }
    i == with.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_one_of_the_lock_file() {
        for (package, version) in VERSIONS {
            let entry = format!("[[package]]\nname = \"{package}\"\nversion = \"{version}\"\n");
            assert_eq!(LOCK.matches(&entry).count(), 1, "{entry}");
        }
    }
}
