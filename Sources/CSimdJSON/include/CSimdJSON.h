// simdjson's DOM behind C names: Debian's libsimdjson-dev, nothing vendored.
//
// The DOM and not the on-demand API, which does not validate what its caller skips.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sj_parser sj_parser;

/// A value inside the parser's document: valid until the parser parses again or is destroyed.
typedef struct {
    const void *document;
    size_t index;
} sj_element;

typedef struct {
    const uint8_t *key;
    size_t key_length;
    sj_element value;
} sj_member;

typedef enum {
    SJ_NULL,
    SJ_BOOL,
    /// An integer that fits in int64_t.
    SJ_INT64,
    /// An integer above INT64_MAX that fits in uint64_t.
    SJ_UINT64,
    /// A number with a fraction or an exponent.
    SJ_DOUBLE,
    SJ_STRING,
    SJ_ARRAY,
    SJ_OBJECT,
} sj_type;

/// What parsing found; simdjson's own codes folded into those a caller treats differently.
typedef enum {
    SJ_OK,
    SJ_MALFORMED,
    SJ_EMPTY,
    SJ_NOT_UTF8,
    SJ_TOO_DEEP,
    /// A number that is no JSON, or one that no 64-bit integer or double can hold.
    SJ_BAD_NUMBER,
    SJ_OUT_OF_MEMORY,
} sj_status;

/// NULL when there is no memory.
sj_parser *sj_parser_create(size_t max_depth);
void sj_parser_destroy(sj_parser *parser);

/// Parses one JSON text with nothing behind it. The bytes are copied into the parser's own padded memory.
sj_status sj_parse(sj_parser *parser, const uint8_t *bytes, size_t length, sj_element *root);

sj_type sj_type_of(sj_element element);

/// The element's value; each is defined only for an element of the type it names.
const uint8_t *sj_string(sj_element element, size_t *length);
int64_t sj_int64(sj_element element);
double sj_double(sj_element element);
bool sj_bool(sj_element element);

/// Stores the object's first `capacity` members in their order; returns how many were stored.
size_t sj_members(sj_element object, sj_member *members, size_t capacity);

enum {
    /// Members of an object that `sj_take` looks at: a bit each.
    SJ_TAKEABLE = 64
};

/// An object whose members are taken one by one.
typedef struct {
    sj_element object;
    /// All members, those beyond SJ_TAKEABLE too.
    size_t count;
    uint64_t taken;
    /// The member to look at first, by its place on the tape and in the object: the one behind the last that was taken.
    size_t next_index;
    size_t next_ordinal;
} sj_members_left;

sj_members_left sj_members_of(sj_element object);

/// Finds a member of this name that was not taken before and takes it. Fastest in the order of the text.
bool sj_take(sj_members_left *members, const uint8_t *name, size_t length, sj_element *value);

/// The array's first element, which is `sj_array_end` when it is empty; the element behind `element`; and where the array ends.
sj_element sj_array_begin(sj_element array);
sj_element sj_after(sj_element element);
size_t sj_array_end(sj_element array);

#ifdef __cplusplus
}
#endif
