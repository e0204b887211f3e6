// Comparing and counting columns are the loops that decide how long a rare combination of filters takes, so they are
// written for vectors: 64 entries into one word of bits, 8 or 32 entries into the sums of their lanes.
#include "CColumns.h"

#include <string.h>

// The widest vectors of the machine at hand, chosen once when the program starts: by a resolver that the dynamic loader
// calls before ThreadSanitizer has set up the memory that its instrumentation of the resolver writes to.
#if defined(__x86_64__) && defined(__linux__) && !__has_feature(thread_sanitizer)
#define WIDEST __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define WIDEST
#endif

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// No chunk has more entries.
enum { entries_max = 4096 };

/// What a part is read from that is null while a higher one is not.
static const uint16_t zeros[entries_max];

/// With so few bits in a word, they are looked at one by one.
enum { few_bits = 8 };

static inline uint64_t entry_at(vitrine_entries entries, size_t index) {
    uint64_t entry = 0;
    for (int part = 3; part >= 0; part--) {
        entry <<= 16;
        if (entries.parts[part]) entry |= entries.parts[part][index];
    }
    return entry;
}

/// The highest part that is not null, or 0.
static inline int top_part(vitrine_entries entries) {
    int part = 3;
    while (part > 0 && !entries.parts[part]) part--;
    return part;
}

static inline const uint16_t *part_or_zeros(vitrine_entries entries, int part) {
    return entries.parts[part] ? entries.parts[part] : zeros;
}

// MARK: Bits

static inline uint64_t word_at(const void *bits, size_t word) {
    uint64_t value;
    memcpy(&value, (const char *)bits + 8 * word, sizeof value);
    return value;
}

WIDEST uint64_t vitrine_copy_bits(const void *bits, uint64_t *words, size_t word_count) {
    uint64_t count = 0;
    for (size_t word = 0; word < word_count; word++) {
        words[word] = word_at(bits, word);
        count += (uint64_t)__builtin_popcountll(words[word]);
    }
    return count;
}

WIDEST void vitrine_keep_common(const void *bits, uint64_t *words, size_t word_count) {
    for (size_t word = 0; word < word_count; word++) words[word] &= word_at(bits, word);
}

WIDEST uint64_t vitrine_count_bits(const uint64_t *words, size_t word_count) {
    uint64_t count = 0;
    for (size_t word = 0; word < word_count; word++) count += (uint64_t)__builtin_popcountll(words[word]);
    return count;
}

// MARK: Comparing

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

static inline uint64_t between_16(const uint16_t *entries, uint16_t least, uint16_t most) {
#if defined(__SSE2__)
    // Subtraction that stops at 0 leaves 0 exactly where the first is not above the second.
    const __m128i low = _mm_set1_epi16((short)least), high = _mm_set1_epi16((short)most), zero = _mm_setzero_si128();
    uint64_t word = 0;
    for (int group = 0; group < 4; group++) {
        __m128i a = _mm_loadu_si128((const __m128i *)(entries + 16 * group));
        __m128i b = _mm_loadu_si128((const __m128i *)(entries + 16 * group + 8));
        a = _mm_or_si128(_mm_subs_epu16(low, a), _mm_subs_epu16(a, high));
        b = _mm_or_si128(_mm_subs_epu16(low, b), _mm_subs_epu16(b, high));
        __m128i inside = _mm_packs_epi16(_mm_cmpeq_epi16(a, zero), _mm_cmpeq_epi16(b, zero));
        word |= (uint64_t)(uint16_t)_mm_movemask_epi8(inside) << (16 * group);
    }
    return word;
#else
    uint8_t flags[64];
    for (int i = 0; i < 64; i++) flags[i] = (entries[i] >= least) & (entries[i] <= most);
    return bits_of(flags);
#endif
}

static inline uint64_t between_32(const uint16_t *low, const uint16_t *high, uint32_t least, uint32_t most) {
    uint8_t flags[64];
    for (int i = 0; i < 64; i++) {
        uint32_t entry = (uint32_t)high[i] << 16 | low[i];
        flags[i] = (entry >= least) & (entry <= most);
    }
    return bits_of(flags);
}

static inline uint64_t between_by_one(vitrine_entries entries, size_t first, uint64_t least, uint64_t most, uint64_t word) {
    for (uint64_t bits = word; bits != 0; bits &= bits - 1) {
        uint64_t entry = entry_at(entries, first + (size_t)__builtin_ctzll(bits));
        if (entry < least || entry > most) word &= ~(bits & -bits);
    }
    return word;
}

WIDEST void vitrine_keep_between(
    vitrine_entries entries, uint64_t least, uint64_t most, uint64_t *words, size_t word_count) {
    const int top = top_part(entries);
    const uint64_t highest = top == 3 ? UINT64_MAX : ((uint64_t)1 << (16 * (top + 1))) - 1;
    if (least > highest || least > most) {
        memset(words, 0, word_count * sizeof *words);
        return;
    }
    if (most > highest) most = highest;
    const uint16_t *low = part_or_zeros(entries, 0), *high = part_or_zeros(entries, 1);
    for (size_t word = 0; word < word_count; word++) {
        if (words[word] == 0) continue;
        const size_t first = 64 * word;
        if (top == 0) {
            words[word] &= between_16(low + first, (uint16_t)least, (uint16_t)most);
        } else if (top == 1 && __builtin_popcountll(words[word]) > few_bits) {
            words[word] &= between_32(low + first, high + first, (uint32_t)least, (uint32_t)most);
        } else {
            words[word] = between_by_one(entries, first, least, most, words[word]);
        }
    }
}

WIDEST void vitrine_keep_from(const uint8_t *entries, uint8_t least, uint64_t *words, size_t word_count) {
    for (size_t word = 0; word < word_count; word++) {
        if (words[word] == 0) continue;
#if defined(__SSE2__)
        const __m128i low = _mm_set1_epi8((char)least);
        uint64_t reached = 0;
        for (int group = 0; group < 4; group++) {
            const __m128i entry = _mm_loadu_si128((const __m128i *)(entries + 64 * word + 16 * group));
            const __m128i is_from = _mm_cmpeq_epi8(_mm_max_epu8(entry, low), entry);
            reached |= (uint64_t)(uint16_t)_mm_movemask_epi8(is_from) << (16 * group);
        }
        words[word] &= reached;
#else
        uint8_t flags[64];
        for (int i = 0; i < 64; i++) flags[i] = entries[64 * word + (size_t)i] >= least;
        words[word] &= bits_of(flags);
#endif
    }
}

WIDEST void vitrine_filter_range(
    const uint64_t *column, uint64_t least, uint64_t most, uint64_t *words, size_t word_count) {
    uint8_t flags[64];
    for (size_t word = 0; word < word_count; word++) {
        if (words[word] == 0) continue;
        const uint64_t *entries = column + 64 * word;
        if (__builtin_popcountll(words[word]) <= few_bits) {
            for (uint64_t bits = words[word]; bits != 0; bits &= bits - 1) {
                uint64_t entry = entries[__builtin_ctzll(bits)];
                if (entry < least || entry > most) words[word] &= ~(bits & -bits);
            }
            continue;
        }
        for (int i = 0; i < 64; i++) flags[i] = (entries[i] >= least) & (entries[i] <= most);
        words[word] &= bits_of(flags);
    }
}

// MARK: Counting

/// Where fewer than one in so many is chosen they are looked at one by one, else all of them by vectors.
enum { sparse_part = 8 };

static inline int is_sparse(vitrine_chosen chosen) { return chosen.count < 64 * chosen.word_count / sparse_part; }

WIDEST vitrine_chosen vitrine_choose(const uint64_t *words, size_t word_count, int is_listed, uint16_t *places) {
    size_t count = 0;
    for (size_t word = 0; word < word_count; word++) count += (size_t)__builtin_popcountll(words[word]);
    const vitrine_chosen chosen = {words, word_count, places, count};
    if (!is_listed && !is_sparse(chosen)) return chosen;
    count = 0;
    for (size_t word = 0; word < word_count; word++) {
        uint64_t bits = words[word];
        const size_t end = count + (size_t)__builtin_popcountll(bits);
        // Eight at a time, also where there are fewer, as a loop that ends with the last would often be guessed wrong. What is
        // written beyond the last is overwritten or not counted.
        while (count < end) {
            for (int i = 0; i < 8; i++) {
                places[count + (size_t)i] = (uint16_t)(64 * word + (size_t)__builtin_ctzll(bits | (uint64_t)1 << 63));
                bits &= bits - 1;
            }
            count += 8;
        }
        count = end;
    }
    return chosen;
}

void vitrine_count_entries(
    vitrine_entries first, uint32_t *first_counters, vitrine_entries second, uint32_t *second_counters, uint32_t step,
    vitrine_chosen chosen) {
    const int is_low = top_part(first) == 0 && top_part(second) == 0;
    const uint16_t *a = part_or_zeros(first, 0), *b = part_or_zeros(second, 0);
    if (is_low && first_counters && second_counters) {
        for (size_t i = 0; i < chosen.count; i++) {
            first_counters[a[chosen.places[i]]] += step;
            second_counters[b[chosen.places[i]]] += step;
        }
        return;
    }
    for (size_t i = 0; i < chosen.count; i++) {
        const size_t place = chosen.places[i];
        if (first_counters) first_counters[is_low ? a[place] : entry_at(first, place)] += step;
        if (second_counters) second_counters[is_low ? b[place] : entry_at(second, place)] += step;
    }
}

typedef uint8_t lanes_8 __attribute__((vector_size(32)));
typedef uint16_t half_lanes_16 __attribute__((vector_size(16)));
typedef uint32_t lanes_32 __attribute__((vector_size(32)));

static inline void sum_one(uint64_t entry, vitrine_sums *sums) {
    if (entry < sums->least) sums->least = entry;
    if (entry > sums->most) sums->most = entry;
    sums->sum += entry;
}

WIDEST void vitrine_sum_entries(vitrine_entries entries, vitrine_chosen chosen, vitrine_sums *sums) {
    const int top = top_part(entries);
    const uint16_t *low = part_or_zeros(entries, 0), *high = part_or_zeros(entries, 1);
    sums->count += chosen.count;
    if (top > 1) {
        for (size_t word = 0; word < chosen.word_count; word++) {
            for (uint64_t bits = chosen.words[word]; bits != 0; bits &= bits - 1)
                sum_one(entry_at(entries, 64 * word + (size_t)__builtin_ctzll(bits)), sums);
        }
        return;
    }
    if (is_sparse(chosen)) {
        vitrine_sums own = *sums;
        for (size_t i = 0; i < chosen.count; i++) {
            const size_t place = chosen.places[i];
            sum_one((uint32_t)high[place] << 16 | low[place], &own);
        }
        *sums = own;
        return;
    }
    lanes_32 least = ~(lanes_32){0}, most = {0};
    // A lane sums eight entries of a word by their halves: those of 255 words are far below 2^32.
    lanes_32 low_sum = {0}, high_sum = {0};
    for (size_t word = 0; word < chosen.word_count; word++) {
        for (int group = 0; group < 8; group++) {
            const lanes_32 bit = {1, 2, 4, 8, 16, 32, 64, 128};
            half_lanes_16 part;
            memcpy(&part, low + 64 * word + 8 * group, sizeof part);
            const uint32_t bits = (uint32_t)(chosen.words[word] >> (8 * group)) & 0xFF;
            const lanes_32 mask = (lanes_32)((bit & bits) == bit);
            lanes_32 entry = __builtin_convertvector(part, lanes_32) & mask;
            low_sum += entry;
            if (top == 1) {
                memcpy(&part, high + 64 * word + 8 * group, sizeof part);
                const lanes_32 upper = __builtin_convertvector(part, lanes_32) & mask;
                high_sum += upper;
                entry |= upper << 16;
            }
            least = __builtin_elementwise_min(least, entry | ~mask);
            most = __builtin_elementwise_max(most, entry);
        }
    }
    for (int lane = 0; lane < 8; lane++) {
        sums->sum += ((uint64_t)high_sum[lane] << 16) + low_sum[lane];
        // Where nothing was chosen, `least` is above `most` still.
        if (least[lane] > most[lane]) continue;
        if (least[lane] < sums->least) sums->least = least[lane];
        if (most[lane] > sums->most) sums->most = most[lane];
    }
}

WIDEST void vitrine_count_steps(const uint8_t *entries, uint8_t step, vitrine_chosen chosen, uint64_t *counts) {
    if (is_sparse(chosen)) {
        for (size_t i = 0; i < chosen.count; i++) {
            const uint8_t entry = entries[chosen.places[i]];
            for (int step_count = 1; step_count <= vitrine_steps; step_count++)
                counts[step_count - 1] += entry >= (uint8_t)(step_count * step);
        }
        return;
    }
    // A lane counts two entries of a word: 127 words are below 2^8.
    lanes_8 reached[vitrine_steps] = {{0}};
    for (size_t word = 0; word < chosen.word_count; word++) {
        for (int group = 0; group < 2; group++) {
            const lanes_8 bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128,
                                 1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
            // Each of four bytes of bits stands in the eight lanes that it is for.
            uint64_t parts[4];
            for (int part = 0; part < 4; part++)
                parts[part] = (chosen.words[word] >> (32 * group + 8 * part) & 0xFF) * 0x0101010101010101u;
            lanes_8 bits, entry;
            memcpy(&bits, parts, sizeof bits);
            memcpy(&entry, entries + 64 * word + 32 * group, sizeof entry);
            entry &= (lanes_8)((bit & bits) == bit);
            // A comparison that holds is minus one.
            for (int i = 0; i < vitrine_steps; i++) reached[i] -= (lanes_8)(entry >= (uint8_t)((i + 1) * step));
        }
    }
    for (int i = 0; i < vitrine_steps; i++) {
        for (int lane = 0; lane < 32; lane++) counts[i] += reached[i][lane];
    }
}

size_t vitrine_list_counted(const uint32_t *counters, size_t count, uint32_t *numbers) {
    size_t found = 0, number = 0;
    // Most are 0: sixteen at a time.
    for (; number + 16 <= count; number += 16) {
        uint32_t any = 0;
        for (size_t i = 0; i < 16; i++) any |= counters[number + i];
        if (any == 0) continue;
        for (size_t i = number; i < number + 16; i++) {
            numbers[found] = (uint32_t)i;
            found += counters[i] != 0;
        }
    }
    for (; number < count; number++) {
        numbers[found] = (uint32_t)number;
        found += counters[number] != 0;
    }
    return found;
}
