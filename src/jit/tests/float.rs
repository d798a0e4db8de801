//! F and D: `lower/float`, and the homes of floating-point registers.

mod insts;
mod numbers;

use super::shape::{CODE, DATA, FAST, Shape, WITHOUT_BMI2, lui};
use super::*;
use crate::isa::{
    CsrOp, CsrSource, FReg, Format, FpCompare, FpInst, FpOp, FpPick, FusedOp, Inst, IntFormat,
    Rounding,
};
use crate::machine::MachineState;
use insts::{alu, compare, convert, csr, from_int, fused, load, pick, sqrt, store, to_int};
use numbers::{DOUBLES, INTEGERS, operands};

const XMM3: FReg = FReg::new(0);
const XMM4: FReg = FReg::new(1);
const XMM5: FReg = FReg::new(2);
const XMM15: FReg = FReg::new(12);
/// In the frame.
const FRAME0: FReg = FReg::new(13);
const FRAME8: FReg = FReg::new(14);
const FRAME16: FReg = FReg::new(31);

const FLOATING: Shape = FAST.floating();

/// `rd`, `rs1`, `rs2` and `rs3` in each kind of home, and where they are the same.
const HOMES: [[FReg; 4]; 13] = [
    [XMM3, XMM4, XMM5, XMM15],
    [XMM3, XMM3, XMM4, XMM5],
    [XMM3, XMM4, XMM3, XMM5],
    [XMM15, XMM4, XMM5, XMM15],
    [XMM3, XMM3, XMM3, XMM3],
    [XMM3, XMM4, XMM4, XMM4],
    [XMM3, FRAME0, XMM4, FRAME8],
    [XMM3, XMM4, FRAME0, FRAME0],
    [FRAME0, XMM3, XMM4, XMM5],
    [XMM3, FRAME0, XMM3, XMM3],
    [FRAME0, FRAME8, FRAME16, FRAME0],
    [FRAME0, FRAME0, FRAME0, FRAME0],
    [FRAME0, FRAME8, FRAME8, FRAME16],
];

/// A home of an integer register in each kind.
const INTS: [Reg; 4] = [RBX, RDI, SLOT0, ZERO];

/// The modes that the host has.
const MODES: [Rounding; 5] = [
    Rounding::Rne,
    Rounding::Rtz,
    Rounding::Rdn,
    Rounding::Rup,
    Rounding::Dyn,
];

/// Checks `insns`, the first of which reads `sources`, from all values of these, in
/// each rounding mode that the host has; with integers in the others.
fn check(shape: Shape, insns: &[Inst], format: Format, sources: &[FReg]) {
    let values = operands(format);
    let of = |place: usize, run: usize| values[run / values.len().pow(place as u32) % values.len()];
    let mut distinct = sources.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let all = values.len().pow(distinct.len() as u32);
    // All triples are too many.
    let step = if distinct.len() > 2 { 7 } else { 1 };
    let runs = all / step * 4;
    shape.compare_states(insns, runs, |run| {
        let mut state = start(run);
        for (place, reg) in distinct.iter().enumerate() {
            state.f[reg.index()] = of(place, run / 4 * step);
        }
        state
    });
}

/// A state with something in every register, its rounding mode that of the run.
fn start(run: usize) -> MachineState {
    let mut state = MachineState::new(CODE);
    for reg in FReg::all() {
        state.f[reg.index()] = DOUBLES[(reg.index() * 5 + run / 4) % DOUBLES.len()];
    }
    for reg in Reg::all().skip(1) {
        state.set_reg(reg, INTEGERS[(reg.index() * 3 + run / 4) % INTEGERS.len()]);
    }
    state.fcsr = (run as u64 % 4) << 5 | [0, 1, 0x10, 0xe][run / 4 % 4];
    state
}

/// The listing of each instruction by itself.
fn listings(insns: impl IntoIterator<Item = Inst>) -> String {
    let cases: Vec<[Inst; 1]> = insns.into_iter().map(|inst| [inst]).collect();
    FLOATING.listings(cases.iter().map(|case| &case[..]))
}

#[test]
fn arithmetic() {
    let listed = HOMES.map(|homes| alu(FpOp::Sub, Format::Double, homes, Rounding::Dyn));
    assert_listing!("fsub_d", listings(listed));
    let ops = FpOp::ALL.map(|op| alu(op, Format::Double, HOMES[2], Rounding::Dyn));
    assert_listing!("fp_alu_d", listings(ops));
    let ops = FpOp::ALL.map(|op| alu(op, Format::Single, HOMES[2], Rounding::Dyn));
    assert_listing!("fp_alu_s", listings(ops));
    let modes =
        [Rounding::Rtz, Rounding::Rne].map(|rm| alu(FpOp::Add, Format::Double, HOMES[0], rm));
    assert_listing!("fp_rounded", listings(modes));
    for format in Format::ALL {
        for op in FpOp::ALL {
            for homes in HOMES {
                let inst = alu(op, format, homes, Rounding::Dyn);
                check(FLOATING, &[inst], format, &homes[1..3]);
            }
            for rounding in MODES {
                let inst = alu(op, format, HOMES[0], rounding);
                check(FLOATING, &[inst], format, &HOMES[0][1..3]);
            }
        }
    }
}

#[test]
fn fused_arithmetic() {
    let listed = HOMES.map(|homes| fused(FusedOp::Madd, Format::Double, homes, Rounding::Dyn));
    assert_listing!("fmadd_d", listings(listed));
    let ops = Format::ALL.map(|format| FusedOp::ALL.map(|op| (op, format)));
    let ops = ops.into_iter().flatten();
    let ops = ops.map(|(op, format)| fused(op, format, HOMES[0], Rounding::Dyn));
    assert_listing!("fp_fused", listings(ops));
    for format in Format::ALL {
        for op in FusedOp::ALL {
            for homes in HOMES {
                let inst = fused(op, format, homes, Rounding::Dyn);
                check(FLOATING, &[inst], format, &homes[1..]);
            }
            for rounding in MODES {
                let inst = fused(op, format, HOMES[3], rounding);
                check(FLOATING, &[inst], format, &HOMES[3][1..]);
            }
        }
    }
}

#[test]
fn square_roots() {
    let listed = HOMES.map(|homes| sqrt(Format::Double, homes, Rounding::Dyn));
    assert_listing!("fsqrt", listings([listed[0], listed[1], listed[8]]));
    for format in Format::ALL {
        for homes in HOMES {
            for rounding in MODES {
                let inst = sqrt(format, homes, rounding);
                check(FLOATING, &[inst], format, &homes[1..2]);
            }
        }
    }
}

#[test]
fn signs_and_extrema() {
    let listed = FpPick::ALL.map(|op| {
        let of = |format, homes: &[usize]| -> Vec<Inst> {
            let homes = homes.iter().map(|&index| HOMES[index]);
            homes.map(|homes| pick(op, format, homes)).collect()
        };
        [
            of(Format::Double, &[0, 5, 10, 12]),
            of(Format::Single, &[0, 5]),
        ]
        .concat()
    });
    assert_listing!("fp_pick", listings(listed.concat()));
    for format in Format::ALL {
        for op in FpPick::ALL {
            for homes in HOMES {
                check(FLOATING, &[pick(op, format, homes)], format, &homes[1..3]);
            }
        }
    }
}

#[test]
fn comparisons() {
    let listed = FpCompare::ALL.map(|op| {
        let of = |format, rd, index: usize| compare(op, format, rd, HOMES[index]);
        [
            of(Format::Double, RBX, 0),
            of(Format::Single, RDI, 1),
            of(Format::Double, SLOT0, 10),
            of(Format::Double, ZERO, 0),
        ]
    });
    assert_listing!("fp_compare", listings(listed.concat()));
    for format in Format::ALL {
        for op in FpCompare::ALL {
            for homes in HOMES {
                for rd in INTS {
                    check(
                        FLOATING,
                        &[compare(op, format, rd, homes)],
                        format,
                        &homes[1..3],
                    );
                }
            }
        }
    }
}

#[test]
fn conversions_between_formats() {
    let listed = [0, 1, 8, 10]
        .map(|index| Format::ALL.map(|format| convert(format, HOMES[index], Rounding::Dyn)));
    assert_listing!("fp_convert", listings(listed.concat()));
    for (to, from) in [
        (Format::Single, Format::Double),
        (Format::Double, Format::Single),
    ] {
        for homes in HOMES {
            for rounding in MODES {
                check(
                    FLOATING,
                    &[convert(to, homes, rounding)],
                    from,
                    &homes[1..2],
                );
            }
        }
    }
}

#[test]
fn conversions_to_integers() {
    let listed = IntFormat::ALL.map(|to| {
        [
            to_int(to, Format::Double, RBX, XMM3, Rounding::Rtz),
            to_int(to, Format::Single, SLOT0, FRAME0, Rounding::Dyn),
            to_int(to, Format::Double, RBX, FRAME0, Rounding::Rdn),
        ]
    });
    assert_listing!("fp_to_int", listings(listed.concat()));
    for from in Format::ALL {
        for to in IntFormat::ALL {
            for rd in INTS {
                for rs1 in [XMM3, FRAME0] {
                    for rounding in MODES {
                        let inst = to_int(to, from, rd, rs1, rounding);
                        check(FLOATING, &[inst], from, &[rs1]);
                        check(WITHOUT_BMI2.floating(), &[inst], from, &[rs1]);
                    }
                }
            }
        }
    }
}

#[test]
fn conversions_from_integers() {
    let listed = IntFormat::ALL.map(|from| {
        [
            from_int(Format::Double, from, XMM3, RBX, Rounding::Dyn),
            from_int(Format::Single, from, FRAME0, SLOT0, Rounding::Dyn),
        ]
    });
    assert_listing!("int_to_fp", listings(listed.concat()));
    for to in Format::ALL {
        for from in IntFormat::ALL {
            for rs1 in INTS {
                for rd in [XMM3, FRAME0] {
                    for rounding in MODES {
                        let inst = from_int(to, from, rd, rs1, rounding);
                        FLOATING.compare_states(&[inst], 4 * INTEGERS.len(), start);
                    }
                }
            }
        }
    }
}

#[test]
fn moves_of_bits_and_classes() {
    let of = |format, x: Reg, f: FReg| {
        [
            Inst::Fp(FpInst::ToBits {
                format,
                rd: x,
                rs1: f,
            }),
            Inst::Fp(FpInst::FromBits {
                format,
                rd: f,
                rs1: x,
            }),
            Inst::Fp(FpInst::Class {
                format,
                rd: x,
                rs1: f,
            }),
        ]
    };
    let listed = Format::ALL.map(|format| {
        let cases = [(RBX, XMM3), (SLOT0, FRAME0), (ZERO, XMM3)];
        cases.map(|(x, f)| of(format, x, f)).concat()
    });
    assert_listing!("fp_bits", listings(listed.concat()));
    for format in Format::ALL {
        for x in INTS {
            for f in [XMM3, FRAME0] {
                for inst in of(format, x, f) {
                    check(FLOATING, &[inst], format, &[f]);
                }
            }
        }
    }
}

#[test]
fn loads_and_stores() {
    let listed = Format::ALL.map(|format| {
        let cases = [(XMM3, RBX), (FRAME0, SLOT0)];
        let cases = cases.map(|(f, x)| [load(format, f, x, 8), store(format, f, x, 8)]);
        cases.concat()
    });
    assert_listing!("fp_access", listings(listed.concat()));
    let careful = super::shape::CAREFUL.floating();
    for shape in [FLOATING, careful] {
        for format in Format::ALL {
            for f in [XMM3, FRAME0] {
                for base in [RBX, SLOT0] {
                    for offset in [0, 8, 2, 1, -2048, 2047] {
                        shape.compare_at(base, &[load(format, f, base, offset)]);
                        shape.compare_at(base, &[store(format, f, base, offset)]);
                    }
                }
            }
        }
    }
}

/// Neither reads of CSRs nor writes of what the host has are a reason to leave.
#[test]
fn control_and_status() {
    const FFLAGS: u16 = 1;
    let read = csr(CsrOp::Set, RBX, FFLAGS, CsrSource::Reg(ZERO));
    let restore = csr(CsrOp::Write, ZERO, FFLAGS, CsrSource::Reg(RBX));
    let less = compare(FpCompare::Lt, Format::Double, SLOT0, HOMES[0]);
    let add = alu(FpOp::Add, Format::Double, HOMES[0], Rounding::Dyn);
    let cases: [&[Inst]; 5] = [
        &[read, less, restore],
        // What may raise something in between, and what else may be written.
        &[read, add, less, restore],
        &[read, super::shape::addi(RBX, RBX, 1), less, restore],
        &[csr(CsrOp::Write, SLOT0, 2, CsrSource::Imm(0))],
        &[csr(CsrOp::Clear, RDI, 3, CsrSource::Reg(RDI))],
    ];
    assert_listing!("fp_csr", FLOATING.listings(cases));
    for case in cases {
        check(FLOATING, case, Format::Double, &HOMES[0][1..3]);
    }
    for op in [CsrOp::Write, CsrOp::Set, CsrOp::Clear] {
        for number in 1..=3 {
            for rd in INTS {
                for source in [
                    CsrSource::Reg(rd),
                    CsrSource::Reg(RSI),
                    CsrSource::Reg(ZERO),
                    CsrSource::Imm(0),
                    CsrSource::Imm(0x11),
                    CsrSource::Imm(2),
                ] {
                    let insns = [add, csr(op, rd, number, source), add, read];
                    check(FLOATING, &insns, Format::Double, &HOMES[0][1..2]);
                }
            }
        }
    }
}

/// Nothing of an instruction has happened when it faults, all before has.
#[test]
fn a_fault_finds_exceptions_and_registers_as_they_were() {
    let divide = alu(
        FpOp::Div,
        Format::Double,
        [XMM4, XMM4, XMM5, XMM3],
        Rounding::Dyn,
    );
    for outside in [0x70_0000, DATA as i32 + 0x1000] {
        let insns = [
            divide,
            lui(RBX, outside),
            store(Format::Double, XMM4, RBX, 0),
        ];
        let most = FLOATING.compare_states(&insns, 4, |run| {
            let mut state = start(run);
            state.f[1] = DOUBLES[2];
            state.f[2] = DOUBLES[6];
            state
        });
        assert!(most >= 2);
    }
}

/// What is known to be boxed is not looked at again.
#[test]
fn boxes_are_checked_once() {
    let single = |homes| alu(FpOp::Add, Format::Single, homes, Rounding::Dyn);
    let cases: [&[Inst]; 4] = [
        &[
            single([XMM3, XMM4, XMM5, XMM3]),
            single([XMM3, XMM3, XMM4, XMM3]),
        ],
        &[
            load(Format::Single, XMM3, RBX, 0),
            load(Format::Single, FRAME0, RBX, 4),
            single([XMM3, XMM3, FRAME0, XMM3]),
        ],
        // A double-precision number may be anything.
        &[
            single([XMM3, XMM4, XMM4, XMM3]),
            load(Format::Double, XMM4, RBX, 0),
            single([XMM3, XMM3, XMM4, XMM3]),
        ],
        // A copy is what it is a copy of.
        &[
            load(Format::Single, XMM3, RBX, 0),
            pick(FpPick::Sgnj, Format::Double, [FRAME0, XMM3, XMM3, XMM3]),
            single([XMM4, FRAME0, FRAME0, XMM3]),
        ],
    ];
    for case in cases {
        FLOATING.compare_at(RBX, case);
    }
    assert_listing!("boxes", FLOATING.listings(cases));
}

/// A guest has no homes for floating-point registers until execution gets to one.
#[test]
fn homes_are_made_when_they_are_needed() {
    let int = super::shape::addi(RBX, RBX, 1);
    let float = sqrt(Format::Double, HOMES[0], Rounding::Dyn);
    let mut hart = super::shape::hart(&[int, float, int, Inst::Ecall]);
    hart.state.f[1] = DOUBLES[5];
    let (mut jit, mut interp) = (Jit::new(&mut hart.memory).unwrap(), Interp::new());
    assert_eq!(
        take_turns(&mut jit, &mut interp, &mut hart, 1),
        Stop::Budget
    );
    assert!(jit.homes.floats().is_none());
    assert_eq!(
        take_turns(&mut jit, &mut interp, &mut hart, 10),
        Stop::Ecall
    );
    assert!(jit.homes.floats().is_some());
    let mut overview = Vec::new();
    jit.write_overview(&mut overview).unwrap();
    let overview = String::from_utf8(overview).unwrap();
    assert!(
        overview.contains("\nfloating-point homes: f15=xmm3 f14=xmm4 "),
        "{overview}"
    );
    assert_eq!(hart.state.f[0], 0x7ff8_0000_0000_0000);
    assert_eq!((hart.state.fcsr, hart.state.insns), (0x10, 3));
}

/// Where the host cannot round as the guest wants, nothing is left to it.
#[test]
fn a_mode_that_the_host_lacks_is_the_interpreters() {
    let add = alu(FpOp::Add, Format::Double, HOMES[0], Rounding::Dyn);
    let mut hart = super::shape::hart(&[add, Inst::Ecall]);
    let (mut jit, mut interp) = (Jit::new(&mut hart.memory).unwrap(), Interp::new());
    let (even, away) = (0x3ff0_0000_0000_0000, 0x3ff0_0000_0000_0001);
    for (frm, sum) in [(4, away), (0, even), (4, away)] {
        hart.state = MachineState::new(CODE);
        hart.state.fcsr = frm << 5;
        // One, and half of the last bit of it.
        (hart.state.f[1], hart.state.f[2]) = (DOUBLES[2], 0x3ca0_0000_0000_0000);
        assert_eq!(
            take_turns(&mut jit, &mut interp, &mut hart, 10),
            Stop::Ecall
        );
        assert_eq!(hart.state.f[0], sum);
    }
    assert_eq!(jit.run(&mut hart, 0), Stop::Budget);
}

/// Recorded and linked as those of integers are.
#[test]
fn accesses_are_noted() {
    let insns = [
        load(Format::Double, XMM3, RBX, 0),
        store(Format::Single, FRAME0, RBX, 8),
    ];
    assert_listing!("fp_recorded", FLOATING.recorded().listing(&insns));
    assert_listing!("fp_linked", FLOATING.linked().listing(&insns));
}
