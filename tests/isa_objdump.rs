//! The disassembler against GNU objdump, on every compressed parcel and on
//! random words, legal and illegal.
//!
//! objdump knows extensions that this machine lacks, so what it calls an
//! instruction may be illegal here: then only the mnemonic must not be one of
//! ours. It also knows more CSR names, and rejects fences with reserved fields:
//! such words are not generated. `RVJET_TEST_CASES` scales the random words.
//! Without objdump, or with one whose text may differ, nothing is checked.

#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "the lints spare test functions, not what they call"
)]

use std::collections::{HashMap, HashSet};
use std::process::Command;

use rvjet::isa::{BitOp, Compressed, Format, FpInst, Inst, IntFormat, Width, decode, disassemble};

const OBJDUMP: &str = "riscv64-linux-gnu-objdump";
/// The version whose text we promise; others name some HINTs and illegal words differently.
const VERSION: &str = "2.40";
/// Mnemonics whose last operand is an address.
const JUMPS: [&str; 10] = [
    "jal", "beq", "bne", "blt", "bge", "bltu", "bgeu", "c.j", "c.beqz", "c.bnez",
];
/// CSRs whose names we know, and some that have none.
const CSRS: [u32; 10] = [
    0x001, 0x002, 0x003, 0xc00, 0xc01, 0xc02, 0xc03, 0xc1f, 0x800, 0xcc0,
];

/// `c.addi16sp` of zero, which the manual reserves and objdump prints.
const ADDI16SP_ZERO: u16 = 0x6101;

/// The fields of the fence that is a hint to wait.
const PAUSE: u16 = 0x010;
/// The extensions whose instructions GNU as knows only if it is told of them.
const MARCH: &str = "-march=rv64imac_zihintpause_zicbom_zicboz_zba_zbb_zbc_zbs";

/// A small generator of known quality: SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ z >> 31) >> 32) as u32
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.next() as usize % from.len()]
    }

    /// A word with a major opcode, so of 32 bits; the higher function bits often
    /// zero, as most instructions have them.
    fn word(&mut self) -> u32 {
        let opcode = self.pick(&[
            0x03, 0x07, 0x0f, 0x13, 0x17, 0x1b, 0x23, 0x27, 0x2f, 0x33, 0x37, 0x3b, 0x43, 0x47,
            0x4b, 0x4f, 0x53, 0x53, 0x53, 0x63, 0x67, 0x6f, 0x73,
        ]);
        let mask = self.pick(&[0xffff_ff80, 0x41ff_ff80, 0x03ff_ff80, 0x5bff_ff80]);
        self.next() & mask | opcode
    }
}

fn cases() -> usize {
    let count = std::env::var("RVJET_TEST_CASES").ok();
    count.and_then(|count| count.parse().ok()).unwrap_or(20_000)
}

/// Whether the objdump that we can compare with is installed; says so if not.
fn is_installed() -> bool {
    let banner = Command::new(OBJDUMP).arg("--version").output();
    let found = banner.is_ok_and(|out| {
        let text = String::from_utf8_lossy(&out.stdout);
        text.lines()
            .next()
            .is_some_and(|line| line.contains(VERSION))
    });
    if !found {
        println!("skipped: no {OBJDUMP} {VERSION}");
    }
    found
}

/// objdump's text of each instruction of a flat binary, by address.
fn objdump(binary: &[u8]) -> HashMap<u64, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), binary).unwrap();
    let out = Command::new(OBJDUMP)
        .args(["-b", "binary", "-m", "riscv:rv64", "-D", "-z"])
        .args(["-M", "no-aliases,numeric"])
        .arg(file.path())
        .output()
        .unwrap();
    assert!(out.status.success(), "{out:?}");
    let listing = String::from_utf8(out.stdout).unwrap();
    listing.lines().filter_map(line).collect()
}

/// `address:<tab>bits<tab>text`, the text without its comment and without the
/// `0x` of a branch target.
fn line(line: &str) -> Option<(u64, String)> {
    let (address, rest) = line.split_once(":\t")?;
    let (_, text) = rest.split_once('\t')?;
    let address = u64::from_str_radix(address.trim(), 16).ok()?;
    let text = text.split(" # ").next()?.trim_end();
    let text = match text.split_once('\t') {
        Some((name, _)) if JUMPS.contains(&name) => text.replacen("0x", "", 1),
        _ => text.to_owned(),
    };
    Some((address, text))
}

/// As [`line`], with the word.
fn word_line(text: &str) -> Option<(u64, (u32, String))> {
    let ((address, assembly), word) = line(text).zip(text.split('\t').nth(1))?;
    let word = u32::from_str_radix(word.trim(), 16).ok()?;
    Some((address, (word, assembly)))
}

/// Whether it is a conversion that never rounds, which objdump knows with one rounding
/// mode only.
fn is_exact(inst: Inst) -> bool {
    let to_double = Format::Double;
    match inst {
        Inst::Fp(FpInst::Convert { to, .. }) => to == to_double,
        Inst::Fp(FpInst::FromInt { to, from, .. }) => {
            to == to_double && matches!(from, IntFormat::W | IntFormat::Wu)
        }
        _ => false,
    }
}

/// Makes a legal word one whose text objdump agrees on: it knows the CSR, the fence has
/// no reserved bits, and what need not be rounded has the usual mode.
fn with_known_fields(word: u32, random: &mut Random) -> u32 {
    match decode(word).map(|decoded| decoded.inst) {
        Some(Inst::Csr { .. }) => word & 0xf_ffff | random.pick(&CSRS) << 20,
        Some(Inst::Fence { .. }) => word & 0x0ff0_707f,
        Some(Inst::FenceI { .. }) => word & 0x707f,
        Some(inst) if is_exact(inst) => word & !0x7000,
        _ => word,
    }
}

/// The mnemonic of a line of assembly.
fn mnemonic(text: &str) -> &str {
    text.split('\t').next().unwrap_or(text)
}

#[test]
fn every_parcel() {
    if !is_installed() {
        return;
    }
    let parcels: Vec<u16> = (0..=u16::MAX).filter(|parcel| parcel & 3 != 3).collect();
    let binary: Vec<u8> = parcels.iter().flat_map(|p| p.to_le_bytes()).collect();
    let theirs = objdump(&binary);
    for (pc, &parcel) in (0..).step_by(2).zip(&parcels) {
        let (ours, theirs) = (disassemble(pc, u32::from(parcel)).to_string(), &theirs[&pc]);
        if is_zcb(parcel) {
            assert!(theirs.starts_with('.'), "{parcel:#06x} {theirs}");
        } else if parcel == ADDI16SP_ZERO {
            assert_eq!(Compressed::decode(parcel), None, "{parcel:#06x} {theirs}");
        } else {
            assert_eq!(&ours, theirs, "{parcel:#06x} at {pc:#x}");
        }
    }
}

/// Whether this version knows neither the parcel nor its extension, which came later.
fn is_zcb(parcel: u16) -> bool {
    match Compressed::decode(parcel) {
        Some(Compressed::Store { width, .. }) => width < Width::Word,
        Some(inst) => matches!(
            inst,
            Compressed::LoadPart { .. } | Compressed::Mul { .. } | Compressed::Unary { .. }
        ),
        None => false,
    }
}

/// Whether the instruction is one that objdump prints of files alone that say that they
/// have it.
fn is_told_of(inst: Inst) -> bool {
    match inst {
        Inst::Fence { sets, .. } => sets == PAUSE,
        _ => matches!(
            inst,
            Inst::Bit { .. }
                | Inst::BitImm { .. }
                | Inst::BitUnary { .. }
                | Inst::CacheBlock { .. }
        ),
    }
}

/// Random words that decode, and one of each that has no fields.
fn legal_words() -> Vec<u32> {
    let mut random = Random(0x5eed);
    let mut words = vec![0x0000_0073, 0x0010_0073, 0x8330_000f];
    while words.len() < cases() {
        let word = random.word();
        let word = with_known_fields(word, &mut random);
        if decode(word).is_some_and(|decoded| !is_told_of(decoded.inst)) {
            words.push(word);
        }
    }
    words
}

/// Random 32-bit words that do not decode, half of them with a major opcode of ours.
fn illegal_words() -> Vec<u32> {
    let mut random = Random(0xbad);
    let mut words = Vec::new();
    while words.len() < cases() / 4 {
        let any = random.next() | 3;
        let words_tried = [any, random.word()];
        let is_long = |word: &u32| word & 0x1f == 0x1f;
        let illegal = |word: &u32| !is_long(word) && decode(*word).is_none();
        words.extend(words_tried.into_iter().filter(illegal));
    }
    words
}

/// The words, one after the other, as memory holds them.
fn flat(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[test]
fn random_legal_words() {
    if !is_installed() {
        return;
    }
    let words = legal_words();
    let theirs = objdump(&flat(&words));
    for (pc, word) in (0..).step_by(4).zip(words) {
        let ours = disassemble(pc, word).to_string();
        assert_eq!(ours, theirs[&pc], "{word:#010x} at {pc:#x}");
    }
}

/// Random words of the extensions that files have to tell of, but for Zicond, which
/// this version does not know.
fn words_told_of() -> Vec<u32> {
    let mut random = Random(0xb175);
    let mut words = vec![u32::from(PAUSE) << 20 | 0x0f];
    let zicond = [BitOp::CzeroEqz, BitOp::CzeroNez];
    let is_zicond = |inst| matches!(inst, Inst::Bit { op, .. } if zicond.contains(&op));
    while words.len() < cases() / 4 {
        let opcode = random.pick(&[0x0f, 0x13, 0x1b, 0x33, 0x3b]);
        let cache_block = opcode == 0x0f;
        let mask = if cache_block {
            0x00ff_f000
        } else {
            0xffff_ff80
        };
        let word = random.next() & mask | opcode;
        let fits = |inst| is_told_of(inst) && !is_zicond(inst);
        if decode(word).is_some_and(|decoded| fits(decoded.inst)) {
            words.push(word);
        }
    }
    words
}

/// GNU as makes of our texts what we made them of, and objdump makes them of that.
#[test]
fn what_files_have_to_tell_of() {
    if !is_installed() {
        return;
    }
    let words = words_told_of();
    let texts = words.iter().map(|&word| disassemble(0, word).to_string());
    let texts: Vec<String> = texts.collect();
    let dir = tempfile::tempdir().unwrap();
    let [source, object] = ["words.s", "words.o"].map(|name| dir.path().join(name));
    std::fs::write(&source, texts.join("\n") + "\n").unwrap();
    let out = Command::new("riscv64-linux-gnu-as")
        .args([MARCH, "-o"])
        .args([&object, &source])
        .output()
        .unwrap();
    assert!(out.status.success(), "{out:?}");
    let out = Command::new(OBJDUMP)
        .args(["-d", "-z", "-M", "no-aliases,numeric"])
        .arg(&object)
        .output()
        .unwrap();
    let listing = String::from_utf8(out.stdout).unwrap();
    let theirs: HashMap<u64, (u32, String)> = listing.lines().filter_map(word_line).collect();
    for (pc, (word, text)) in (0..).step_by(4).zip(words.into_iter().zip(texts)) {
        assert_eq!(theirs[&pc], (word, text), "{word:#010x}");
    }
}

#[test]
fn random_illegal_words() {
    if !is_installed() {
        return;
    }
    let legal = legal_words();
    let texts = legal.iter().map(|&word| disassemble(0, word).to_string());
    let mnemonics: HashSet<String> = texts.map(|text| mnemonic(&text).to_owned()).collect();
    let words = illegal_words();
    let theirs = objdump(&flat(&words));
    for (pc, word) in (0..).step_by(4).zip(words) {
        let (ours, theirs) = (disassemble(pc, word).to_string(), &theirs[&pc]);
        assert!(ours.starts_with(".4byte"), "{word:#010x}: {ours}");
        if theirs.ends_with(",unknown") {
            // A reserved rounding mode.
        } else if theirs.starts_with('.') {
            assert_eq!(&ours, theirs, "{word:#010x} at {pc:#x}");
        } else {
            let unknown = !mnemonics.contains(mnemonic(theirs));
            assert!(unknown, "{word:#010x}: {theirs}");
        }
    }
}
