#ifndef VITRINE_CCOLUMNS_H
#define VITRINE_CCOLUMNS_H

#include <stddef.h>
#include <stdint.h>

/// What a product must be; a null column asks for nothing. Each column holds one entry for a product of the chunk.
typedef struct {
    const uint32_t *category;
    uint32_t wanted_category;
    const uint32_t *seller;
    uint32_t wanted_seller;
    const uint64_t *price;
    uint64_t price_min, price_max;
    const uint32_t *rating;
    uint32_t rating_min;
} vitrine_column_filter;

/// Clears the bits of products that do not match: bit i of word w is product 64 w + i of the chunk.
void vitrine_filter_columns(const vitrine_column_filter *filter, uint64_t *words, size_t word_count);

/// The same for entries of one column, which must be from `least` to `most`.
void vitrine_filter_range(
    const uint64_t *column, uint64_t least, uint64_t most, uint64_t *words, size_t word_count);

/// Asks for the lines of memory that so many bytes are in, without waiting for them.
static inline void vitrine_prefetch(const void *bytes, size_t count) {
    const char *line = (const char *)bytes;
    for (size_t offset = 0; offset < count; offset += 64) __builtin_prefetch(line + offset);
}

#endif
