//! Files that a command writes.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::failure::Failure;
use super::output;

/// Whether this path means standard output.
pub fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens what is to be written to: `-` is standard output. A file that is there is
/// replaced only by `force`, and never if it is what is read, at `source`; a FIFO or a
/// device is written to as it is.
pub fn create(path: &Path, force: bool, source: &Path) -> Result<File, Failure> {
    let opened = if is_stdout(path) {
        output::stdout_file()
    } else if is_same_file(path, source) {
        Err(io::Error::other("it is what is read"))
    } else {
        open(path, force)
    };
    opened.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => Failure::Exists {
            path: path.to_owned(),
        },
        _ => Failure::Create {
            path: path.to_owned(),
            source,
        },
    })
}

/// Creates a file, or makes empty the one that is there.
pub fn create_empty(path: &Path) -> Result<File, Failure> {
    File::create(path).map_err(|source| Failure::Create {
        path: path.to_owned(),
        source,
    })
}

/// Whether both lead to one file, which has content to lose.
fn is_same_file(a: &Path, b: &Path) -> bool {
    let place = |path: &Path| {
        let about = path.metadata().ok()?;
        about.is_file().then(|| (about.dev(), about.ino()))
    };
    place(a).is_some_and(|a| Some(a) == place(b))
}

fn open(path: &Path, force: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true);
    let new = options.clone().create_new(true).open(path);
    match new {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let is_file = path.metadata().is_ok_and(|about| about.is_file());
            if is_file && !force {
                return Err(error);
            }
            options.truncate(is_file).open(path)
        }
        new => new,
    }
}
