//! One small trace, in which there is something of everything, and blocks made by hand.

use crate::arbitrary::Content;
use rvjet::isa::{FReg, Reg, Width};
use rvjet::machine::{Cause, Exit, MachineState, Reservation, Trap};
use rvjet::trace::{
    Boundary, CallWrite, Chunk, ClockModel, Digest, EcallRecord, Ending, Header, Initial, Policy,
    TimeRead, Touch,
};

/// A block with this content, as it is.
pub fn block(tag: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut block = vec![0; 64];
    block[..4].copy_from_slice(tag);
    let length = (content.len() as u64).to_le_bytes();
    block[8..16].copy_from_slice(&length);
    block[16..24].copy_from_slice(&length);
    block[24..28].copy_from_slice(&crc32fast::hash(content).to_le_bytes());
    block[32..].copy_from_slice(&Digest::of(content).0);
    block.extend_from_slice(content);
    block.resize(block.len().next_multiple_of(64), 0);
    seal(&mut block);
    block
}

/// Puts the checksum of a block's header right.
pub fn seal(block: &mut [u8]) {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&block[..28]);
    hasher.update(&block[32..64]);
    block[28..32].copy_from_slice(&hasher.finalize().to_le_bytes());
}

fn header() -> Header {
    let mut start = MachineState::new(0x1_0000);
    start.set_reg(Reg::SP, 0x7fff_fff0);
    Header {
        isa: "rv64imac".into(),
        abi: "linux".into(),
        clock: ClockModel::default(),
        policy: Policy::Insns(3),
        address_space: 1 << 32,
        elf: Digest::of(b"elf"),
        text: Digest::of(b"text"),
        start,
        initial: vec![Initial {
            addr: 0x7fff_fff0,
            bytes: b"\x01\0hi".into(),
        }],
        inputs: Digest::of(b"inputs"),
    }
}

/// `ld`, `ecall`, `lr.d`, and then an `sd` and a load that traps.
fn chunks(header: &Header) -> Vec<Chunk> {
    let state = header.start.clone();
    let start = Boundary {
        state,
        accesses: 0,
        ecalls: 0,
    };
    let mut middle = start.clone();
    middle.state.set_reg(Reg::A0, 2);
    middle.state.pc += 12;
    middle.state.insns = 3;
    middle.state.reservation = Reservation::of(0x2_0000, Width::Double);
    (middle.accesses, middle.ecalls) = (3, 1);
    let mut end = middle.clone();
    end.state.set_reg(Reg::SP, 0x7fff_ffe0);
    end.state.set_freg(FReg::new(10), 0x3ff8_0000_0000_0000);
    end.state.fcsr = 1;
    end.state.pc += 4;
    end.state.insns += 1;
    end.state.unaligned_stores += 1;
    end.accesses += 2;
    let call = EcallRecord {
        at: 1,
        trap: None,
        number: 63,
        args: [0, 0x2_0008, 2, 0, 0, 0, u64::MAX],
        next_pc: 0x1_0008,
        results: vec![(Reg::A0.into(), 2)],
        reads: std::iter::once(0x2_0018..0x2_0020).collect(),
        writes: vec![CallWrite {
            addr: 0x2_0008,
            bytes: b"ok".into(),
        }],
    };
    let touch = |addr, value| Touch { addr, value };
    let first = Chunk {
        number: 0,
        start,
        end: middle.clone(),
        touches: vec![
            touch(0x2_0000, 0x1234),
            touch(0x2_0018, 0),
            touch(0x2_0008, u64::MAX),
        ],
        ecalls: vec![call],
        code: Vec::new(),
        times: vec![TimeRead { at: 2, nanos: 1000 }],
    };
    let second = Chunk {
        number: 1,
        start: middle,
        end,
        touches: vec![touch(0x7fff_ffe0, 0), touch(0x7fff_ffe8, 7)],
        ecalls: Vec::new(),
        code: Vec::new(),
        times: Vec::new(),
    };
    vec![first, second]
}

/// The trace.
pub fn content() -> Content {
    let header = header();
    let cause = Cause::LoadFault {
        addr: 0,
        width: Width::Word,
    };
    let exit = Exit::Trap(Trap {
        pc: 0x1_0010,
        cause,
    });
    let received = Digest::of(b"ok");
    Content {
        chunks: chunks(&header),
        elf: None,
        header,
        ending: Ending { exit, received },
    }
}
