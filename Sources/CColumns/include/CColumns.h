#ifndef VITRINE_CCOLUMNS_H
#define VITRINE_CCOLUMNS_H

#include <stddef.h>
#include <stdint.h>

/// The entries of a chunk in parts of 16 bits, the lowest first. A part that is null is 0 for every entry.
typedef struct {
    const uint16_t *_Nullable parts[4];
} vitrine_entries;

/// The entries of a chunk that are chosen: by their bits, and where they are few or it was asked for also listed by their
/// places in the chunk.
typedef struct {
    const uint64_t *_Nonnull words;
    size_t word_count;
    const uint16_t *_Nonnull places;
    size_t count;
} vitrine_chosen;

/// What is known of some entries together.
typedef struct {
    uint64_t count, least, most, sum;
} vitrine_sums;

// Bit i of word w is entry 64 w + i of the chunk.

/// Copies a chunk of bits. Gives how many are set.
uint64_t vitrine_copy_bits(const void *_Nonnull bits, uint64_t *_Nonnull words, size_t word_count);

/// Clears the bits that are not set in `bits`, a chunk of bits.
void vitrine_keep_common(const void *_Nonnull bits, uint64_t *_Nonnull words, size_t word_count);

uint64_t vitrine_count_bits(const uint64_t *_Nonnull words, size_t word_count);

/// Clears the bits of entries that are not from `least` to `most`.
void vitrine_keep_between(
    vitrine_entries entries, uint64_t least, uint64_t most, uint64_t *_Nonnull words, size_t word_count);

/// Clears the bits of entries of one byte that are below `least`.
void vitrine_keep_from(
    const uint8_t *_Nonnull entries, uint8_t least, uint64_t *_Nonnull words, size_t word_count);

/// Keeps what is from `least` to `most`, too, for entries of 64 bits in one piece.
void vitrine_filter_range(
    const uint64_t *_Nonnull column, uint64_t least, uint64_t most, uint64_t *_Nonnull words, size_t word_count);

/// Chooses the entries whose bits are set, and lists them where they are few or `is_listed`. `places` has room for 64 entries of
/// each word and 8 more, and is kept as long as what is given.
vitrine_chosen vitrine_choose(
    const uint64_t *_Nonnull words, size_t word_count, int is_listed, uint16_t *_Nonnull places);

/// Adds `step`, modulo 2^32, to the counter of each chosen entry, for one or two columns of the same things. They are listed.
void vitrine_count_entries(
    vitrine_entries first, uint32_t *_Nullable first_counters, vitrine_entries second,
    uint32_t *_Nullable second_counters, uint32_t step, vitrine_chosen chosen);

/// Adds the chosen entries to `sums`. `least` starts as the highest number there is. At most 255 words.
void vitrine_sum_entries(vitrine_entries entries, vitrine_chosen chosen, vitrine_sums *_Nonnull sums);

/// Adds to `counts[i]` how many of the chosen entries of one byte are at least `(i + 1) × step`. At most 127 words.
void vitrine_count_steps(
    const uint8_t *_Nonnull entries, uint8_t step, vitrine_chosen chosen, uint64_t *_Nonnull counts);

enum { vitrine_steps = 5 };

/// Lists the numbers of the counters that are not 0. Gives how many there are; `numbers` has room for `count`.
size_t vitrine_list_counted(const uint32_t *_Nonnull counters, size_t count, uint32_t *_Nonnull numbers);

/// Asks for the lines of memory that so many bytes are in, without waiting for them.
static inline void vitrine_prefetch(const void *_Nullable bytes, size_t count) {
    const char *line = (const char *)bytes;
    for (size_t offset = 0; offset < count; offset += 64) __builtin_prefetch(line + offset);
}

#endif
