//! `fcsr` and its fields, and what is illegal for a reserved rounding mode.

use rvjet::isa::{CsrOp, CsrSource, Inst, Reg};

use crate::inst::{addi, sd};
use crate::opinion::{agreed, is_installed};
use crate::program::{DATA, Program};

const SIGILL: i32 = 4;
/// `fflags`, `frm`, `fcsr`.
const CSRS: [u16; 3] = [1, 2, 3];
const OPS: [CsrOp; 3] = [CsrOp::Write, CsrOp::Set, CsrOp::Clear];
/// Reserved values of `frm` among them.
const VALUES: [u64; 7] = [0, 0x1f, 0x2a, 0x55, 0xe0, 0x7_ffff, u64::MAX];

#[test]
fn every_access_to_every_field() {
    if !is_installed() {
        return;
    }
    let mut program = Program::new(vec![0; 0x8000]);
    let (code, out, value, old) = (&mut program.code, Reg::new(5), Reg::new(6), Reg::new(7));
    code.li(out, DATA);
    let mut stored = 0;
    for op in OPS {
        for csr in CSRS {
            for (index, bits) in VALUES.into_iter().enumerate() {
                code.li(value, bits);
                let sources = [
                    CsrSource::Reg(value),
                    CsrSource::Imm(bits as u8 & 31),
                    CsrSource::Reg(Reg::ZERO),
                ];
                let rd = if index == 3 { Reg::ZERO } else { old };
                for source in sources {
                    let inst = Inst::Csr {
                        op,
                        rd,
                        csr,
                        source,
                    };
                    code.emit(inst);
                    code.emit(sd(rd, out, 0));
                    code.emit(addi(out, out, 8));
                    stored += 8;
                }
            }
        }
    }
    program.write_and_exit(DATA, stored);
    let run = agreed("fcsr", &program.elf());
    assert_eq!(run.code, 0);
    assert!(run.stdout.iter().any(|&byte| byte != 0));
}

/// `fadd.s`, `fmadd.d`, `fsqrt.d`, `fcvt.d.w` and `fcvt.w.s` with a dynamic mode, while
/// `frm` is reserved: and the first with a mode that is reserved itself.
#[test]
fn reserved_rounding_modes_are_illegal() {
    if !is_installed() {
        return;
    }
    let words = [
        0x0031_70d3,
        0x2231_70c3,
        0x5a01_70d3,
        0xd201_70d3,
        0xc001_70d3,
    ];
    let dynamic = words
        .into_iter()
        .flat_map(|word| [5, 6, 7].map(|frm| (word, frm)));
    let fixed = [(0x0031_50d3, 0), (0x0031_60d3, 0)];
    for (word, frm) in dynamic.chain(fixed) {
        let mut program = Program::new(vec![0; 0x1000]);
        program.code.emit(Inst::Csr {
            op: CsrOp::Write,
            rd: Reg::ZERO,
            csr: 2,
            source: CsrSource::Imm(frm),
        });
        program.code.word(word);
        program.write_and_exit(DATA, 8);
        let run = agreed(&format!("reserved-{word:x}-{frm}"), &program.elf());
        assert_eq!(run.code, 128 + SIGILL, "{word:#x} {frm}");
    }
}

/// What has no use for a rounding mode is legal all the same.
#[test]
fn a_reserved_mode_is_no_matter_without_rounding() {
    if !is_installed() {
        return;
    }
    // fsgnj.s, fmin.d, feq.s, fclass.d, fmv.x.w, and fadd.s with a mode of its own.
    let words = [
        0x2031_00d3,
        0x2ac5_8553,
        0xa031_20d3,
        0xe205_9553,
        0xe001_00d3,
        0x0031_00d3,
    ];
    let mut program = Program::new(vec![0; 0x1000]);
    program.code.emit(Inst::Csr {
        op: CsrOp::Write,
        rd: Reg::ZERO,
        csr: 2,
        source: CsrSource::Imm(7),
    });
    for word in words {
        program.code.word(word);
    }
    program.write_and_exit(DATA, 8);
    assert_eq!(agreed("unused-mode", &program.elf()).code, 0);
}
