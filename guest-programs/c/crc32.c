/*
 * CRC-32 (the reflected polynomial of Ethernet and zip) by a table of bytes:
 * dependent loads.
 *
 * crc32 [rounds]: runs over a 64 KiB buffer that many times, as one message.
 */
#include "guest.h"

enum { DEFAULT = 16, BUFFER = 64 << 10 };

static uint32_t table[256];
static uint8_t buffer[BUFFER];

static void fill_table(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t remainder = byte;
        for (int bit = 0; bit < 8; bit++)
            remainder = remainder >> 1 ^ (remainder & 1 ? 0xedb88320u : 0);
        table[byte] = remainder;
    }
}

__attribute__((noinline)) static uint32_t update(uint32_t crc, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 0xff];
    return crc;
}

int guest_main(int argc, char **argv, char **envp)
{
    (void)envp;
    uint64_t rounds = scale(argc, argv, DEFAULT);
    fill_table();
    for (uint32_t i = 0; i < BUFFER; i++)
        buffer[i] = (uint8_t)(i * 167 + (i >> 8));

    uint32_t crc = ~0u;
    for (uint64_t round = 0; round < rounds; round++)
        crc = update(crc, buffer, BUFFER);
    print("crc32 x ");
    print_unsigned(rounds);
    print(": ");
    print_hex(~crc, 8);
    print("\n");
    return 0;
}
