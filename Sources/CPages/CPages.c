#include "CPages.h"

#include <string.h>

// A page: number (8 bytes), 2 bytes, flags (2), end of the offsets (2), 2 bytes, then an offset of 2 bytes for each node.
enum { page_flags = 10, page_offsets_end = 12, page_head = 16, is_branch = 1, is_leaf = 2, is_long = 4 };
// A node: 4 bytes, flags (2), bytes of the key (2), the key, the value. The first 6 bytes of a branch's are its child's number,
// the first 4 of a leaf's the bytes of its value. A long value stands on pages of its own, whose number is in its place.
enum { node_flags = 4, node_key_bytes = 6, node_head = 8, value_is_long = 1, other_values = 6 };
// A record: 4 bytes, flags (2), levels (2), 32 bytes of counts, the root's number (8).
enum { record_flags = 4, record_depth = 6, record_root = 40, record_bytes = 48, keyed_by_number = 8 };
/// So much of a row is asked for when it is found.
enum { expected_bytes = 1024 };
/// Of the first page of a file, behind the page's head.
static const uint32_t magic = 0xBEEFC0DE;

static inline uint16_t read_16(const unsigned char *bytes) {
    uint16_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline uint32_t read_32(const unsigned char *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline uint64_t read_64(const unsigned char *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline const unsigned char *page_at(const vitrine_tree *tree, uint64_t number) {
    return tree->map + number * tree->page_bytes;
}

static inline int node_count(const unsigned char *page) { return (read_16(page + page_offsets_end) - page_head) / 2; }

static inline const unsigned char *node_at(const unsigned char *page, int index) {
    return page + read_16(page + page_head + 2 * index);
}

int vitrine_tree_open(vitrine_bytes record, size_t page_bytes, uint64_t page_count, vitrine_tree *tree) {
    if (record.count != record_bytes) return 0;
    const unsigned char *bytes = record.bytes;
    // The record is on a page that knows its number, and with it where the map begins.
    const unsigned char *page = (const unsigned char *)((uintptr_t)bytes & ~((uintptr_t)page_bytes - 1));
    const uint64_t number = read_64(page);
    if (number >= page_count || (read_16(page + page_flags) & is_leaf) == 0) return 0;
    tree->map = page - number * page_bytes;
    tree->page_bytes = page_bytes;
    tree->page_count = page_count;
    tree->root = read_64(bytes + record_root);
    tree->depth = read_16(bytes + record_depth);
    tree->is_keyed_by_number = (read_16(bytes + record_flags) & keyed_by_number) != 0;
    return read_32(tree->map + page_head) == magic && (tree->depth == 0 || tree->root < page_count);
}

/// Whether a node's key is not above `key`.
static inline int is_up_to(const vitrine_tree *tree, const unsigned char *node, vitrine_bytes key) {
    if (tree->is_keyed_by_number) return read_64(node + node_head) <= read_64(key.bytes);
    const size_t node_bytes = read_16(node + node_key_bytes);
    const int order = memcmp(node + node_head, key.bytes, node_bytes < key.count ? node_bytes : key.count);
    return order < 0 || (order == 0 && node_bytes <= key.count);
}

/// The last node whose key is not above `key`, or the first. The first of a branch has no key, and is below all.
///
/// The steps of a search depend on the page alone, so nothing is guessed wrong, and the processor begins the next search
/// while this one waits for memory.
static inline const unsigned char *search(const vitrine_tree *tree, const unsigned char *page, vitrine_bytes key) {
    int index = 0;
    for (int rest = node_count(page); rest > 1;) {
        const int half = rest / 2;
        index = is_up_to(tree, node_at(page, index + half), key) ? index + half : index;
        rest -= half;
    }
    return node_at(page, index);
}

static inline int has_key(const unsigned char *node, vitrine_bytes key) {
    return read_16(node + node_key_bytes) == key.count && memcmp(node + node_head, key.bytes, key.count) == 0;
}

/// Asks for the nodes that a search on `page` compares first: all of a page of few rows.
static inline void expect_search(const unsigned char *page) {
    enum { few = 16 };
    const int count = node_count(page);
    if (count <= few) {
        for (int index = 0; index < count; index++) __builtin_prefetch(node_at(page, index));
        return;
    }
    for (int part = 1; part < 4; part++) __builtin_prefetch(node_at(page, part * count / 4));
}

/// A leaf node's value; 0 when it is of a kind that no table here has.
static inline int read_value(const vitrine_tree *tree, const unsigned char *node, vitrine_bytes *row) {
    const uint16_t flags = read_16(node + node_flags);
    if (flags & other_values) return 0;
    const unsigned char *value = node + node_head + read_16(node + node_key_bytes);
    row->count = read_32(node);
    if (flags & value_is_long) {
        const uint64_t number = read_64(value);
        if (number >= tree->page_count) return 0;
        const unsigned char *page = page_at(tree, number);
        if ((read_16(page + page_flags) & is_long) == 0) return 0;
        value = page + page_head;
    }
    row->bytes = value;
    // The processor asks for the rest of a long one itself.
    const size_t expected = row->count < expected_bytes ? row->count : expected_bytes;
    for (size_t offset = 0; offset < expected; offset += 64) __builtin_prefetch(value + offset);
    return 1;
}

/// Takes all keys a level down, from the pages `numbers`; `is_last` where those are leaves.
static inline int descend(
    const vitrine_tree *tree, int is_last, const vitrine_bytes *keys, size_t count, uint64_t *numbers, vitrine_bytes *rows) {
    for (size_t key = 0; key < count; key++) {
        const unsigned char *page = page_at(tree, numbers[key]);
        const int kind = read_16(page + page_flags) & (is_branch | is_leaf);
        if (read_64(page) != numbers[key] || kind != (is_last ? is_leaf : is_branch) || node_count(page) < 1) return 0;
        const unsigned char *node = search(tree, page, keys[key]);
        if (!is_last) {
            numbers[key] = read_32(node) | (uint64_t)read_16(node + node_flags) << 32;
            if (numbers[key] >= tree->page_count) return 0;
            __builtin_prefetch(page_at(tree, numbers[key]));
        } else if (has_key(node, keys[key]) && !read_value(tree, node, &rows[key])) {
            return 0;
        }
    }
    return 1;
}

int vitrine_look_up(const vitrine_tree *tree, const vitrine_bytes *keys, size_t count, vitrine_bytes *rows) {
    if (count > vitrine_keys_max) return 0;
    uint64_t numbers[vitrine_keys_max];
    for (size_t key = 0; key < count; key++) {
        rows[key] = (vitrine_bytes){NULL, 0};
        numbers[key] = tree->root;
    }
    for (int level = 1; level <= tree->depth; level++) {
        if (level > 1) {
            for (size_t key = 0; key < count; key++) expect_search(page_at(tree, numbers[key]));
        }
        if (!descend(tree, level == tree->depth, keys, count, numbers, rows)) return 0;
    }
    return 1;
}
