/*
 * Writes code, runs it, overwrites it and runs it again, as a JIT in a guest
 * does. Three tests, each checked against plain C:
 *
 *   rewrite  a whole function replaced by another at the same place
 *   patch    one instruction in the middle of a function replaced, once by one
 *            of its size and once by two half its size
 *   inline   code that overwrites the instruction it is about to reach
 *
 * selfmod [rounds]: so many functions in the first test, a tenth in the others.
 */
#include "guest.h"

enum { DEFAULT = 1500, STEPS = 1000, PAGE = 4096 };

typedef uint64_t code_fn(uint64_t x, uint64_t y);

/* Registers of emitted code. */
enum { RA = 1, A0 = 10, A1 = 11, A2 = 12 };

/* Major opcodes and function fields of the base instruction formats. */
enum { OP_IMM = 0x13, OP = 0x33, STORE = 0x23, BRANCH = 0x63, JALR = 0x67 };

static uint8_t *code;
static size_t code_length;

static void emit(uint32_t instruction)
{
    for (int byte = 0; byte < 4; byte++)
        code[code_length++] = (uint8_t)(instruction >> (8 * byte));
}

static uint32_t r_type(uint32_t funct7, uint32_t funct3, uint32_t rd, uint32_t rs1, uint32_t rs2)
{
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | OP;
}

static uint32_t i_type(uint32_t opcode, uint32_t funct3, uint32_t rd, uint32_t rs1, int32_t imm)
{
    return (uint32_t)imm << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}

static uint32_t addi(uint32_t rd, uint32_t rs1, int32_t imm)
{
    return i_type(OP_IMM, 0, rd, rs1, imm);
}

static uint32_t ret(void)
{
    return i_type(JALR, 0, 0, RA, 0);
}

static uint32_t sw(uint32_t rs2, uint32_t rs1, uint32_t offset)
{
    return (offset >> 5) << 25 | rs2 << 20 | rs1 << 15 | 2u << 12 | (offset & 31) << 7 | STORE;
}

/* A branch back by `distance` bytes, less than 2 KiB. */
static uint32_t bnez_back(uint32_t rs1, uint32_t distance)
{
    uint32_t imm = -distance;
    return 1u << 31 | (imm >> 5 & 0x3f) << 25 | rs1 << 15 | 1u << 12 | (imm >> 1 & 15) << 8 |
           (imm >> 11 & 1) << 7 | BRANCH;
}

static const uint32_t FENCE_I = 0x0000100f;

static void fence_i(void)
{
    __asm__ volatile(".option push\n.option arch, +zifencei\nfence.i\n.option pop" ::: "memory");
}

/* The functions of the first test mix a0 with a1 in one of these ways. */
enum operation { ADD, SUB, XOR, MUL, SLTU, OPERATIONS };

static uint32_t operation(enum operation op, uint32_t rd, uint32_t rs1, uint32_t rs2)
{
    static const uint8_t funct7[OPERATIONS] = {[SUB] = 0x20, [MUL] = 0x01};
    static const uint8_t funct3[OPERATIONS] = {[XOR] = 4, [SLTU] = 3};
    return r_type(funct7[op], funct3[op], rd, rs1, rs2);
}

static uint64_t apply(enum operation op, uint64_t a, uint64_t b)
{
    switch (op) {
    case ADD: return a + b;
    case SUB: return a - b;
    case XOR: return a ^ b;
    case MUL: return a * b;
    default: return a < b;
    }
}

/* a0 = STEPS times { a0 = a0 op a1; a1 = a1 + step } */
static void emit_loop(enum operation op, int32_t step)
{
    code_length = 0;
    emit(addi(A2, 0, STEPS));
    emit(operation(op, A0, A0, A1));
    emit(addi(A1, A1, step));
    emit(addi(A2, A2, -1));
    emit(bnez_back(A2, 12));
    emit(ret());
}

static uint64_t reference_loop(enum operation op, int32_t step, uint64_t x, uint64_t y)
{
    for (int i = 0; i < STEPS; i++) {
        x = apply(op, x, y);
        y += (uint64_t)(int64_t)step;
    }
    return x;
}

static uint64_t call(uint64_t x, uint64_t y)
{
    fence_i();
    return ((code_fn *)(uintptr_t)code)(x, y);
}

static int test_rewrite(uint64_t rounds)
{
    uint64_t sum = CHECKSUM_START;
    int right = 1;
    for (uint64_t round = 0; round < rounds; round++) {
        enum operation op = (enum operation)(round % OPERATIONS);
        int32_t step = (int32_t)(round * 37 % 4096) - 2048;
        emit_loop(op, step);
        uint64_t result = call(sum, round | 1);
        right &= result == reference_loop(op, step, sum, round | 1);
        sum = checksum(sum, result);
    }
    return report("rewrite", sum, right);
}

static int test_patch(uint64_t rounds)
{
    uint64_t sum = CHECKSUM_START;
    int right = 1;
    for (uint64_t round = 0; round < rounds; round++) {
        int32_t first = (int32_t)(round % 4095) - 2047; /* and -first is in range */
        code_length = 0;
        emit(addi(A1, A1, 3));
        emit(addi(A0, A0, first));
        emit(operation(XOR, A0, A0, A1));
        emit(ret());
        uint64_t result = call(sum, round);
        right &= result == ((sum + (uint64_t)(int64_t)first) ^ (round + 3));

        code_length = 4;
        emit(addi(A0, A0, -first));
        right &= call(sum, round) == ((sum - (uint64_t)(int64_t)first) ^ (round + 3));

        code_length = 4;
        emit(0x0505u << 16 | 0x0505u); /* c.addi a0, 1, twice */
        right &= call(sum, round) == ((sum + 2) ^ (round + 3));
        sum = checksum(sum, result);
    }
    return report("patch", sum, right);
}

/* x is where the code is, y the instruction it is to write. */
static int test_inline(uint64_t rounds)
{
    uint64_t sum = CHECKSUM_START;
    int right = 1;
    code_length = 0;
    emit(sw(A1, A0, 12));
    emit(addi(A0, 0, 1));
    emit(FENCE_I);
    emit(addi(A0, A0, 0));
    emit(ret());
    for (uint64_t round = 0; round < rounds; round++) {
        int32_t imm = (int32_t)(round * 5 % 2048);
        uint64_t result = call((uintptr_t)code, addi(A0, A0, imm));
        right &= result == (uint64_t)imm + 1;
        sum = checksum(sum, result);
    }
    return report("inline", sum, right);
}

int guest_main(int argc, char **argv, char **envp)
{
    (void)envp;
    uint64_t rounds = scale(argc, argv, DEFAULT);
    code = map_pages(PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
    if (code == NULL) {
        print("no writable and executable page\n");
        return 1;
    }
    int right = test_rewrite(rounds);
    right &= test_patch(rounds / 10);
    right &= test_inline(rounds / 10);
    return !right;
}
