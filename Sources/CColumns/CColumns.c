// Comparing columns is the one loop that decides how long a rare combination of filters takes, so it is written for the
// compiler's vectorizer: 64 comparisons into 64 bytes, then those into one word of bits.
#include "CColumns.h"

#include <string.h>

// The widest vectors of the machine at hand, chosen once when the program starts.
#if defined(__x86_64__) && defined(__linux__)
#define WIDEST __attribute__((target_clones("avx2", "default")))
#else
#define WIDEST
#endif

/// One bit for each of 64 bytes that are 0 or 1.
static inline uint64_t bits_of(const uint8_t *flags) {
    uint64_t word = 0;
    for (int group = 0; group < 8; group++) {
        uint64_t bytes;
        memcpy(&bytes, flags + 8 * group, 8);
        // The product's top byte gathers byte i of the (little-endian) factor as bit i.
        word |= (bytes * 0x0102040810204080u >> 56) << (8 * group);
    }
    return word;
}

WIDEST void vitrine_filter_columns(const vitrine_column_filter *filter, uint64_t *words, size_t word_count) {
    uint8_t flags[64];
    for (size_t word = 0; word < word_count; word++) {
        size_t first = 64 * word;
        if (words[word] != 0 && filter->category) {
            const uint32_t *column = filter->category + first, wanted = filter->wanted_category;
            for (int i = 0; i < 64; i++) flags[i] = column[i] == wanted;
            words[word] &= bits_of(flags);
        }
        if (words[word] != 0 && filter->seller) {
            const uint32_t *column = filter->seller + first, wanted = filter->wanted_seller;
            for (int i = 0; i < 64; i++) flags[i] = column[i] == wanted;
            words[word] &= bits_of(flags);
        }
        if (words[word] != 0 && filter->rating) {
            const uint32_t *column = filter->rating + first, least = filter->rating_min;
            for (int i = 0; i < 64; i++) flags[i] = column[i] >= least;
            words[word] &= bits_of(flags);
        }
        if (words[word] != 0 && filter->price) {
            const uint64_t *column = filter->price + first, least = filter->price_min, most = filter->price_max;
            for (int i = 0; i < 64; i++) flags[i] = (column[i] >= least) & (column[i] <= most);
            words[word] &= bits_of(flags);
        }
    }
}

WIDEST void vitrine_filter_range(
    const uint64_t *column, uint64_t least, uint64_t most, uint64_t *words, size_t word_count) {
    uint8_t flags[64];
    for (size_t word = 0; word < word_count; word++) {
        if (words[word] == 0) continue;
        const uint64_t *entries = column + 64 * word;
        for (int i = 0; i < 64; i++) flags[i] = (entries[i] >= least) & (entries[i] <= most);
        words[word] &= bits_of(flags);
    }
}
