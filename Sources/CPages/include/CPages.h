#ifndef VITRINE_CPAGES_H
#define VITRINE_CPAGES_H

#include <stddef.h>
#include <stdint.h>

// Look-ups in an LMDB table, many at once or one.
//
// A look-up waits for memory once a level of the table's tree and some times more on each page. `mdb_get` does one after the
// other, and guesses at each comparison how it will end. Here nothing is guessed, and all take a level together: the memory of
// each is asked for before the first waits for its own. Pages are read as LMDB 0.9 writes them (`MDB_page`, `MDB_node` and
// `MDB_db` in its mdb.c); what looks otherwise is left to `mdb_get`.

typedef struct {
    const void *_Nullable bytes;
    size_t count;
} vitrine_bytes;

/// A table's tree as a snapshot sees it.
typedef struct {
    const unsigned char *_Nullable map;
    size_t page_bytes;
    /// How many pages the file has. No page beyond is read, whatever another says.
    uint64_t page_count;
    uint64_t root;
    uint16_t depth;
    int is_keyed_by_number;
} vitrine_tree;

/// Takes a table's record, the value that the main table has under the table's name, where it lies in the map of a file of
/// `page_count` pages. Gives 0 when it or its surroundings are not as expected.
int vitrine_tree_open(vitrine_bytes record, size_t page_bytes, uint64_t page_count, vitrine_tree *_Nonnull tree);

/// No more keys are looked up at once.
enum { vitrine_keys_max = 128 };

/// Looks `count` keys up; null stands where there is no row. A number's key is its eight bytes. Gives 0 when a page is not as expected:
/// then nothing is known of any row.
int vitrine_look_up(
    const vitrine_tree *_Nonnull tree, const vitrine_bytes *_Nonnull keys, size_t count, vitrine_bytes *_Nonnull rows);

#endif
