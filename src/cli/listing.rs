//! The listing of a program's code, written as it is made.

use std::io::{self, Write};
use std::iter::Peekable;

use rvjet::elf::{Image, Segment, Symbol, Symbols};
use rvjet::isa::{AluOp, Inst, Reg, decode, disassemble, instruction_len};

/// Zero bytes from which on padding is shown as such, not as instructions.
const PADDING: usize = 16;

/// Writes a listing to `out`.
#[derive(Debug)]
pub struct Listing<'a, W> {
    symbols: &'a Symbols<'a>,
    out: W,
    /// The register and the value that the `auipc` before has put into it.
    upper: Option<(Reg, u64)>,
}

impl<'a, W: Write> Listing<'a, W> {
    pub fn new(symbols: &'a Symbols<'a>, out: W) -> Listing<'a, W> {
        Listing {
            symbols,
            out,
            upper: None,
        }
    }

    /// Lists all executable segments.
    pub fn image(mut self, image: &Image<'_>) -> io::Result<()> {
        let mut labels = self.symbols.iter().peekable();
        for segment in image.segments().iter().filter(|s| s.access.execute) {
            while labels.next_if(|l| l.addr < segment.addr).is_some() {}
            self.segment(segment, &mut labels)?;
        }
        self.out.flush()
    }

    /// Lists a segment as far as the file has bytes of it; `labels` are those from its start on.
    fn segment(
        &mut self,
        segment: &Segment<'_>,
        labels: &mut Peekable<impl Iterator<Item = Symbol<'a>>>,
    ) -> io::Result<()> {
        self.upper = None;
        if labels.peek().is_none_or(|label| label.addr > segment.addr) {
            writeln!(self.out, "\n{:016x}:", segment.addr)?;
        }
        let mut rest = segment.bytes;
        while !rest.is_empty() {
            let pc = segment.addr + (segment.bytes.len() - rest.len()) as u64;
            while let Some(label) = labels.next_if(|label| label.addr <= pc) {
                self.upper = None;
                writeln!(self.out, "\n{:016x} <{}>:", label.addr, label.name)?;
            }
            // No instruction reaches beyond a label: what is before it is data.
            let labelled = labels.peek().map_or(usize::MAX, |l| (l.addr - pc) as usize);
            let len = self.step(pc, rest.get(..labelled).unwrap_or(rest))?;
            rest = &rest[len..];
        }
        Ok(())
    }

    /// Lists what is at the start of `bytes`, of which there are some; how many it took.
    fn step(&mut self, pc: u64, bytes: &[u8]) -> io::Result<usize> {
        let parcels = bytes.chunks_exact(2);
        let zeros = 2 * parcels.take_while(|&parcel| parcel == [0, 0]).count();
        if zeros >= PADDING {
            self.upper = None;
            writeln!(self.out, "\t...")?;
            return Ok(zeros);
        }
        match *bytes {
            [a, b, c, d, ..] if instruction_len(u16::from_le_bytes([a, b])) == 4 => {
                let word = u32::from_le_bytes([a, b, c, d]);
                write!(self.out, "{pc:8x}:\t{word:08x}          \t")?;
                self.instruction(pc, word)?;
                Ok(4)
            }
            [a, b, ..] => {
                self.parcel(pc, u16::from_le_bytes([a, b]))?;
                Ok(2)
            }
            _ => {
                let byte = bytes.first().copied().unwrap_or_default();
                writeln!(self.out, "{pc:8x}:\t{byte:02x}\t.byte\t{byte:#x}")?;
                Ok(bytes.len())
            }
        }
    }

    /// Lists a compressed instruction, or the first half of one that is cut off.
    fn parcel(&mut self, pc: u64, parcel: u16) -> io::Result<()> {
        write!(self.out, "{pc:8x}:\t{parcel:04x}                \t")?;
        if instruction_len(parcel) == 4 {
            self.upper = None;
            return writeln!(self.out, ".2byte\t{parcel:#x}");
        }
        self.instruction(pc, u32::from(parcel))
    }

    fn instruction(&mut self, pc: u64, word: u32) -> io::Result<()> {
        write!(self.out, "{}", disassemble(pc, word))?;
        let before = self.upper.take();
        if let Some(decoded) = decode(word) {
            if let Inst::Auipc { rd, imm } = decoded.inst {
                self.upper = Some((rd, offset(pc, imm)));
            }
            self.annotate(pc, decoded.inst, before)?;
        }
        writeln!(self.out)
    }

    /// Names the address that an instruction goes to, or that it forms with the `auipc` before.
    fn annotate(&mut self, pc: u64, inst: Inst, upper: Option<(Reg, u64)>) -> io::Result<()> {
        match (inst, upper) {
            (Inst::Jal { offset: by, .. } | Inst::Branch { offset: by, .. }, _) => {
                self.name(offset(pc, by))
            }
            (
                Inst::Jalr {
                    rs1, offset: by, ..
                }
                | Inst::Load {
                    rs1, offset: by, ..
                }
                | Inst::Store {
                    rs1, offset: by, ..
                }
                | Inst::AluImm {
                    op: AluOp::Add,
                    rs1,
                    imm: by,
                    ..
                },
                Some((rd, upper)),
            ) if rs1 == rd => {
                let addr = offset(upper, by);
                write!(self.out, " # {addr:x}")?;
                self.name(addr)
            }
            _ => Ok(()),
        }
    }

    /// ` <symbol+offset>`, if there is one at `addr`.
    fn name(&mut self, addr: u64) -> io::Result<()> {
        match self.symbols.lookup(addr) {
            Some(symbol) if symbol.offset == 0 => write!(self.out, " <{}>", symbol.name),
            Some(symbol) => write!(self.out, " <{}+{:#x}>", symbol.name, symbol.offset),
            None => Ok(()),
        }
    }
}

/// `addr` and a signed distance; the address space wraps.
fn offset(addr: u64, by: i32) -> u64 {
    addr.wrapping_add_signed(i64::from(by))
}
