#include "CSimdJSON.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <simdjson.h>

using simdjson::error_code;
using simdjson::internal::tape_ref;
using simdjson::internal::tape_type;

struct sj_parser {
    simdjson::dom::parser parser;
};

// An element is a place on the document's tape (simdjson's doc/tape.md), which is all that dom::element holds too.
static tape_ref tape(sj_element element) {
    return tape_ref(static_cast<const simdjson::dom::document *>(element.document), element.index);
}

static sj_element at(sj_element element, size_t index) { return {element.document, index}; }

sj_parser *sj_parser_create(size_t max_depth) {
    auto *parser = new (std::nothrow) sj_parser;
    if (parser == nullptr) return nullptr;
    if (parser->parser.allocate(4096, max_depth) != simdjson::SUCCESS) {
        delete parser;
        return nullptr;
    }
    return parser;
}

void sj_parser_destroy(sj_parser *parser) { delete parser; }

static sj_status folded(error_code error) {
    switch (error) {
    case simdjson::SUCCESS: return SJ_OK;
    case simdjson::EMPTY: return SJ_EMPTY;
    case simdjson::UTF8_ERROR: return SJ_NOT_UTF8;
    case simdjson::DEPTH_ERROR: return SJ_TOO_DEEP;
    case simdjson::NUMBER_ERROR: return SJ_BAD_NUMBER;
    case simdjson::MEMALLOC:
    case simdjson::CAPACITY: return SJ_OUT_OF_MEMORY;
    default: return SJ_MALFORMED;
    }
}

sj_status sj_parse(sj_parser *parser, const uint8_t *bytes, size_t length, sj_element *root) {
    const error_code error = parser->parser.parse(bytes, length).error();
    // The tape begins with the root word; the document's value follows it.
    *root = {&parser->parser.doc, 1};
    return folded(error);
}

sj_type sj_type_of(sj_element element) {
    switch (tape(element).tape_ref_type()) {
    case tape_type::START_OBJECT: return SJ_OBJECT;
    case tape_type::START_ARRAY: return SJ_ARRAY;
    case tape_type::STRING: return SJ_STRING;
    case tape_type::INT64: return SJ_INT64;
    case tape_type::UINT64: return SJ_UINT64;
    case tape_type::DOUBLE: return SJ_DOUBLE;
    case tape_type::TRUE_VALUE:
    case tape_type::FALSE_VALUE: return SJ_BOOL;
    default: return SJ_NULL;
    }
}

const uint8_t *sj_string(sj_element element, size_t *length) {
    const std::string_view text = tape(element).get_string_view();
    *length = text.size();
    return reinterpret_cast<const uint8_t *>(text.data());
}

int64_t sj_int64(sj_element element) { return tape(element).next_tape_value<int64_t>(); }

double sj_double(sj_element element) { return tape(element).next_tape_value<double>(); }

bool sj_bool(sj_element element) { return tape(element).is_true(); }

size_t sj_members(sj_element object, sj_member *members, size_t capacity) {
    const size_t end = tape(object).after_element() - 1;
    size_t count = 0;
    for (size_t index = object.index + 1; index < end && count < capacity; count++) {
        sj_member &member = members[count];
        member.key = sj_string(at(object, index), &member.key_length);
        member.value = at(object, index + 1);
        index = tape(member.value).after_element();
    }
    return count;
}

sj_members_left sj_members_of(sj_element object) {
    return {object, tape(object).scope_count(), 0, object.index + 1, 0};
}

bool sj_take(sj_members_left *members, const uint8_t *name, size_t length, sj_element *value) {
    const size_t takeable = std::min<size_t>(members->count, SJ_TAKEABLE);
    for (size_t looked = 0; looked < takeable; looked++) {
        if (members->next_ordinal == takeable) {
            members->next_index = members->object.index + 1;
            members->next_ordinal = 0;
        }
        const uint64_t bit = uint64_t(1) << members->next_ordinal;
        size_t key_length;
        const uint8_t *key = sj_string(at(members->object, members->next_index), &key_length);
        *value = at(members->object, members->next_index + 1);
        members->next_index = tape(*value).after_element();
        members->next_ordinal++;
        if (!(members->taken & bit) && key_length == length && std::memcmp(key, name, length) == 0) {
            members->taken |= bit;
            return true;
        }
    }
    return false;
}

sj_element sj_array_begin(sj_element array) { return at(array, array.index + 1); }

sj_element sj_after(sj_element element) { return at(element, tape(element).after_element()); }

size_t sj_array_end(sj_element array) { return tape(array).after_element() - 1; }
