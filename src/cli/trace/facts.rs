//! What a trace says of itself, as text and as JSON whose fields only grow.

use std::fmt::{self, Display};

use rvjet::machine::Exit;
use rvjet::trace::{ChunkInfo, Digest, Ending, Header};
use serde::{Serialize, Serializer};

use crate::cli::ending::{self, Kind};

/// Changes when a field of [`Facts`] goes or changes its meaning, not when one comes.
const SCHEMA_VERSION: u32 = 1;

/// What a trace says of itself.
#[derive(Debug, Serialize)]
pub struct Facts {
    schema_version: u32,
    pub condition: Condition,
    pub complete: bool,
    /// Where a truncated trace ends.
    pub truncated_at: Option<u64>,
    /// What is wrong first with a damaged one.
    pub damage: Option<String>,
    isa: String,
    abi: String,
    policy: String,
    clock: Clock,
    address_space: u64,
    start_pc: u64,
    #[serde(serialize_with = "hexadecimal")]
    elf_digest: Digest,
    #[serde(serialize_with = "hexadecimal")]
    text_digest: Digest,
    #[serde(serialize_with = "hexadecimal")]
    inputs_digest: Digest,
    /// Bytes of the ELF file in the trace.
    pub elf_bytes: Option<u64>,
    pub instructions: u64,
    /// Those that can be read.
    pub chunks: u64,
    pub accesses: u64,
    pub touches: u64,
    pub ecalls: u64,
    /// Bytes of the file, or as many as were read of a pipe.
    pub bytes: u64,
    pub bytes_per_instruction: f64,
    pub exit: Option<End>,
    #[serde(serialize_with = "some_hexadecimal")]
    pub received_digest: Option<Digest>,
    #[serde(serialize_with = "some_hexadecimal")]
    pub root: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chunk_list: Option<Vec<Row>>,
}

/// How much of a trace there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    Complete,
    Truncated,
    Damaged,
}

#[derive(Debug, Serialize)]
struct Clock {
    start: u64,
    instruction: u64,
    ecall: u64,
    access: u64,
}

/// How the run ended.
#[derive(Debug, Serialize)]
pub struct End {
    kind: Kind,
    code: u8,
    pc: u64,
    text: String,
}

/// A chunk.
#[derive(Debug, Serialize)]
pub struct Row {
    pub chunk: u64,
    #[serde(flatten)]
    pub read: Read,
}

/// A chunk, if it could be read.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Read {
    Whole(Whole),
    Damaged { damage: String },
}

/// A chunk that could be read.
#[derive(Debug, Serialize)]
pub struct Whole {
    first_instruction: u64,
    instructions: u64,
    touches: u64,
    accesses: u64,
    ecalls: u64,
    pc: u64,
    symbol: Option<String>,
    bytes: u64,
    #[serde(serialize_with = "hexadecimal")]
    digest: Digest,
}

impl Whole {
    /// The chunk that starts at `pc` and has so many bytes in the file.
    pub fn new(about: &ChunkInfo, pc: u64, symbol: Option<String>, bytes: u64) -> Whole {
        Whole {
            first_instruction: about.start,
            instructions: about.insns,
            touches: about.touches,
            accesses: about.accesses,
            ecalls: about.ecalls,
            pc,
            symbol,
            bytes,
            digest: about.digest,
        }
    }
}

impl Facts {
    /// Of a trace without chunks.
    pub fn new(header: &Header) -> Facts {
        let Header {
            isa,
            abi,
            clock,
            policy,
            ..
        } = header;
        Facts {
            schema_version: SCHEMA_VERSION,
            condition: Condition::Complete,
            complete: true,
            truncated_at: None,
            damage: None,
            isa: isa.clone(),
            abi: abi.clone(),
            policy: policy.to_string(),
            clock: Clock {
                start: clock.start,
                instruction: clock.insn,
                ecall: clock.ecall,
                access: clock.access,
            },
            address_space: header.address_space,
            start_pc: header.start.pc,
            elf_digest: header.elf,
            text_digest: header.text,
            inputs_digest: header.inputs,
            elf_bytes: None,
            instructions: 0,
            chunks: 0,
            accesses: 0,
            touches: 0,
            ecalls: 0,
            bytes: 0,
            bytes_per_instruction: 0.0,
            exit: None,
            received_digest: None,
            root: None,
            chunk_list: None,
        }
    }

    /// It has this chunk, too.
    pub fn count(&mut self, chunk: &ChunkInfo) {
        self.chunks += 1;
        self.instructions = self.instructions.wrapping_add(chunk.insns);
        self.accesses = self.accesses.wrapping_add(chunk.accesses);
        self.touches = self.touches.wrapping_add(chunk.touches);
        self.ecalls = self.ecalls.wrapping_add(chunk.ecalls);
    }

    /// It ends so, with this pc.
    pub fn end(&mut self, ending: &Ending, pc: u64) {
        self.exit = Some(End::of(ending.exit, pc));
        self.received_digest = Some(ending.received);
    }

    pub fn truncate(&mut self, offset: u64) {
        self.complete = false;
        self.condition = Condition::Truncated;
        self.truncated_at = Some(offset);
    }

    /// The first call counts.
    pub fn spoil(&mut self, damage: String) {
        self.complete = false;
        self.condition = Condition::Damaged;
        self.damage.get_or_insert(damage);
    }

    /// The trace has so many bytes.
    pub fn measure(&mut self, bytes: u64) {
        self.bytes = bytes;
        if self.instructions > 0 {
            self.bytes_per_instruction = bytes as f64 / self.instructions as f64;
        }
    }
}

impl End {
    fn of(exit: Exit, pc: u64) -> End {
        let ending = ending::Ending::at(exit, pc);
        End {
            kind: ending.kind,
            code: ending.code,
            pc: ending.pc,
            text: ending::text(exit, pc),
        }
    }
}

fn hexadecimal<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(digest)
}

fn some_hexadecimal<S: Serializer>(
    digest: &Option<Digest>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match digest {
        Some(digest) => serializer.collect_str(digest),
        None => serializer.serialize_none(),
    }
}

/// One fact a line, `name: value`; then a table of the chunks, if there is one.
impl Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_condition(f)?;
        writeln!(f, "program:      {}, {}", self.isa, self.abi)?;
        match self.elf_bytes {
            Some(bytes) => writeln!(f, "ELF:          in the trace, {bytes} bytes")?,
            None => writeln!(f, "ELF:          not in the trace")?,
        }
        writeln!(f, "ELF digest:   {}", self.elf_digest)?;
        writeln!(f, "text digest:  {}", self.text_digest)?;
        writeln!(f, "inputs:       {}", self.inputs_digest)?;
        writeln!(f, "memory:       {} bytes of addresses", self.address_space)?;
        writeln!(f, "chunks end:   {}", self.policy)?;
        let clock = &self.clock;
        writeln!(
            f,
            "clock:        {} + {} an instruction + {} an ecall; an access {} later",
            clock.start, clock.instruction, clock.ecall, clock.access
        )?;
        writeln!(f, "chunks:       {}", self.chunks)?;
        writeln!(f, "instructions: {}", self.instructions)?;
        writeln!(f, "accesses:     {}", self.accesses)?;
        writeln!(f, "touches:      {}", self.touches)?;
        writeln!(f, "ecalls:       {}", self.ecalls)?;
        let bits = 8.0 * self.bytes_per_instruction;
        writeln!(
            f,
            "size:         {} bytes, {bits:.4} bits an instruction",
            self.bytes
        )?;
        if let Some(exit) = &self.exit {
            writeln!(f, "exit:         {}", exit.text)?;
        }
        if let Some(digest) = &self.received_digest {
            writeln!(f, "received:     {digest}")?;
        }
        if let Some(root) = &self.root {
            writeln!(f, "root:         {root}")?;
        }
        match &self.chunk_list {
            Some(rows) => write_rows(f, rows),
            None => Ok(()),
        }
    }
}

impl Facts {
    fn write_condition(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.condition, self.truncated_at, &self.damage) {
            (Condition::Truncated, Some(offset), _) => {
                writeln!(f, "trace:        truncated at byte {offset}")
            }
            (Condition::Damaged, _, Some(damage)) => {
                writeln!(f, "trace:        damaged: {damage}")
            }
            _ => writeln!(f, "trace:        complete"),
        }
    }
}

fn write_rows(f: &mut fmt::Formatter<'_>, rows: &[Row]) -> fmt::Result {
    writeln!(
        f,
        "\n{:>7} {:>14} {:>12} {:>9} {:>12} {:>7} {:>9}  {:8}  pc",
        "chunk", "from", "instructions", "touches", "accesses", "ecalls", "bytes", "digest"
    )?;
    for Row { chunk, read } in rows {
        match read {
            Read::Whole(row) => write_row(f, *chunk, row)?,
            Read::Damaged { damage } => writeln!(f, "{chunk:>7} {damage}")?,
        }
    }
    Ok(())
}

fn write_row(f: &mut fmt::Formatter<'_>, chunk: u64, row: &Whole) -> fmt::Result {
    let Whole {
        first_instruction,
        instructions,
        touches,
        accesses,
        ecalls,
        bytes,
        ..
    } = row;
    let digest = row.digest.to_string();
    write!(
        f,
        "{chunk:>7} {first_instruction:>14} {instructions:>12} {touches:>9} {accesses:>12} {ecalls:>7} {bytes:>9}  {:.8}  {:#x}",
        digest, row.pc
    )?;
    match &row.symbol {
        Some(symbol) => writeln!(f, " {symbol}"),
        None => writeln!(f),
    }
}
