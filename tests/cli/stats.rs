//! `--stats`: its schema, its destinations.

use predicates::str::contains;
use serde_json::Value;

use crate::guest::{A0, DATA, Guest, SPIN, exit, load, lui, store};
use crate::{one_line, run};

fn json_of(guest: &Guest, options: &[&str]) -> Value {
    let args = options.iter().map(Into::into);
    let args = args.chain(["--stats=json".into(), guest.path.clone().into_os_string()]);
    let output = run(args).get_output().stderr.clone();
    let last = String::from_utf8(output).unwrap();
    serde_json::from_str(last.lines().last().unwrap()).unwrap()
}

#[test]
fn the_schema_of_version_1() {
    let [a, b, c] = exit(7);
    let guest = Guest::new(&[lui(A0, DATA), load(1), load(8), store(3), store(5), a, b, c]);
    let stats = json_of(&guest, &[]);
    assert_eq!(stats["schema_version"], 1);
    assert_eq!(stats["exit"]["kind"], "exited");
    assert_eq!(stats["exit"]["code"], 7);
    assert_eq!(stats["exit"]["pc"], 0x1001c);
    assert_eq!(stats["instructions"], 8);
    assert_eq!(stats["unaligned"]["loads"], 1);
    assert_eq!(stats["unaligned"]["stores"], 2);
    assert!(["jit", "interp"].contains(&stats["engine"].as_str().unwrap()));
    for time in ["load", "compile", "run"] {
        assert!(stats["time_ns"][time].is_u64(), "{time}");
    }
    assert!(stats["mips"].is_f64());
    assert!(stats["code_bytes"].is_u64());
    assert!(stats["peak_rss"].as_u64().unwrap() > 0);
    assert!(stats["peak_guest_memory"].as_u64().unwrap() >= 0x2000);
    let fields: Vec<_> = stats.as_object().unwrap().keys().collect();
    assert_eq!(stats["code_cache"], Value::Null);
    assert_eq!(stats["sp1"], Value::Null);
    assert_eq!(fields.len(), 12, "{fields:?}");
}

#[test]
fn limits_are_kept_to_the_instruction() {
    let guest = Guest::new(&[SPIN]);
    for limit in [1, 2, 999, 1_000_003] {
        for engine in ["auto", "interp"] {
            let stats = json_of(
                &guest,
                &["--engine", engine, "--max-insns", &limit.to_string()],
            );
            assert_eq!(stats["instructions"], limit);
            assert_eq!(stats["exit"]["kind"], "insn_limit");
            assert_eq!(stats["exit"]["code"], 152);
            assert_eq!(stats["exit"]["pc"], 0x10000);
        }
    }
}

#[test]
fn a_run_of_nothing_has_a_speed() {
    let guest = Guest::new(&[SPIN]);
    let stats = json_of(&guest, &["--max-insns=0"]);
    assert_eq!(
        stats["mips"].as_f64(),
        Some(0.0),
        "null if it were not finite"
    );
}

#[test]
fn traps_have_kinds() {
    let kind = |words: &[u32], options: &[&str]| {
        json_of(&Guest::of_words(words), options)["exit"]["kind"].clone()
    };
    assert_eq!(kind(&[0, 0], &[]), "illegal_instruction");
    assert_eq!(kind(&[0x0010_0073], &[]), "breakpoint");
    assert_eq!(kind(&[0x0000_3503], &[]), "memory_access");
    assert_eq!(kind(&[0x0000_006f], &["--timeout=10ms"]), "timeout");
}

#[test]
fn text_is_the_default() {
    let guest = Guest::new(&exit(0));
    let path = guest.path.as_os_str();
    for option in ["--stats", "--stats=text"] {
        run([option.as_ref(), path])
            .code(0)
            .stdout("")
            .stderr(contains("instructions:      3\n"));
    }
}

#[test]
fn figures_go_to_a_file() {
    let guest = Guest::new(&exit(4));
    for (format, start) in [("json", "{\"schema_version\":1,"), ("text", "engine:")] {
        let file = guest.beside(format);
        std::fs::write(&file, "old".repeat(1000)).unwrap();
        let option = format!("--stats={format}:{}", file.display());
        run([option.as_ref(), guest.path.as_os_str()])
            .code(4)
            .stderr("");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with(start), "{text}");
        assert!(!text.contains("old"), "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_made_is_told_before_the_run() {
    let guest = Guest::new(&[SPIN]);
    let line = "rvjet: cannot create /no/such/stats: No such file or directory (os error 2)";
    run([
        "--stats=json:/no/such/stats".as_ref(),
        guest.path.as_os_str(),
    ])
    .code(73)
    .stderr(one_line(line));
}

#[test]
fn a_full_disk_is_told() {
    let guest = Guest::new(&exit(0));
    run(["--stats=json:/dev/full".as_ref(), guest.path.as_os_str()])
        .code(74)
        .stderr(one_line(
            "rvjet: cannot write /dev/full: No space left on device (os error 28)",
        ));
}

/// A DWARF 4 line program of `count` rows, each with an address and a line of its own.
fn line_program(count: usize) -> Vec<u8> {
    // From the length of an instruction on: special opcodes start at 10, and
    // each of them that adds a line adds an address, too.
    let header = b"\x01\x01\x01\x01\x01\x0a\0\x01\x01\x01\x01\0\0\0\x01\0a.rs\0\0\0\0\0";
    let mut unit = vec![4, 0];
    unit.extend((header.len() as u32).to_le_bytes());
    unit.extend(header);
    unit.extend([&[0, 9, 2], &0xffffu64.to_le_bytes()[..]].concat());
    unit.extend(vec![11; count]);
    unit.extend([0, 1, 1]);
    [&(unit.len() as u32).to_le_bytes()[..], &unit].concat()
}

#[test]
fn the_line_of_a_trap_takes_no_memory_by_the_size_of_the_table() {
    let table = line_program(20_000_000);
    let size = table.len() as u64;
    let guest = Guest::with_section(&[0x0010_0073], ".debug_line", table);
    let args = ["--stats=json".as_ref(), guest.path.as_os_str()];
    let stderr = run(args).code(133).get_output().stderr.clone();
    let stderr = String::from_utf8(stderr).unwrap();
    let (message, figures) = stderr.split_once('\n').unwrap();
    let place = "(main+0x0, a.rs:2)";
    assert_eq!(message, format!("rvjet: breakpoint at pc 0x10000 {place}"));
    let figures: Value = serde_json::from_str(figures).unwrap();
    // The file, which is in memory once, and the command.
    assert!(
        figures["peak_rss"].as_u64().unwrap() < 2 * size,
        "{figures}"
    );
}
