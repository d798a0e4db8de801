//! From file to file.

use std::fs;

use crate::files::{APPEND, CREAT, DIRECTORY, RDWR, WRONLY, granted};
use crate::guest::{SCRATCH, errno::*, nr};

const SENDFILE: u64 = 71;
const COPY: u64 = 285;

#[test]
fn a_file_is_sent() {
    let (mut guest, dir) = granted();
    let from = guest.open("/data/file", 0);
    let (reader, writer) = guest.pipe(0);
    assert_eq!(guest.call(SENDFILE, [writer, from, 0, 4]), 4);
    assert_eq!(guest.read(reader), "cont");
    guest.put_words(SCRATCH, &[1]);
    assert_eq!(guest.call(SENDFILE, [writer, from, SCRATCH, 100]), 6);
    assert_eq!(guest.word(SCRATCH), 7);
    assert_eq!(guest.read(reader), "ontent");
    assert_eq!(guest.call(SENDFILE, [writer, from, 0, 100]), 3);
    assert_eq!(guest.read(reader), "ent");
    assert_eq!(guest.call(SENDFILE, [writer, from, 0, 100]), 0);
    assert_eq!(guest.call(SENDFILE, [from, from, 0, 1]), EBADF);
    assert_eq!(guest.call(SENDFILE, [writer, writer, 0, 1]), EBADF);
    assert_eq!(guest.call(SENDFILE, [writer, reader, 0, 1]), EINVAL);
    let to = guest.open("/data/to", WRONLY | CREAT | APPEND);
    assert_eq!(guest.call(SENDFILE, [to, from, 0, 1]), EINVAL);
    fs::write(dir.path().join("large"), vec![1; 100_000]).unwrap();
    let large = guest.open("/data/large", 0);
    assert_eq!(guest.call(SENDFILE, [writer, large, 0, 100_000]), 1 << 16);
    assert_eq!(guest.call(62, [large, 0, 1]), 1 << 16, "what was taken");
    assert_eq!(guest.call(SENDFILE, [writer, large, 0, 10]), EDEADLK);
}

#[test]
fn a_range_is_copied() {
    let (mut guest, dir) = granted();
    let content: Vec<u8> = (0..300_000u32).map(|at| (at >> 6) as u8).collect();
    fs::write(dir.path().join("large"), &content).unwrap();
    let from = guest.open("/data/large", RDWR);
    let to = guest.open("/data/to", RDWR | CREAT);
    assert_eq!(guest.call(COPY, [from, 0, to, 0, 1 << 40, 0]), 300_000);
    assert_eq!(fs::read(dir.path().join("to")).unwrap(), content);
    assert_eq!(guest.call(COPY, [from, 0, to, 0, 100, 0]), 0);
    guest.put_words(SCRATCH, &[1000, 2]);
    let offsets = [from, SCRATCH, to, SCRATCH + 8, 50, 0];
    assert_eq!(guest.call(COPY, offsets), 50);
    assert_eq!([guest.word(SCRATCH), guest.word(SCRATCH + 8)], [1050, 52]);
    assert_eq!(
        fs::read(dir.path().join("to")).unwrap()[2..52],
        content[1000..1050]
    );
    let directory = guest.open("/data", DIRECTORY);
    let reader = guest.open("/data/file", 0);
    let appending = guest.open("/data/x", WRONLY | CREAT | APPEND);
    for (args, errno) in [
        ([directory, 0, to, 0, 1, 0], EISDIR),
        ([0, 0, to, 0, 1, 0], EINVAL),
        ([reader, 0, reader, 0, 1, 0], EBADF),
        ([reader, 0, appending, 0, 1, 0], EBADF),
        ([from, 0, to, 0, 1, 1], EINVAL),
        ([77, 0, to, 0, 1, 0], EBADF),
    ] {
        assert_eq!(guest.call(COPY, args), errno, "{args:?}");
    }
    guest.put_words(SCRATCH, &[0, 10, i64::MAX as u64, u64::MAX]);
    let overlapping = [to, SCRATCH, to, SCRATCH + 8, 50, 0];
    assert_eq!(guest.call(COPY, overlapping), EINVAL);
    let far = [from, SCRATCH + 16, to, 0, 50, 0];
    assert_eq!(guest.call(COPY, far), EOVERFLOW);
    let before = [from, SCRATCH + 24, to, 0, 50, 0];
    assert_eq!(guest.call(COPY, before), EINVAL);
    assert_eq!(guest.call(nr::CLOSE, [to]), 0);
}
