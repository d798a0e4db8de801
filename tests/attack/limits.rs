//! The command against programs that want more than they were given.

use std::path::PathBuf;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

fn program(name: &str) -> String {
    format!(
        "{}/tests/attack/guests/{name}.elf",
        env!("CARGO_MANIFEST_DIR")
    )
}

fn rvjet(arguments: &[&str], name: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rvjet"));
    command
        .arg("run")
        .args(arguments)
        .arg(program(name))
        .stdin(Stdio::null());
    command
}

/// A run's output and wall time.
fn timed(mut command: Command) -> (Output, Duration) {
    let start = Instant::now();
    let output = command.output().unwrap();
    (output, start.elapsed())
}

/// No signal, whatever the status.
fn survived(status: ExitStatus) -> bool {
    status.code().is_some_and(|code| code != 134)
}

/// A figure of `--stats=json` on standard error.
fn figure(output: &Output, name: &str) -> u64 {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| line.starts_with('{')).unwrap();
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    value[name].as_u64().unwrap()
}

#[test]
fn mappings_that_the_host_refuses_are_no_crash() {
    for engine in ["interp", "jit"] {
        let (output, _) = timed(rvjet(&["--engine", engine], "partial"));
        assert!(survived(output.status), "{engine}: {output:?}");
    }
}

#[test]
fn dropping_units_with_many_links_keeps_the_time_limit() {
    let (output, time) = timed(rvjet(&["--engine", "jit", "--timeout", "1s"], "links"));
    assert!(time < Duration::from_secs(5), "{time:?} {output:?}");
}

#[test]
fn the_names_of_directories_do_not_grow() {
    let dir = tempfile::tempdir().unwrap();
    let grant = format!("{}:/d", dir.path().display());
    let (output, _) = timed(rvjet(
        &["--max-mem", "16M", "--stats=json", "--dir", &grant],
        "path",
    ));
    assert!(figure(&output, "peak_rss") < 128 << 20, "{output:?}");
}

#[test]
fn a_fence_after_many_changed_pages_keeps_the_time_limit() {
    for engine in ["interp", "jit"] {
        let (output, time) = timed(rvjet(
            &["--engine", engine, "--timeout", "3s", "--max-mem", "512M"],
            "fence",
        ));
        assert!(
            time < Duration::from_secs(5),
            "{engine} {time:?} {output:?}"
        );
    }
}

#[test]
fn many_stale_ranges_keep_the_time_limit() {
    let (output, time) = timed(rvjet(
        &["--engine", "jit", "--timeout", "2s", "--max-mem", "128M"],
        "stale",
    ));
    assert!(time < Duration::from_secs(4), "{time:?} {output:?}");
}

#[test]
fn compiling_without_end_keeps_the_time_limit() {
    let (output, time) = timed(rvjet(&["--engine", "jit", "--timeout", "1s"], "storm"));
    assert!(time < Duration::from_millis(2500), "{time:?} {output:?}");
}

/// Makes `command` wait at most this long, and kills it then.
fn ends_within(mut command: Command, limit: Duration) -> bool {
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    while start.elapsed() < limit {
        if child.try_wait().unwrap().is_some() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    false
}

#[test]
fn a_fifo_as_standard_input_keeps_the_time_limit() {
    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("fifo");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    // Open for reading and writing, so that opening does not wait, and nothing is ever written.
    let _writer = std::fs::File::options()
        .read(true)
        .write(true)
        .open(&fifo)
        .unwrap();
    let mut command = rvjet(
        &["--timeout", "500ms", "--stdin", fifo.to_str().unwrap()],
        "cat",
    );
    command.stdout(Stdio::null()).stderr(Stdio::null());
    assert!(ends_within(command, Duration::from_secs(5)));
}

#[test]
fn a_trace_that_nobody_reads_keeps_the_time_limit() {
    let mut command = rvjet(&["--timeout", "500ms", "--strace"], "calls");
    let (_unread, writer) = std::io::pipe().unwrap();
    command.stdout(Stdio::null()).stderr(writer);
    assert!(ends_within(command, Duration::from_secs(5)));
}

#[test]
fn a_large_write_to_a_file_keeps_the_time_limit() {
    let mut command = rvjet(&["--timeout", "50ms"], "bigwrite");
    let file = tempfile::tempfile().unwrap();
    command.stdout(file.try_clone().unwrap());
    command.output().unwrap();
    assert!(file.metadata().unwrap().len() < 1 << 30);
}

/// An ELF with one `ebreak`, and a line program of so many bytes.
fn lines(bytes: usize) -> Vec<u8> {
    let header = [
        &[1u8, 1, 1, 1, 14, 10, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0][..],
        b"a\0\0\0\0\0",
    ]
    .concat();
    let mut body = 4u16.to_le_bytes().to_vec();
    body.extend((header.len() as u32).to_le_bytes());
    body.extend(&header);
    body.extend([0, 9, 2]);
    body.extend(0x1_0000u64.to_le_bytes());
    body.resize(body.len() + bytes, 24);
    body.extend([0, 1, 1]);
    let names = b"\0.text\0.debug_line\0.shstrtab\0";
    let line = 0x1004;
    let strings = line + 4 + body.len();
    let sections = (strings + names.len()).next_multiple_of(8);
    let mut elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    elf.extend([2, 0, 243, 0, 1, 0, 0, 0]);
    elf.extend(
        [0x1_0000, 64, sections as u64]
            .map(u64::to_le_bytes)
            .concat(),
    );
    elf.extend([0, 0, 0, 0, 64, 0, 56, 0, 1, 0, 64, 0, 4, 0, 3, 0]);
    elf.extend([1, 0, 0, 0, 5, 0, 0, 0]);
    elf.extend(
        [0x1000u64, 0x1_0000, 0x1_0000, 4, 4, 0x1000]
            .map(u64::to_le_bytes)
            .concat(),
    );
    elf.resize(0x1000, 0);
    elf.extend(0x0010_0073u32.to_le_bytes());
    elf.extend((body.len() as u32).to_le_bytes());
    elf.extend(body);
    elf.extend(names);
    elf.resize(sections, 0);
    let mut section = |name: u32, kind: u32, flags: u64, addr: u64, at: usize, size: usize| {
        elf.extend([name, kind].map(u32::to_le_bytes).concat());
        elf.extend(
            [flags, addr, at as u64, size as u64, 0, 1, 0]
                .map(u64::to_le_bytes)
                .concat(),
        );
    };
    section(0, 0, 0, 0, 0, 0);
    section(1, 1, 6, 0x1_0000, 0x1000, 4);
    section(7, 1, 0, 0, line, strings - line);
    section(19, 3, 0, 0, strings, names.len());
    elf
}

#[test]
fn line_tables_do_not_multiply() {
    let dir = tempfile::tempdir().unwrap();
    let path: PathBuf = dir.path().join("lines.elf");
    std::fs::write(&path, lines(40 << 20)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rvjet"));
    command
        .args(["run", "--max-mem", "16M", "--stats=json"])
        .arg(&path);
    let output = command.output().unwrap();
    assert!(figure(&output, "peak_rss") < 200 << 20, "{output:?}");
}

#[test]
fn the_host_process_is_not_a_file() {
    let (output, _) = timed(rvjet(&["--dir", "/proc:/p"], "procmem"));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!text.contains("pwrite to host text: 4"), "{text}");
}

#[test]
#[ignore = "an allocation of the emulator's own that the host refuses ends the process"]
fn memory_that_the_host_refuses_is_no_crash() {
    for limit in ["4300000", "4330000", "4360000", "4400000"] {
        let script = format!("ulimit -v {limit}; exec \"$0\" run --max-insns 200000 \"$1\"");
        let mut command = Command::new("sh");
        command.args([
            "-c",
            &script,
            env!("CARGO_BIN_EXE_rvjet"),
            &program("storm"),
        ]);
        let output = command.output().unwrap();
        assert!(survived(output.status), "{limit}: {output:?}");
    }
}

#[test]
fn what_is_known_of_units_stays_below_what_readme_says() {
    let (output, _) = timed(rvjet(
        &["--engine", "jit", "--max-mem", "16M", "--stats=json"],
        "tiny",
    ));
    assert!(
        figure(&output, "peak_rss") < (250 + 16 + 16) << 20,
        "{output:?}"
    );
}

#[test]
fn a_host_that_blocks_signals_is_no_danger() {
    let mut command = Command::new("env");
    command.args([
        "--block-signal=SEGV,BUS",
        env!("CARGO_BIN_EXE_rvjet"),
        "run",
        &program("touch"),
    ]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn a_file_size_limit_is_an_error_of_the_guest() {
    let dir = tempfile::tempdir().unwrap();
    let script = format!(
        "ulimit -f 100; exec \"$0\" run --dir {}:/d \"$1\"",
        dir.path().display()
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_rvjet"), &program("big")]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}
