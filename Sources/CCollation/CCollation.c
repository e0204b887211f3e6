#include "CCollation.h"

#include <unicode/ucol.h>
#include <unicode/uiter.h>

void *vitrine_collator_open(void) {
    UErrorCode status = U_ZERO_ERROR;
    UCollator *collator = ucol_open("", &status);
    return U_SUCCESS(status) ? collator : NULL;
}

uint32_t vitrine_collator_version(const void *collator) {
    UVersionInfo version;
    ucol_getVersion(collator, version);
    return (uint32_t)version[0] << 24 | (uint32_t)version[1] << 16 | (uint32_t)version[2] << 8 | version[3];
}

int32_t vitrine_collator_key(const void *collator, const char *text, int32_t length, uint8_t *key, int32_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    UCharIterator characters;
    uint32_t state[2] = {0, 0};
    uiter_setUTF8(&characters, text, length);
    int32_t count = ucol_nextSortKeyPart(collator, &characters, state, key, capacity, &status);
    return U_SUCCESS(status) ? count : -1;
}
