#include "BareReads.h"

#include <endian.h>
#include <lmdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  OUTPUT_BYTES = 4 << 20,
  KEY_BYTES = 512,
  TABLES_MAX = 32,
  LIMIT_MAX = 100,
  // Names are kept as Sources/Views/Users/UserNames.swift keeps them.
  NAME_PLACES = 16384,
  NAME_BYTES_MAX = 50,
  // Product list keys: scope × 16 + sort, the number of the category, then the place.
  SCOPE_OF_ONE = 1 << 4,
  PREFIX_BYTES = 5,
  SORT_PRICE = 1,
  // Order keys: the number of the customer, then the place. A row of statuses has one more such number.
  CUSTOMER_BYTES = 4,
  STATES_OF_A_ROW = 256,
  // Keys of product columns: the column's number and the chunk's, which is a row.
  COLUMN_KEY_BYTES = 5,
  CHUNK_ENTRIES = 4032,
  COLUMN_CATEGORY = 3,
  COLUMN_SELLER = 5,
  COLUMN_PRICE = 9,
  COLUMN_TENTHS = 19,
  LOW_PARTS = 1 << 16,
  STARS = 6,
  // Rows.
  PRODUCT_HEADER = 94,
  PRODUCT_SPLICE = 74,
  PRODUCT_JSON_BYTES = 76,
  PRODUCT_DESCRIPTION_PLACE = 61,
  DESCRIPTION_HERE = 1,
  ORDER_HEADER = 8,
  ORDER_NAME_SPLICE = 4,
  ORDER_STATUS_SPLICE = 6,
  USER_HEADER = 48,
};

struct name {
  uint64_t key;
  uint16_t count;
  unsigned char bytes[NAME_BYTES_MAX];
};

struct bare_reads {
  MDB_env *environment;
  MDB_txn *snapshot;
  MDB_dbi category_numbers, product_numbers, user_numbers, products, descriptions, order_states, users, columns;
  MDB_cursor *product_lists, *orders;
  struct name *names;
  uint32_t *counts;
  size_t used;
  unsigned char output[OUTPUT_BYTES];
};

static void check(int code, const char *what) {
  if (code == 0) return;
  fprintf(stderr, "bare reads: %s: %s\n", what, mdb_strerror(code));
  abort();
}

static int open_tables(struct bare_reads *reads) {
  MDB_dbi product_lists, orders;
  int code = mdb_txn_begin(reads->environment, NULL, MDB_RDONLY, &reads->snapshot);
  if (code != 0) return code;
  struct { const char *name; MDB_dbi *table; } tables[] = {
      {"category-numbers", &reads->category_numbers}, {"product-numbers", &reads->product_numbers},
      {"user-numbers", &reads->user_numbers},         {"products", &reads->products},
      {"product-descriptions", &reads->descriptions}, {"order-states", &reads->order_states},
      {"users", &reads->users},                       {"product-lists", &product_lists},
      {"orders", &orders},                            {"product-columns", &reads->columns}};
  for (size_t index = 0; index < sizeof tables / sizeof *tables; index++) {
    code = mdb_dbi_open(reads->snapshot, tables[index].name, 0, tables[index].table);
    if (code != 0) return code;
  }
  // A commit keeps the tables open for the transactions to come.
  mdb_txn_commit(reads->snapshot);
  reads->snapshot = NULL;
  code = mdb_txn_begin(reads->environment, NULL, MDB_RDONLY, &reads->snapshot);
  if (code != 0) return code;
  check(mdb_cursor_open(reads->snapshot, product_lists, &reads->product_lists), "a cursor");
  check(mdb_cursor_open(reads->snapshot, orders, &reads->orders), "a cursor");
  return 0;
}

struct bare_reads *bare_open(const char *path) {
  struct bare_reads *reads = calloc(1, sizeof *reads);
  if (reads == NULL) check(MDB_PANIC, "memory");
  reads->names = calloc(NAME_PLACES, sizeof *reads->names);
  check(mdb_env_create(&reads->environment), "an environment");
  mdb_env_set_mapsize(reads->environment, (size_t)256 << 30);
  mdb_env_set_maxdbs(reads->environment, TABLES_MAX);
  // Without locks the environment may be open in this process already; closing one of two would release the other's.
  int code = mdb_env_open(reads->environment, path, MDB_RDONLY | MDB_NOLOCK | MDB_NORDAHEAD, 0);
  if (code == 0) code = open_tables(reads);
  if (code == 0) return reads;
  fprintf(stderr, "bare reads: %s: %s\n", path, mdb_strerror(code));
  bare_close(reads);
  return NULL;
}

void bare_close(struct bare_reads *reads) {
  if (reads->product_lists) mdb_cursor_close(reads->product_lists);
  if (reads->orders) mdb_cursor_close(reads->orders);
  if (reads->snapshot) mdb_txn_abort(reads->snapshot);
  mdb_env_close(reads->environment);
  free(reads->names);
  free(reads->counts);
  free(reads);
}

const unsigned char *bare_output(const struct bare_reads *reads) { return reads->output; }

void bare_renew(struct bare_reads *reads) {
  mdb_txn_reset(reads->snapshot);
  check(mdb_txn_renew(reads->snapshot), "the newest snapshot");
}

// MARK: Gets and copies

static int get(struct bare_reads *reads, MDB_dbi table, const void *key_bytes, size_t count, MDB_val *value) {
  MDB_val key = {count, (void *)key_bytes};
  return mdb_get(reads->snapshot, table, &key, value);
}

static void get_number(struct bare_reads *reads, MDB_dbi table, uint64_t number, MDB_val *value) {
  check(get(reads, table, &number, sizeof number, value), "a row by number");
}

static int number_of(struct bare_reads *reads, MDB_dbi table, const void *id, size_t count, uint64_t *number) {
  MDB_val value;
  if (get(reads, table, id, count, &value) != 0) return 0;
  memcpy(number, value.mv_data, sizeof *number);
  *number = be64toh(*number);
  return 1;
}

static void copy(struct bare_reads *reads, const void *bytes, size_t count) {
  memcpy(reads->output + reads->used, bytes, count);
  reads->used += count;
}

static void copy_name(struct bare_reads *reads, uint64_t user) {
  struct name *place = &reads->names[user % NAME_PLACES];
  if (place->key == user + 1) return copy(reads, place->bytes, place->count);
  MDB_val row;
  get_number(reads, reads->users, user, &row);
  uint16_t id_bytes, name_bytes;
  memcpy(&id_bytes, (char *)row.mv_data + 2, 2);
  memcpy(&name_bytes, (char *)row.mv_data + 4, 2);
  const char *name = (const char *)row.mv_data + USER_HEADER + id_bytes;
  copy(reads, name, name_bytes);
  if (name_bytes > NAME_BYTES_MAX) return;
  place->key = user + 1;
  place->count = name_bytes;
  memcpy(place->bytes, name, name_bytes);
}

/// Copies the card of a product, whose row begins with the number of the seller whose name is spliced in. Gives the row.
static MDB_val copy_product(struct bare_reads *reads, uint64_t number) {
  MDB_val row;
  get_number(reads, reads->products, number, &row);
  const char *bytes = row.mv_data;
  uint64_t seller;
  uint16_t splice, length;
  memcpy(&seller, bytes, sizeof seller);
  memcpy(&splice, bytes + PRODUCT_SPLICE, sizeof splice);
  memcpy(&length, bytes + PRODUCT_JSON_BYTES, sizeof length);
  copy(reads, bytes + PRODUCT_HEADER, splice);
  copy_name(reads, seller);
  copy(reads, bytes + PRODUCT_HEADER + splice, (size_t)length - splice);
  return row;
}

static uint64_t number_at_end(const MDB_val *key) {
  uint32_t number;
  memcpy(&number, (char *)key->mv_data + key->mv_size - sizeof number, sizeof number);
  return ~be32toh(number);
}

static size_t begin_key(unsigned char *key, unsigned sort, uint64_t number) {
  key[0] = (unsigned char)(SCOPE_OF_ONE | sort);
  uint32_t big_endian = htobe32((uint32_t)number);
  memcpy(key + 1, &big_endian, sizeof big_endian);
  return PREFIX_BYTES;
}

static int is_in_list(const MDB_val *key, const unsigned char *prefix) {
  return key->mv_size > PREFIX_BYTES && memcmp(key->mv_data, prefix, PREFIX_BYTES) == 0;
}

static void renew(struct bare_reads *reads) {
  bare_renew(reads);
  reads->used = 0;
}

static void copy_products(struct bare_reads *reads, const uint64_t *numbers, unsigned count) {
  for (unsigned index = 0; index < count; index++) {
    if (index > 0) copy(reads, ",", 1);
    copy_product(reads, numbers[index]);
  }
}

// MARK: Answers

size_t bare_category_page(
    struct bare_reads *reads, unsigned sort, const unsigned char *category, size_t category_bytes,
    const unsigned char *place, size_t place_bytes, unsigned limit) {
  renew(reads);
  uint64_t number;
  if (!number_of(reads, reads->category_numbers, category, category_bytes, &number)) return 0;
  unsigned char start[KEY_BYTES];
  size_t start_bytes = begin_key(start, sort, number);
  memcpy(start + start_bytes, place, place_bytes);
  start_bytes += place_bytes;
  MDB_cursor *list = reads->product_lists;
  check(mdb_cursor_renew(reads->snapshot, list), "a cursor");
  MDB_val key = {start_bytes, start}, value;
  int code = mdb_cursor_get(list, &key, &value, MDB_SET_RANGE);
  if (code == 0 && place_bytes > 0 && key.mv_size == start_bytes && memcmp(key.mv_data, start, start_bytes) == 0)
    code = mdb_cursor_get(list, &key, &value, MDB_NEXT);
  uint64_t numbers[LIMIT_MAX];
  unsigned count = 0;
  // One key more is looked at, to know whether the list goes on.
  for (; code == 0 && is_in_list(&key, start); code = mdb_cursor_get(list, &key, &value, MDB_NEXT)) {
    if (count == limit) break;
    numbers[count++] = number_at_end(&key);
  }
  copy_products(reads, numbers, count);
  return reads->used;
}

static uint64_t price_of(const MDB_val *key) {
  uint64_t price;
  memcpy(&price, (char *)key->mv_data + PREFIX_BYTES, sizeof price);
  return be64toh(price);
}

// The price list backwards, but products of one price forwards: newest first in both.
size_t bare_category_page_by_highest_price(
    struct bare_reads *reads, const unsigned char *category, size_t category_bytes, const unsigned char *place,
    size_t place_bytes, unsigned limit) {
  renew(reads);
  uint64_t category_number;
  if (!number_of(reads, reads->category_numbers, category, category_bytes, &category_number)) return 0;
  MDB_cursor *list = reads->product_lists;
  check(mdb_cursor_renew(reads->snapshot, list), "a cursor");
  unsigned char start[KEY_BYTES];
  size_t prefix_bytes = begin_key(start, SORT_PRICE, category_number);
  uint64_t price = UINT64_MAX;
  int is_in_group = 0, code;
  MDB_val key, value;
  if (place_bytes > 0) {
    memcpy(&price, place, sizeof price);
    price = ~be64toh(price);
    uint64_t big_endian = htobe64(price);
    memcpy(start + prefix_bytes, &big_endian, sizeof price);
    memcpy(start + prefix_bytes + sizeof price, place + sizeof price, place_bytes - sizeof price);
    key = (MDB_val){prefix_bytes + place_bytes, start};
    code = mdb_cursor_get(list, &key, &value, MDB_SET_RANGE);
    if (code == 0 && key.mv_size == prefix_bytes + place_bytes && memcmp(key.mv_data, start, key.mv_size) == 0)
      code = mdb_cursor_get(list, &key, &value, MDB_NEXT);
    is_in_group = code == 0 && is_in_list(&key, start) && price_of(&key) == price;
  }
  uint64_t numbers[LIMIT_MAX];
  unsigned count = 0;
  while (count < limit) {
    if (is_in_group) {
      numbers[count++] = number_at_end(&key);
      code = mdb_cursor_get(list, &key, &value, MDB_NEXT);
      is_in_group = code == 0 && is_in_list(&key, start) && price_of(&key) == price;
      continue;
    }
    // To the last product below the group, then to the first of its price.
    uint64_t big_endian = htobe64(price);
    memcpy(start + prefix_bytes, &big_endian, sizeof price);
    key = (MDB_val){prefix_bytes + sizeof price, start};
    code = mdb_cursor_get(list, &key, &value, MDB_SET_RANGE);
    code = mdb_cursor_get(list, &key, &value, code == 0 ? MDB_PREV : MDB_LAST);
  alone:
    if (code != 0 || !is_in_list(&key, start)) break;
    price = price_of(&key);
    uint64_t last = number_at_end(&key);
    code = mdb_cursor_get(list, &key, &value, MDB_PREV);
    if (code != 0 || !is_in_list(&key, start) || price_of(&key) != price) {
      numbers[count++] = last;
      if (count == limit) break;
      goto alone;
    }
    big_endian = htobe64(price);
    memcpy(start + prefix_bytes, &big_endian, sizeof price);
    key = (MDB_val){prefix_bytes + sizeof price, start};
    check(mdb_cursor_get(list, &key, &value, MDB_SET_RANGE), "the first of a price");
    is_in_group = 1;
  }
  copy_products(reads, numbers, count);
  return reads->used;
}

/// Copies the status of a customer's order, one of `states`, the row of the order before; gives the row that it is in.
static MDB_val copy_status(
    struct bare_reads *reads, const unsigned char *customer, uint32_t ordinal, uint32_t *states_row, MDB_val states) {
  static const char *const names[] = {"created", "paid", "shipped", "delivered", "cancelled", "refunded"};
  if (states.mv_data == NULL || *states_row != ordinal / STATES_OF_A_ROW) {
    *states_row = ordinal / STATES_OF_A_ROW;
    unsigned char key[CUSTOMER_BYTES + sizeof *states_row];
    uint32_t big_endian = htobe32(*states_row);
    memcpy(key, customer, CUSTOMER_BYTES);
    memcpy(key + CUSTOMER_BYTES, &big_endian, sizeof big_endian);
    check(get(reads, reads->order_states, key, sizeof key, &states), "statuses");
  }
  const char *name = names[((unsigned char *)states.mv_data)[ordinal % STATES_OF_A_ROW]];
  copy(reads, name, strlen(name));
  return states;
}

size_t bare_orders(struct bare_reads *reads, const unsigned char *customer, size_t customer_bytes, unsigned limit) {
  renew(reads);
  uint64_t number;
  if (!number_of(reads, reads->user_numbers, customer, customer_bytes, &number)) return 0;
  unsigned char start[CUSTOMER_BYTES];
  uint32_t big_endian = htobe32((uint32_t)number);
  memcpy(start, &big_endian, sizeof big_endian);
  check(mdb_cursor_renew(reads->snapshot, reads->orders), "a cursor");
  MDB_val key = {sizeof start, start}, value, states = {0, NULL};
  uint32_t states_row = 0;
  int code = mdb_cursor_get(reads->orders, &key, &value, MDB_SET_RANGE);
  for (unsigned count = 0; code == 0 && count < limit; count++) {
    if (memcmp(key.mv_data, start, sizeof start) != 0) break;
    const char *bytes = value.mv_data;
    uint32_t ordinal;
    uint16_t name, status;
    memcpy(&ordinal, bytes, sizeof ordinal);
    memcpy(&name, bytes + ORDER_NAME_SPLICE, sizeof name);
    memcpy(&status, bytes + ORDER_STATUS_SPLICE, sizeof status);
    if (count > 0) copy(reads, ",", 1);
    copy(reads, bytes + ORDER_HEADER, name);
    copy_name(reads, number);
    copy(reads, bytes + ORDER_HEADER + name, (size_t)status - name);
    states = copy_status(reads, start, ordinal, &states_row, states);
    copy(reads, bytes + ORDER_HEADER + status, value.mv_size - ORDER_HEADER - status);
    code = mdb_cursor_get(reads->orders, &key, &value, MDB_NEXT);
  }
  return reads->used;
}

size_t bare_product(struct bare_reads *reads, const unsigned char *id, size_t id_bytes) {
  static const char behind_card[] = ",\"description\":";
  renew(reads);
  uint64_t number;
  if (!number_of(reads, reads->product_numbers, id, id_bytes, &number)) return 0;
  MDB_val row = copy_product(reads, number), description;
  const char *bytes = row.mv_data;
  reads->used--;
  copy(reads, behind_card, sizeof behind_card - 1);
  uint16_t card_bytes;
  memcpy(&card_bytes, bytes + PRODUCT_JSON_BYTES, sizeof card_bytes);
  if (bytes[PRODUCT_DESCRIPTION_PLACE] == DESCRIPTION_HERE)
    copy(reads, bytes + PRODUCT_HEADER + card_bytes, row.mv_size - PRODUCT_HEADER - card_bytes);
  else if (get(reads, reads->descriptions, &number, sizeof number, &description) == 0)
    copy(reads, description.mv_data, description.mv_size);
  else
    copy(reads, "null", 4);
  return reads->used;
}

// MARK: Tables

int bare_table(struct bare_reads *reads, const char *name, size_t *rows, size_t *bytes) {
  MDB_dbi table;
  MDB_stat statistics;
  if (mdb_dbi_open(reads->snapshot, name, 0, &table) != 0) return 0;
  check(mdb_stat(reads->snapshot, table, &statistics), name);
  *rows = statistics.ms_entries;
  *bytes = (statistics.ms_branch_pages + statistics.ms_leaf_pages + statistics.ms_overflow_pages) * statistics.ms_psize;
  return 1;
}

// MARK: All products

// The chunks of one column, in order; null behind the last.
struct column { MDB_cursor *cursor; unsigned char number; bool has_begun; };

static struct column begin_column(struct bare_reads *reads, unsigned char number) {
  struct column column = {NULL, number, false};
  check(mdb_cursor_open(reads->snapshot, reads->columns, &column.cursor), "a cursor");
  return column;
}

static const void *next_chunk(struct column *column) {
  unsigned char first[COLUMN_KEY_BYTES] = {column->number};
  MDB_val key = {sizeof first, first}, value;
  const int code = mdb_cursor_get(column->cursor, &key, &value, column->has_begun ? MDB_NEXT : MDB_SET_RANGE);
  column->has_begun = true;
  const bool is_its_own =
      code == 0 && key.mv_size == COLUMN_KEY_BYTES && *(const unsigned char *)key.mv_data == column->number;
  return is_its_own ? value.mv_data : NULL;
}

uint64_t bare_filter(struct bare_reads *reads, uint16_t price, uint8_t tenths) {
  bare_renew(reads);
  struct column prices = begin_column(reads, COLUMN_PRICE), ratings = begin_column(reads, COLUMN_TENTHS);
  const uint16_t *price_of;
  const uint8_t *tenths_of;
  uint64_t count = 0;
  while ((price_of = next_chunk(&prices)) && (tenths_of = next_chunk(&ratings))) {
    uint32_t found = 0;
    for (int index = 0; index < CHUNK_ENTRIES; index++) found += (price_of[index] == price) & (tenths_of[index] >= tenths);
    count += found;
  }
  mdb_cursor_close(prices.cursor);
  mdb_cursor_close(ratings.cursor);
  return count;
}

uint64_t bare_facets(struct bare_reads *reads) {
  bare_renew(reads);
  if (!reads->counts) reads->counts = malloc(2 * LOW_PARTS * sizeof *reads->counts);
  if (!reads->counts) abort();
  uint32_t *by_category = reads->counts, *by_seller = reads->counts + LOW_PARTS, by_star[STARS] = {0};
  memset(reads->counts, 0, 2 * LOW_PARTS * sizeof *reads->counts);
  struct column categories = begin_column(reads, COLUMN_CATEGORY), sellers = begin_column(reads, COLUMN_SELLER);
  struct column prices = begin_column(reads, COLUMN_PRICE), ratings = begin_column(reads, COLUMN_TENTHS);
  const uint16_t *category_of, *seller_of, *price_of;
  const uint8_t *tenths_of;
  uint64_t sum = 0;
  while ((category_of = next_chunk(&categories)) && (seller_of = next_chunk(&sellers)) &&
         (price_of = next_chunk(&prices)) && (tenths_of = next_chunk(&ratings))) {
    for (int index = 0; index < CHUNK_ENTRIES; index++) {
      by_category[category_of[index]]++;
      by_seller[seller_of[index]]++;
      by_star[tenths_of[index] / 10]++;
      sum += price_of[index];
    }
  }
  mdb_cursor_close(categories.cursor);
  mdb_cursor_close(sellers.cursor);
  mdb_cursor_close(prices.cursor);
  mdb_cursor_close(ratings.cursor);
  for (int star = 0; star < STARS; star++) sum += by_star[star] * (uint64_t)star;
  return sum + by_category[0] + by_seller[0];
}

void bare_each(
    struct bare_reads *reads, const char *name, void *context,
    void (*visit)(void *context, const void *key, size_t key_bytes, const void *value, size_t value_bytes)) {
  MDB_dbi table;
  MDB_cursor *cursor;
  check(mdb_dbi_open(reads->snapshot, name, 0, &table), name);
  check(mdb_cursor_open(reads->snapshot, table, &cursor), name);
  MDB_val key, value;
  while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0)
    visit(context, key.mv_data, key.mv_size, value.mv_data, value.mv_size);
  mdb_cursor_close(cursor);
}
