//! `rvjet disasm`.

use std::path::Path;
use std::process::Command;

use crate::guest::Guest;
use crate::rvjet;

/// GNU objdump for RISC-V, as Debian names it.
const OBJDUMP: &str = "riscv64-linux-gnu-objdump";

fn listing(path: &Path) -> String {
    let mut command = rvjet();
    let assert = command.arg("disasm").arg(path).assert();
    let output = assert.code(0).stderr("").get_output().stdout.clone();
    String::from_utf8(output).unwrap()
}

/// Calls and branches with and without names, a compressed pair, data, padding, a
/// cut instruction before a label and at the end.
const WORDS: [u32; 17] = [
    0x008000ef, // jal x1,10008
    0x00b30001, // c.nop, then half an instruction before `tail`
    0xfeb50ee3, // beq x10,x11,10004
    0x00000097, // auipc x1,0x0
    0xff8080e7, // jalr x1,-8(x1)
    0x80826505, // c.lui x10,0x1; c.jr x1
    0x00000007, // nothing
    0xffffffff, // nothing
    0x3ff0006f, // jal x0,10c1e
    0, 0, 0, 0, 0x00000013, // addi x0,x0,0
    0x00000513, // addi x10,x0,0
    0, 0x00030000, // padding, then half an instruction
];

#[test]
fn names_targets_data_and_padding() {
    insta::assert_snapshot!(listing(&Guest::of_words(&WORDS).path));
}

#[test]
fn a_stripped_program_is_listed() {
    insta::assert_snapshot!(listing(&Guest::stripped(&WORDS[..6]).path));
}

/// The lines of instructions, without the names in them.
fn instructions(listing: &str) -> Vec<&str> {
    let lines = listing.lines().filter(|line| line.starts_with(' '));
    let bare = lines.map(|line| line.split(['#', '<']).next().unwrap_or(line));
    bare.map(str::trim_end).collect()
}

/// What objdump lists of a program; `None` where it is not installed.
fn objdump(path: &Path) -> Option<String> {
    let out = Command::new(OBJDUMP)
        .args(["-d", "-z", "-M", "no-aliases,numeric"])
        .arg(path)
        .output()
        .ok()?;
    String::from_utf8(out.stdout).ok()
}

/// Where a program does not say that it has Zicsr and Zifencei, objdump lists their
/// instructions as data, and without Zihintpause a pause as a fence.
fn as_data<'l>(ours: Vec<&'l str>, theirs: &[&'l str]) -> Vec<&'l str> {
    let as_data = |(ours, theirs): (&'l str, &&'l str)| {
        let names = ["\tcsrr", "\tfence.i", "\tpause"].iter();
        let word = names.filter_map(|name| ours.split_once(name)).next();
        match word {
            Some((word, _)) if theirs.starts_with(&format!("{word}\t.4byte\t")) => *theirs,
            Some((word, _)) if **theirs == format!("{word}\tfence\tw,unknown") => *theirs,
            _ => ours,
        }
    };
    ours.into_iter().zip(theirs).map(as_data).collect()
}

#[test]
fn guests_are_listed_as_objdump_lists_them() {
    let elves = Path::new(env!("CARGO_MANIFEST_DIR")).join("guest-programs/elf");
    for guest in ["fib", "queens", "regex", "selfmod"] {
        let path = elves.join(guest).with_extension("elf");
        let Some(theirs) = objdump(&path) else {
            return println!("skipped: no {OBJDUMP}");
        };
        let ours = listing(&path);
        let (ours, theirs) = (instructions(&ours), instructions(&theirs));
        assert!(ours.len() > 100 && ours.len() == theirs.len(), "{guest}");
        assert_eq!(as_data(ours, &theirs), theirs, "{guest}");
    }
}
