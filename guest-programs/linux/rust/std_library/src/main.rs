//! Rust's standard library: collections, text, panics that unwind, files, time.
//! The argument is a directory that it may write to.

use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet, VecDeque};
use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// Letters of a sentence, counted in several collections.
fn collections() {
    let text = "the quick brown fox jumps over the lazy dog and the quick cat";
    let mut counts = HashMap::new();
    for word in text.split(' ') {
        *counts.entry(word).or_insert(0) += 1;
    }
    let mut sorted: Vec<_> = counts.iter().collect();
    sorted.sort_by_key(|&(word, count)| (-*count, *word));
    println!("{:?}", &sorted[..4]);
    let letters: BTreeMap<char, usize> = text
        .char_indices()
        .map(|(at, letter)| (letter, at))
        .collect();
    println!("{letters:?}");
    let mut heap: BinaryHeap<u64> = (1..200).map(|n| n * n * 7919 % 1009).collect();
    let largest: Vec<_> = std::iter::from_fn(|| heap.pop()).take(8).collect();
    let mut queue: VecDeque<_> = largest.iter().collect();
    queue.rotate_left(3);
    let set: HashSet<_> = text.bytes().collect();
    println!("{queue:?} {}", set.len());
}

/// Numbers to text and back, every bit of them.
fn numbers() {
    let values = [
        0.1,
        -0.0,
        1.0 / 3.0,
        1e21,
        1e-7,
        5e-324,
        f64::MAX,
        f64::EPSILON,
        f64::NAN,
        f64::INFINITY,
    ];
    for value in values {
        println!(
            "{value} {value:?} {value:e} {value:.3} {value:+010.2} {}",
            value as f32
        );
    }
    let mut state = 1_u64;
    let mut back = 0;
    for _ in 0..20_000 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let value = f64::from_bits(state);
        let text = value.to_string();
        let read: f64 = text.parse().unwrap();
        back += u32::from(read.to_bits() == state || value.is_nan());
    }
    println!("{back} came back");
    for text in [
        "1e400",
        "-1e-400",
        "0x10",
        "1_000",
        ".5",
        "inf",
        "9007199254740993",
    ] {
        println!("{text}: {:?}", text.parse::<f64>());
    }
    println!(
        "{} {} {}",
        300.7_f64 as u8,
        -1.5_f64 as u32,
        f64::NAN as i64
    );
    println!("{:?} {:?}", "12x".parse::<i32>(), i128::MAX.checked_mul(2));
    let angle = 0.75_f64;
    println!(
        "{} {} {} {}",
        angle.sin(),
        angle.exp().ln(),
        angle.powf(2.5),
        angle.mul_add(3.0, -2.0)
    );
    println!(
        "{} {} {}",
        2.5_f64.round(),
        2.5_f64.round_ties_even(),
        (-2.5_f64).trunc()
    );
}

/// Text that is more than ASCII.
fn text() {
    let text = "Größe: 10 € – 日本語 🦀";
    println!(
        "{} {} {}",
        text.len(),
        text.chars().count(),
        text.to_uppercase()
    );
    println!(
        "{:?} {:>12}|{:^12}|{:<12}|",
        &text[..7],
        "right",
        "centre",
        "left"
    );
    println!(
        "{:#x} {:#010b} {:o} {:?}",
        48879,
        37,
        511,
        String::from_utf8(vec![0x66, 0xff])
    );
    println!("{:#?}", (1, "two", Some([3.0])));
}

/// Counts how often it is dropped.
struct Dropped<'a>(&'a std::cell::Cell<u32>);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

fn descend(depth: u32, drops: &std::cell::Cell<u32>) -> u32 {
    let _dropped = Dropped(drops);
    if depth == 0 {
        panic!("at the bottom");
    }
    descend(depth - 1, drops) + 1
}

/// Panics that unwind through frames with destructors.
fn panics() {
    panic::set_hook(Box::new(|panic| {
        let line = panic.location().map_or(0, |location| location.line());
        println!(
            "hook: {} {}",
            panic.payload_as_str().unwrap_or("?"),
            line > 0
        );
    }));
    let drops = std::cell::Cell::new(0);
    let caught = panic::catch_unwind(AssertUnwindSafe(|| descend(50, &drops)));
    println!("{} {}", caught.is_err(), drops.get());
    let empty: Vec<i32> = Vec::new();
    let caught = panic::catch_unwind(|| empty[std::env::args().count()]);
    println!("{}", caught.is_err());
    let caught = panic::catch_unwind(|| {
        let inner = panic::catch_unwind(|| panic::panic_any(7_i32));
        panic::resume_unwind(inner.unwrap_err());
    });
    println!("{:?}", caught.unwrap_err().downcast_ref::<i32>());
    let divisor = std::env::args().count() as i32 - 2;
    println!("{}", panic::catch_unwind(|| 1 / divisor).is_err());
}

/// Files and directories below `base`.
fn files(base: &Path) -> Result<(), Box<dyn Error>> {
    let path = base.join("lines.txt");
    let mut file = io::BufWriter::new(File::create(&path)?);
    for line in 0..3000 {
        writeln!(file, "line {line} {:.2}", f64::from(line) / 7.0)?;
    }
    file.flush()?;
    let lines = BufReader::new(File::open(&path)?).lines();
    let sum: f64 = lines
        .map(|line| {
            line.unwrap()
                .rsplit(' ')
                .next()
                .unwrap()
                .parse::<f64>()
                .unwrap()
        })
        .sum();
    println!("{sum:.3} {}", fs::metadata(&path)?.len());
    let mut file = OpenOptions::new().read(true).write(true).open(&path)?;
    file.seek(SeekFrom::End(-9))?;
    let mut rest = String::new();
    file.read_to_string(&mut rest)?;
    println!("{rest:?}");
    file.set_len(100)?;
    fs::create_dir_all(base.join("a/b/c"))?;
    fs::copy(&path, base.join("a/b/c/copy"))?;
    fs::rename(&path, base.join("a/moved"))?;
    let mut names: Vec<_> = fs::read_dir(base.join("a"))?
        .map(|entry| entry.map(|entry| (entry.file_name(), entry.path().is_dir())))
        .collect::<Result<_, _>>()?;
    names.sort();
    println!("{names:?}");
    println!(
        "{:?}",
        File::open(base.join("missing")).map_err(|error| error.kind())
    );
    fs::remove_dir_all(base.join("a/b"))?;
    println!(
        "{} {}",
        base.join("a/b").exists(),
        fs::read(base.join("a/moved"))?.len()
    );
    Ok(())
}

/// Clocks only have to go on.
fn time() {
    let (start, day) = (Instant::now(), SystemTime::now());
    std::thread::sleep(Duration::from_millis(2));
    println!("{}", start.elapsed() >= Duration::from_millis(2));
    println!(
        "{}",
        day.elapsed()
            .is_ok_and(|elapsed| elapsed < Duration::from_secs(60))
    );
    println!("{:?}", Duration::from_secs_f64(1.0625) * 3);
}

fn main() {
    let Some(base) = std::env::args().nth(1) else {
        std::process::exit(2)
    };
    collections();
    numbers();
    text();
    panics();
    files(Path::new(&base)).unwrap();
    time();
    let refused = std::thread::Builder::new()
        .spawn(|| 1)
        .map(std::thread::JoinHandle::join);
    // Where there are threads it runs, where there are none it is an error.
    println!("{}", matches!(refused, Ok(Ok(1)) | Err(_)));
    std::process::exit(42);
}
