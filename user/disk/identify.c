/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a drive says about itself (ATA/ATAPI-6, 8.15): see identify.h.
 */
#include "identify.h"

#include "dma.h"
#include "text.h"

#define IDENTIFY       0xec
#define SET_FEATURES   0xef
#define TRANSFER_MODE  0x03
#define MODE_MULTIWORD 0x20 /* DMA, at the controller's speed, whatever that is */

#define LIMIT 5000 /* milliseconds: it may have to spin up */

/* Words. */
#define WORD_MODEL      27 /* 20 of them */
#define WORD_CAN        49
#define WORD_SECTORS    60 /* two */
#define WORD_MULTIWORD  63
#define WORD_COMMANDS   83
#define WORD_MANY       100 /* four: sectors, if it has long addresses */

#define NO_DISK      0x8000u /* of word 0 */
#define CAN_DMA      0x0100u
#define CAN_ADDRESS  0x0200u
#define COMMANDS_ARE 0x4000u /* the word says something */
#define CAN_SETTLE   0x1000u
#define CAN_LONG     0x0400u

static uint32_t
double_word(const uint16_t *word)
{
    return word[0] | (uint32_t)word[1] << 16;
}

/* What is beyond 2 TiB cannot be asked for. */
static uint32_t
sectors_of(const uint16_t *word, bool long_addresses)
{
    if (!long_addresses)
        return double_word(word + WORD_SECTORS);
    return double_word(word + WORD_MANY + 2) ? UINT32_MAX : double_word(word + WORD_MANY);
}

/* Two letters in a word, the first one above; blanks at the end go. */
static void
read_model(const uint16_t *word, char *model)
{
    uint32_t length = 0;

    for (uint32_t i = 0; i < 40; i++) {
        char letter = i % 2 ? word[WORD_MODEL + i / 2] : word[WORD_MODEL + i / 2] >> 8;

        model[i] = letter >= ' ' && letter <= '~' ? letter : ' ';
        if (model[i] != ' ')
            length = i + 1;
    }
    model[length] = 0;
}

struct drive
identity_read(const uint16_t word[IDENTITY_WORDS], bool dma)
{
    uint16_t commands = (word[WORD_COMMANDS] & 0xc000) == COMMANDS_ARE ? word[WORD_COMMANDS] : 0;
    struct drive drive = {.long_addresses = commands & CAN_LONG, .settles = commands & CAN_SETTLE};

    drive.dma = dma && word[WORD_CAN] & CAN_DMA && word[WORD_MULTIWORD] & 7;
    drive.sectors = sectors_of(word, drive.long_addresses);
    drive.there = !(word[0] & NO_DISK) && word[WORD_CAN] & CAN_ADDRESS && drive.sectors > 0;
    read_model(word, drive.model);
    return drive;
}

/* Its fastest mode, in which the controller sets the pace. */
static bool
use_dma(uint32_t drive, uint16_t modes)
{
    uint8_t mode = modes & 4 ? 2 : modes & 2 ? 1 : 0;

    return ata_simple(drive, SET_FEATURES, TRANSFER_MODE, MODE_MULTIWORD | mode)
        && !(ata_wait(LIMIT) & (ATA_BUSY | ATA_ERROR | ATA_FAULT));
}

static void
identify(uint32_t drive)
{
    static uint16_t word[IDENTITY_WORDS];
    uint8_t status;

    if (!ata_simple(drive, IDENTIFY, 0, 0))
        return;
    status = ata_wait(LIMIT);
    if (status & (ATA_BUSY | ATA_ERROR | ATA_FAULT) || !(status & ATA_DATA))
        return;
    ata_get(word);
    drives[drive] = identity_read(word, dma_is_there());
    if (drives[drive].there && drives[drive].dma)
        drives[drive].dma = use_dma(drive, word[WORD_MULTIWORD]);
}

void
identify_all(void)
{
    bool back = ata_reset();

    for (uint32_t i = 0; i < DRIVES; i++)
        drives[i].there = false;
    for (uint32_t i = 0; back && i < DRIVES; i++)
        identify(i);
}
