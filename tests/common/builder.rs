//! Small ELF64 files, laid out as a linker would, that tests then break field by field.

pub const PT_LOAD: u32 = 1;
pub const PT_DYNAMIC: u32 = 2;
pub const PT_INTERP: u32 = 3;
pub const PT_GNU_STACK: u32 = 0x6474_e551;
pub const X: u32 = 1;
pub const W: u32 = 2;
pub const R: u32 = 4;

/// The offsets of header fields in the file.
pub mod field {
    pub const CLASS: usize = 4;
    pub const DATA: usize = 5;
    pub const IDENT_VERSION: usize = 6;
    pub const OS_ABI: usize = 7;
    pub const TYPE: usize = 16;
    pub const MACHINE: usize = 18;
    pub const VERSION: usize = 20;
    pub const ENTRY: usize = 24;
    pub const PHOFF: usize = 32;
    pub const SHOFF: usize = 40;
    pub const FLAGS: usize = 48;
    pub const PHENTSIZE: usize = 54;
    pub const PHNUM: usize = 56;
    pub const SHNUM: usize = 60;
    pub const SHSTRNDX: usize = 62;

    /// The offset in the file of a field of program header `index`.
    pub const fn program(index: usize, field: usize) -> usize {
        64 + 56 * index + field
    }
    pub const P_OFFSET: usize = 8;
    pub const P_VADDR: usize = 16;
    pub const P_MEMSZ: usize = 40;
    pub const P_ALIGN: usize = 48;
}

/// A file to be; `Elf::bytes` lays it out.
#[derive(Clone)]
pub struct Elf {
    pub e_type: u16,
    pub entry: u64,
    pub programs: Vec<Program>,
    pub sections: Vec<Section>,
}

/// A program header and the bytes that it leads to.
#[derive(Clone)]
pub struct Program {
    pub p_type: u32,
    pub flags: u32,
    pub addr: u64,
    pub size: u64,
    pub align: u64,
    pub bytes: Vec<u8>,
    /// Whether the bytes start with the file's own headers.
    pub headers: bool,
}

/// A section with its header fields, and its bytes.
#[derive(Clone, Default)]
pub struct Section {
    pub name: &'static str,
    pub sh_type: u32,
    pub flags: u64,
    pub addr: u64,
    /// What the header says, if not the length of the bytes.
    pub size: Option<u64>,
    pub link: u32,
    pub bytes: Vec<u8>,
}

impl Program {
    pub fn load(addr: u64, flags: u32, bytes: &[u8]) -> Program {
        Program {
            p_type: PT_LOAD,
            align: 0x1000,
            ..Program::other(0, addr, flags, bytes)
        }
    }

    pub fn other(p_type: u32, addr: u64, flags: u32, bytes: &[u8]) -> Program {
        let size = bytes.len() as u64;
        Program {
            p_type,
            flags,
            addr,
            size,
            align: 1,
            bytes: bytes.into(),
            headers: false,
        }
    }

    pub fn size(self, size: u64) -> Program {
        Program { size, ..self }
    }

    pub fn with_headers(self) -> Program {
        Program {
            headers: true,
            ..self
        }
    }
}

/// `li a7, 93; ecall`, as code to be loaded.
pub const CODE: [u8; 8] = [0x93, 0x08, 0xd0, 0x05, 0x73, 0x00, 0x00, 0x00];

/// An executable with code at 0x10000.
pub fn executable() -> Elf {
    let programs = vec![Program::load(0x1_0000, R | X, &CODE)];
    Elf {
        e_type: 2,
        entry: 0x1_0000,
        programs,
        sections: Vec::new(),
    }
}

/// A static PIE with code at 0x1000, writable data and a dynamic section.
pub fn static_pie() -> Elf {
    let dynamic = words(&[0x6fff_fffb, 0x0800_0000, 0, 0]);
    let programs = vec![
        Program::load(0x1000, R | X, &CODE),
        Program::load(0x3000, R | W, b"data").size(0x100),
        Program::other(PT_DYNAMIC, 0x3000, R | W, &dynamic),
        Program::other(PT_GNU_STACK, 0, R | W, &[]),
    ];
    Elf {
        e_type: 3,
        entry: 0x1004,
        programs,
        sections: Vec::new(),
    }
}

impl Elf {
    /// Header, program headers, their bytes, sections, section headers.
    pub fn bytes(&self) -> Vec<u8> {
        let mut file = vec![0; 64 + 56 * self.programs.len()];
        for (index, program) in self.programs.iter().enumerate() {
            let header = self.place(&mut file, program);
            put(&mut file, field::program(index, 0), &header);
        }
        let section_headers = self.place_sections(&mut file);
        let header = self.header(&file, &section_headers);
        put(&mut file, 0, &header);
        file.extend(section_headers);
        file
    }

    /// Appends the program's bytes at an offset that suits its address.
    fn place(&self, file: &mut Vec<u8>, program: &Program) -> Vec<u8> {
        while file.len() as u64 % program.align != program.addr % program.align && !program.headers
        {
            file.push(0);
        }
        let offset = if program.headers {
            0
        } else {
            file.len() as u64
        };
        file.extend(&program.bytes);
        let file_size = if program.bytes.is_empty() {
            0
        } else {
            file.len() as u64 - offset
        };
        let size = program
            .size
            .max(if program.headers { file_size } else { 0 });
        let mut header = [program.p_type.to_le_bytes(), program.flags.to_le_bytes()].concat();
        header.extend(words(&[
            offset,
            program.addr,
            0,
            file_size,
            size,
            program.align,
        ]));
        header
    }

    /// Appends the sections and their names, and makes their headers.
    fn place_sections(&self, file: &mut Vec<u8>) -> Vec<u8> {
        if self.sections.is_empty() {
            return Vec::new();
        }
        let mut names = vec![0];
        let mut headers = vec![0; 64];
        for section in &self.sections {
            headers.extend(section_header(section, names.len(), file.len()));
            file.extend(&section.bytes);
            names.extend([section.name.as_bytes(), b"\0"].concat());
        }
        let name_section = Section {
            sh_type: 3,
            bytes: names,
            ..Section::default()
        };
        headers.extend(section_header(&name_section, 0, file.len()));
        file.extend(name_section.bytes);
        headers
    }

    fn header(&self, file: &[u8], section_headers: &[u8]) -> Vec<u8> {
        let section_count = section_headers.len() / 64;
        let section_offset = if section_count == 0 { 0 } else { file.len() };
        let mut header = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        header.extend(self.e_type.to_le_bytes());
        header.extend([243, 0, 1, 0, 0, 0]);
        header.extend(words(&[self.entry, 64, section_offset as u64]));
        header.extend(5u32.to_le_bytes());
        let programs = self.programs.len();
        for half in [
            64,
            56,
            programs,
            64,
            section_count,
            section_count.saturating_sub(1),
        ] {
            header.extend((half as u16).to_le_bytes());
        }
        header
    }
}

fn section_header(section: &Section, name: usize, offset: usize) -> Vec<u8> {
    let size = section.size.unwrap_or(section.bytes.len() as u64);
    let mut header = [(name as u32).to_le_bytes(), section.sh_type.to_le_bytes()].concat();
    header.extend(words(&[section.flags, section.addr, offset as u64, size]));
    header.extend([section.link.to_le_bytes(), [0; 4]].concat());
    header.extend(words(&[1, 0]));
    header
}

/// Overwrites the bytes at `at`.
pub fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

/// `file` with the bytes at `at` overwritten.
pub fn patched(mut file: Vec<u8>, at: usize, bytes: &[u8]) -> Vec<u8> {
    put(&mut file, at, bytes);
    file
}

/// Little endian.
pub fn words(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}
