/*
 * Indirect jumps: an interpreter of a stack machine, whose loop is a `switch`. Its
 * program adds up the lengths of Collatz sequences.
 */
#include "rt.h"

#define LIMIT SIZED(1000, 30000)

enum { PUSH, LOAD, STORE, ADD, MULTIPLY, AND, SHIFT_RIGHT, LESS, EQUAL, JUMP, JUMP_IF, STOP };
enum { N, LEFT, STEPS };

/* The operand of a jump is an index into this. */
static const u16 program[] = {
    /* 0 */ PUSH, 1, STORE, LEFT,
    /* 4: the next sequence */ LOAD, LEFT, STORE, N,
    /* 8: one step */ LOAD, STEPS, PUSH, 1, ADD, STORE, STEPS,
    /* 15 */ LOAD, N, PUSH, 1, EQUAL, JUMP_IF, 48,
    /* 22 */ LOAD, N, PUSH, 1, AND, JUMP_IF, 38,
    /* 29: even */ LOAD, N, PUSH, 1, SHIFT_RIGHT, STORE, N, JUMP, 8,
    /* 38: odd */ LOAD, N, PUSH, 3, MULTIPLY, PUSH, 1, ADD, JUMP, 61,
    /* 48: the sequence ends */ LOAD, LEFT, PUSH, 1, ADD, STORE, LEFT,
    /* 55 */ LOAD, LEFT, LESS, JUMP_IF, 4, STOP,
    /* 61 */ STORE, N, JUMP, 8,
};

__attribute__((noinline)) static u64 interpret(const u16 *code, u64 limit)
{
    u64 variables[4] = {0};
    u64 stack[16];
    u64 *top = stack;
    const u16 *pc = code;
    for (;;) {
        switch (*pc++) {
        case PUSH:
            *++top = *pc++;
            break;
        case LOAD:
            *++top = variables[*pc++];
            break;
        case STORE:
            variables[*pc++] = *top--;
            break;
        case ADD:
            top--;
            top[0] += top[1];
            break;
        case MULTIPLY:
            top--;
            top[0] *= top[1];
            break;
        case AND:
            top--;
            top[0] &= top[1];
            break;
        case SHIFT_RIGHT:
            top--;
            top[0] >>= top[1];
            break;
        case LESS:
            top[0] = top[0] < limit;
            break;
        case EQUAL:
            top--;
            top[0] = top[0] == top[1];
            break;
        case JUMP:
            pc = code + *pc;
            break;
        case JUMP_IF:
            pc = *top-- ? code + *pc : pc + 1;
            break;
        default:
            return variables[STEPS];
        }
    }
}

static u64 kernel(void)
{
    return interpret(program, opaque(LIMIT));
}
