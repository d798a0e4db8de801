//! Programs of a few instructions, as ELF files in a directory of the test's own.

use std::path::PathBuf;

use rvjet::isa::{AluOp, Inst, LoadOp, Reg, Width, encode};
use tempfile::TempDir;

use crate::builder::{Elf, Program, R, Section, W, X, executable};

/// Where the code of every program starts.
pub const CODE: u64 = 0x1_0000;
/// A page that may be read and written.
pub const DATA: u64 = 0x2_0000;

pub const A7: Reg = Reg::A7;
pub const A0: Reg = Reg::A0;

/// An ELF file, which lives as long as this.
pub struct Guest {
    dir: TempDir,
    pub path: PathBuf,
}

impl Guest {
    /// A program of these instructions.
    pub fn new(code: &[Inst]) -> Guest {
        Guest::of_words(
            &code
                .iter()
                .map(|&inst| encode(inst).unwrap())
                .collect::<Vec<_>>(),
        )
    }

    /// A program of these words, with two symbols: `main` at its start, `tail` 8 bytes behind.
    pub fn of_words(words: &[u32]) -> Guest {
        Guest::of_bytes(&elf(words, symbols()).bytes())
    }

    /// A program of these words, without sections.
    pub fn stripped(words: &[u32]) -> Guest {
        Guest::of_bytes(&elf(words, Vec::new()).bytes())
    }

    /// A program of these words, with a section that is not loaded.
    pub fn with_section(words: &[u32], name: &'static str, bytes: Vec<u8>) -> Guest {
        let section = Section {
            name,
            sh_type: 1,
            bytes,
            ..Section::default()
        };
        let sections = [symbols(), vec![section]].concat();
        Guest::of_bytes(&elf(words, sections).bytes())
    }

    /// A file of these bytes.
    pub fn of_bytes(bytes: &[u8]) -> Guest {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("guest.elf");
        std::fs::write(&path, bytes).unwrap();
        Guest { dir, path }
    }

    /// A path beside the program.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

fn elf(words: &[u32], sections: Vec<Section>) -> Elf {
    let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    Elf {
        programs: vec![
            Program::load(CODE, R | X, &code),
            Program::load(DATA, R | W, &[]).size(0x1000),
        ],
        sections,
        ..executable()
    }
}

fn symbols() -> Vec<Section> {
    let function = |name: u32, addr: u64| {
        let mut symbol = name.to_le_bytes().to_vec();
        symbol.extend([0x12, 0, 1, 0]);
        symbol.extend([addr.to_le_bytes(), [0; 8]].concat());
        symbol
    };
    let text = Section {
        name: ".text",
        sh_type: 8,
        flags: 6,
        addr: CODE,
        size: Some(0x1000),
        ..Section::default()
    };
    let symtab = Section {
        name: ".symtab",
        sh_type: 2,
        link: 3,
        bytes: [vec![0; 24], function(1, CODE), function(6, CODE + 8)].concat(),
        ..Section::default()
    };
    let strtab = Section {
        name: ".strtab",
        sh_type: 3,
        bytes: b"\0main\0tail\0".to_vec(),
        ..Section::default()
    };
    vec![text, symtab, strtab]
}

/// `rd = imm`
pub fn li(rd: Reg, imm: i32) -> Inst {
    let (op, rs1) = (AluOp::Add, Reg::ZERO);
    Inst::AluImm { op, rd, rs1, imm }
}

/// `rd = addr`, whose low 12 bits are zero.
pub fn lui(rd: Reg, addr: u64) -> Inst {
    let imm = addr as i32;
    Inst::Lui { rd, imm }
}

/// The exit of `code`.
pub fn exit(code: i32) -> [Inst; 3] {
    [li(A0, code), li(A7, 93), Inst::Ecall]
}

/// `j .`
pub const SPIN: Inst = Inst::Jal {
    rd: Reg::ZERO,
    offset: 0,
};

/// A load of eight bytes from `offset` behind the address in a0.
pub fn load(offset: i32) -> Inst {
    let (op, rd, rs1) = (LoadOp::Ld, Reg::A1, A0);
    Inst::Load {
        op,
        rd,
        rs1,
        offset,
    }
}

/// A store of eight bytes to `offset` behind the address in a0.
pub fn store(offset: i32) -> Inst {
    let (width, rs1, rs2) = (Width::Double, A0, Reg::A1);
    Inst::Store {
        width,
        rs1,
        rs2,
        offset,
    }
}
