#include <xxhash.h>
#if defined(__x86_64__)
#include <xxh_x86dispatch.h>
#endif

// Under names that Swift sees: on x86 the variant for the widest vectors of the machine, which the library chooses when it is
// called for the first time. The results are the same everywhere.
static inline XXH64_hash_t vitrine_xxh3_64(const void *bytes, size_t length) { return XXH3_64bits(bytes, length); }

static inline XXH128_hash_t vitrine_xxh3_128_seeded(const void *bytes, size_t length, XXH64_hash_t seed) {
    return XXH3_128bits_withSeed(bytes, length, seed);
}
