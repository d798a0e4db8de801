//! `rvjet disasm`.

use crate::guest::Guest;
use crate::rvjet;

fn listing(guest: &Guest) -> String {
    let mut command = rvjet();
    let assert = command.arg("disasm").arg(&guest.path).assert();
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
    insta::assert_snapshot!(listing(&Guest::of_words(&WORDS)));
}

#[test]
fn a_stripped_program_is_listed() {
    insta::assert_snapshot!(listing(&Guest::stripped(&WORDS[..6])));
}
