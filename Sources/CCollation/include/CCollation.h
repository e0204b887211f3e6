#ifndef VITRINE_CCOLLATION_H
#define VITRINE_CCOLLATION_H

#include <stddef.h>
#include <stdint.h>

/// ICU's names carry its version as macros that Swift cannot import; these are the three calls that are needed.

/// ICU's root collator; NULL when it cannot be opened. Never closed; several threads may use it.
void *vitrine_collator_open(void);
/// The version of the collator's rules and of ICU's code, as one number: keys of two versions do not compare.
uint32_t vitrine_collator_version(const void *collator);
/// The first `capacity` bytes, at most, of the sort key of a UTF-8 text; gives how many there are, or -1.
int32_t vitrine_collator_key(const void *collator, const char *text, int32_t length, uint8_t *key, int32_t capacity);

#endif
