//! Small programs in words.

/// Where code starts in [`elf`].
pub const CODE: u64 = 0x1_0078;

/// A program of one page at 0x10000, entered at its first word, at [`CODE`].
pub fn elf(words: &[u32]) -> Vec<u8> {
    let mut elf = vec![0u8; 120];
    elf[..8].copy_from_slice(b"\x7fELF\x02\x01\x01\0");
    elf[16..24].copy_from_slice(&[2, 0, 243, 0, 1, 0, 0, 0]);
    elf[24..32].copy_from_slice(&CODE.to_le_bytes());
    elf[32] = 64;
    elf[52..58].copy_from_slice(&[64, 0, 56, 0, 1, 0]);
    elf[58] = 64;
    elf[64..72].copy_from_slice(&[1, 0, 0, 0, 5, 0, 0, 0]);
    let size = 120 + 4 * words.len() as u64;
    let fields = [0, 0x1_0000, 0x1_0000, size, size, 0x1000];
    for (i, field) in fields.into_iter().enumerate() {
        elf[72 + 8 * i..80 + 8 * i].copy_from_slice(&u64::to_le_bytes(field));
    }
    elf.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    elf
}

/// `write(1, code, 8)`, then a load from address 8: the sixth word traps.
pub fn writes_then_faults() -> Vec<u32> {
    vec![
        0x0400_0893, // li a7, 64
        0x0010_0513, // li a0, 1
        0x0001_05b7, // lui a1, 0x10
        0x0080_0613, // li a2, 8
        0x0000_0073, // ecall
        0x0010_0713, // li a4, 1
        0x0080_3683, // ld a3, 8(zero)
    ]
}

/// `readv(0, {{sp-64, 8}, {sp-64, 8}}, 2)`, then `exit` with the result still in a0 for a trap.
pub fn reads_two_buffers() -> Vec<u32> {
    vec![
        0xf801_0113, // addi sp, sp, -128
        0x0401_0293, // addi t0, sp, 64
        0x0080_0313, // li t1, 8
        0x0051_3023, // sd t0, 0(sp)
        0x0061_3423, // sd t1, 8(sp)
        0x0051_3823, // sd t0, 16(sp)
        0x0061_3c23, // sd t1, 24(sp)
        0x0410_0893, // li a7, 65
        0x0000_0513, // li a0, 0
        0x0001_0593, // mv a1, sp
        0x0020_0613, // li a2, 2
        0x0000_0073, // ecall
        0x0010_0073, // ebreak
    ]
}
