#ifndef VITRINE_BARE_READS_H
#define VITRINE_BARE_READS_H

// The ceiling of the queries: what LMDB's gets and the copies of an answer cost when nothing else is done.
//
// It reads the same environment as Vitrine, in the same process, by LMDB alone. The layouts of keys and rows are those of
// Sources/Server/Server.docc/OnDiskFormats.md; `storefront-times` compares what both copied, so a change of them is noticed.

#include <stddef.h>
#include <stdint.h>

/// An open build of the views, a snapshot of it, and the bytes of the last answer.
struct bare_reads;

/// Opens the build in the directory `path` without taking its locks: nobody may write it meanwhile. Null when it cannot be
/// opened; the reason is on standard error.
struct bare_reads *bare_open(const char *path);
void bare_close(struct bare_reads *reads);

/// The bytes of the last answer.
const unsigned char *bare_output(const struct bare_reads *reads);

/// Looks a category up by its name and copies the cards of a page of it, with a comma between them. `sort` is the number
/// of a kept order (0 newest, 1 price, 3 rating, 4 sold, 5 title). `place` is what the page begins behind, as it stands in
/// the list's key; null for the first page. Gives the number of bytes.
size_t bare_category_page(
    struct bare_reads *reads, unsigned sort, const unsigned char *category, size_t category_bytes,
    const unsigned char *place, size_t place_bytes, unsigned limit);

/// The same by price, the highest first; `place` has the price's complement in front.
size_t bare_category_page_by_highest_price(
    struct bare_reads *reads, const unsigned char *category, size_t category_bytes, const unsigned char *place,
    size_t place_bytes, unsigned limit);

/// The cards of a customer's newest orders.
size_t bare_orders(struct bare_reads *reads, const unsigned char *customer, size_t customer_bytes, unsigned limit);

/// A product's card, less its closing brace, and its description.
size_t bare_product(struct bare_reads *reads, const unsigned char *id, size_t id_bytes);

/// How many products cost `price` minor units and have at least `tenths` tenths of a star, discontinued ones included: compares
/// the low parts of two columns of all products in a plain loop.
uint64_t bare_filter(struct bare_reads *reads, uint16_t price, uint8_t tenths);

/// Counts all products by the low parts of their category and seller and by star, and adds their prices up, in a plain loop. Gives
/// a sum of it all.
uint64_t bare_facets(struct bare_reads *reads);

/// Rows and bytes of pages of a table, its share of branch pages included. 0 when there is no such table.
int bare_table(struct bare_reads *reads, const char *name, size_t *rows, size_t *bytes);

/// Calls `visit` for each row of a table, in key order.
void bare_each(
    struct bare_reads *reads, const char *name, void *context,
    void (*visit)(void *context, const void *key, size_t key_bytes, const void *value, size_t value_bytes));

/// Takes the newest snapshot.
void bare_renew(struct bare_reads *reads);

#endif
