//! The ends of the address space.

use rvjet::abi::Linux;
use rvjet::machine::Exit;
use rvjet::{EngineKind, Limits, Machine};

use crate::guest;

#[test]
fn a_unit_that_ends_below_zero_can_be_dropped() {
    let elf = guest::elf(&[
        0x0000_0463, // beq zero, zero, +8: known to be taken, so:
        0x0000_0013, // nop
        0x0021_0463, // beq sp, sp's neighbour x2, +8: taken, not known
        0xf81e_e06f, // j 0x10084 - 0x11080
        0x0000_02b7, // lui t0, 0
        0x0e20_0893, // li a7, 226 (mprotect)
        0x0001_0537, // lui a0, 0x10
        0x0000_15b7, // lui a1, 1
        0x0050_0613, // li a2, 5
        0x0000_0073, // ecall
        0x05d0_0893, // li a7, 93 (exit)
        0x0000_0073, // ecall
    ]);
    for engine in [EngineKind::Interp, EngineKind::Jit] {
        let limits = Limits {
            max_insns: Some(1000),
            ..Limits::default()
        };
        let built = Machine::builder()
            .elf(&elf)
            .abi(Linux::new())
            .engine(engine)
            .limits(limits);
        let outcome = built.build().unwrap().run();
        assert_eq!(outcome.exit, Exit::Exited { code: 0 });
    }
}
