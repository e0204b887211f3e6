// Readers and writers of one storefront: pages are read at one rate while prices and stock of products change at another,
// and every answer is held against what was written.
//
//   cc -O2 Benchmarks/cache-client.c -o cache-client -luv && ./cache-client PORT PLAN READS WRITES SECONDS PIPELINED
//
// READS and WRITES are requests a second, and PIPELINED of the reads are sent at once on a connection. PLAN has a line for each page that is read and each product that is written:
//
//   page GROUP TARGET
//   product GROUP NUMBER          (its id is p and the number)
//
// Groups are numbered from 0 and chosen by Zipf, with the weights 1, 1/2, 1/3 and so on; of a chosen group every page, and
// every product, is as likely. `Benchmarks/cache-under-writes` makes plans and reads the server's own counts: it is told
// `begin` and `end` on standard output. The last line is a JSON object of what was counted here.
//
// What is checked: a price is written once only and stock only grows, so a page's content never comes back. The cards of
// each version of a page must be those of the positions of the first and of the last token that it was sent with, so they are
// those of every token in between. A connection's tokens never go back, and an answer to a request with a token is not older.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
  READERS = 64,
  WRITERS = 16,
  INPUT_BYTES = 256 * 1024,
  REQUEST_BYTES = 2048,
  CARDS_MAX = 20,
  PIPELINED_MAX = 16,
  // One read in so many carries the token of the last command that was answered.
  TOKEN_EVERY = 200,
  LATENCIES_MAX = 8 * 1000 * 1000,
};

static void fail(const char *what, const char *why) {
  fprintf(stderr, "cache-client: %s: %s\n", what, why);
  exit(1);
}

static void check(int code, const char *what) {
  if (code < 0) fail(what, uv_strerror(code));
}

static void *allocate(size_t bytes) {
  void *memory = calloc(1, bytes);
  if (memory == NULL) fail("memory", "there is none left");
  return memory;
}

/// Makes room for one more of `count` things.
static void *grow(void *things, size_t count, size_t bytes) {
  if (count > 0 && (count & (count - 1)) != 0) return things;
  things = realloc(things, (count == 0 ? 1 : 2 * count) * bytes);
  if (things == NULL) fail("memory", "there is none left");
  return things;
}

// MARK: What is read and written

struct card {
  uint32_t product;
  int64_t price, available;
};

/// A page as it was sent with the tokens from `first` to `last`.
struct version {
  uint64_t first, last;
  struct card *cards;
};

struct page {
  char *target;
  unsigned char *body;
  size_t body_bytes;
  struct version *versions;
  size_t version_count;
  unsigned card_count;
};

/// A command that was answered: the price that it set, or 0 for one unit more in stock.
struct change {
  uint64_t position;
  int64_t price;
};

struct product {
  int64_t price, available;
  // Of the token that the first values came with.
  uint64_t since;
  int is_shown;
  struct change *changes;
  size_t change_count;
};

struct group {
  size_t *page_indexes, *product_numbers;
  size_t page_count, product_count;
};

static struct page *pages;
static size_t page_count;
static struct product *products;
static size_t product_count;
static struct group *groups;
static size_t group_count;
static double *page_sums, *product_sums;

static uint64_t random_state = 1;

static uint64_t next_random(void) {
  uint64_t mixed = (random_state += 0x9E3779B97F4A7C15u);
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  return mixed ^ (mixed >> 31);
}

static const struct group *draw(const double *sums) {
  double drawn = (double)(next_random() >> 11) / 9007199254740992.0 * sums[group_count - 1];
  size_t low = 0, high = group_count - 1;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (sums[middle] > drawn) high = middle; else low = middle + 1;
  }
  return &groups[low];
}

static void read_plan(const char *path) {
  FILE *file = fopen(path, "r");
  if (file == NULL) fail(path, "cannot be opened");
  char line[REQUEST_BYTES], kind[16], what[REQUEST_BYTES];
  size_t number;
  while (fgets(line, sizeof line, file)) {
    if (sscanf(line, "%15s %zu %1500s", kind, &number, what) != 3) fail(path, "has a line that is none of a plan");
    while (group_count <= number) {
      groups = grow(groups, group_count, sizeof *groups);
      groups[group_count++] = (struct group){0};
    }
    struct group *group = &groups[number];
    if (strcmp(kind, "page") == 0) {
      pages = grow(pages, page_count, sizeof *pages);
      pages[page_count] = (struct page){.target = strdup(what)};
      group->page_indexes = grow(group->page_indexes, group->page_count, sizeof *group->page_indexes);
      group->page_indexes[group->page_count++] = page_count++;
    } else {
      size_t product = strtoul(what, NULL, 10);
      if (product >= product_count) {
        size_t count = 2 * product + 1024;
        products = realloc(products, count * sizeof *products);
        if (products == NULL) fail("memory", "there is none left");
        memset(products + product_count, 0, (count - product_count) * sizeof *products);
        product_count = count;
      }
      group->product_numbers = grow(group->product_numbers, group->product_count, sizeof *group->product_numbers);
      group->product_numbers[group->product_count++] = product;
    }
  }
  fclose(file);
  if (page_count == 0 || product_count == 0) fail(path, "has no pages or no products");
  page_sums = allocate(group_count * sizeof *page_sums);
  product_sums = allocate(group_count * sizeof *product_sums);
  double pages_sum = 0, products_sum = 0;
  for (size_t rank = 0; rank < group_count; rank++) {
    if (groups[rank].page_count > 0) pages_sum += 1.0 / (double)(rank + 1);
    if (groups[rank].product_count > 0) products_sum += 1.0 / (double)(rank + 1);
    page_sums[rank] = pages_sum;
    product_sums[rank] = products_sum;
  }
}

// MARK: Connections

/// A request under way: of a page, or a command about a product.
struct asked {
  // When it should have been sent.
  uint64_t due_at;
  size_t page, product;
  int64_t price;
  uint64_t position;
};

struct connection {
  uv_tcp_t tcp;
  uv_connect_t connect;
  int is_writer;
  uint64_t sent_at;
  struct asked asked[PIPELINED_MAX];
  int asked_count, answered_count;
  // The position of the last answer's token.
  uint64_t seen;
  // Answers begin at `input_taken`; the lengths are of the first of them, once its head is there.
  char *input;
  size_t input_used, input_taken, answer_bytes, head_bytes;
};

static uv_loop_t *loop;
static struct connection connections[READERS + WRITERS];
static struct connection *idle_readers[READERS], *idle_writers[WRITERS];
static int idle_reader_count, idle_writer_count, connected_count;
static char authority[64];

static enum { CONNECTING, LEARNING, RUNNING, DRAINING } phase = CONNECTING;
static size_t learned_count, learn_next;
static double read_rate, write_rate, seconds, warm_seconds = 2;
static int pipelined;
static uint64_t started_at, measure_from, ends_at;
static uint64_t reads_sent, writes_sent, reads_answered, reads_measured, writes_answered, writes_under_way;
static uint64_t token_reads, wrong_answers, tokens_back, tokens_older;
static int64_t next_price;
static uint64_t last_position;
static char last_token[64];
static uint32_t *read_latencies, *write_latencies;
static size_t read_latency_count, write_latency_count;

// How old answers are: commands in the order of their answers, and the first of them that no page has shown yet.
static struct answered { uint64_t position, at; } *answered;
static size_t answered_count, answered_unseen;
static uint64_t oldest_age;

static struct asked *ask(struct connection *connection, uint64_t due_at) {
  struct asked *asked = &connection->asked[connection->asked_count++];
  *asked = (struct asked){.due_at = due_at};
  return asked;
}

static void begin(struct connection *connection) {
  connection->asked_count = connection->answered_count = 0;
  connection->input_used = connection->input_taken = connection->answer_bytes = 0;
}

static void send_requests(struct connection *connection, const char *bytes, int count) {
  connection->sent_at = uv_hrtime();
  uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)count);
  // Requests are far smaller than the kernel's empty buffer.
  if (uv_try_write((uv_stream_t *)&connection->tcp, &buffer, 1) != count) fail("a request", "was not taken whole");
}

/// Writes a request for a page and gives its length.
static int write_read(struct connection *connection, size_t page, uint64_t due_at, char *request) {
  struct asked *asked = ask(connection, due_at);
  asked->page = page;
  char token[96] = "";
  if (phase == RUNNING && last_position > 0 && ++token_reads % TOKEN_EVERY == 0) {
    asked->position = last_position;
    snprintf(token, sizeof token, "Consistency-Token: %s\r\n", last_token);
  }
  return snprintf(
      request, REQUEST_BYTES, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", pages[page].target, authority, token);
}

static void send_write(struct connection *connection, uint64_t due_at) {
  begin(connection);
  struct asked *asked = ask(connection, due_at);
  const struct group *group = draw(product_sums);
  asked->product = group->product_numbers[next_random() % group->product_count];
  asked->price = writes_sent % 2 == 0 ? next_price++ : 0;
  char body[256], request[REQUEST_BYTES];
  int body_bytes = asked->price > 0
      ? snprintf(body, sizeof body, "{\"productId\":\"p%zu\",\"price\":{\"amount\":%lld,\"currency\":\"GBP\"}}",
                 asked->product, (long long)asked->price)
      : snprintf(body, sizeof body, "{\"productId\":\"p%zu\",\"delta\":1}", asked->product);
  int count = snprintf(
      request, sizeof request,
      "POST /v1/commands/%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
      asked->price > 0 ? "ChangePrice" : "AdjustStock", authority, body_bytes, body);
  writes_under_way++;
  send_requests(connection, request, count);
}

static void send_due(void) {
  char requests[PIPELINED_MAX * REQUEST_BYTES];
  if (phase == LEARNING) {
    while (idle_reader_count > 0 && learn_next < page_count) {
      struct connection *connection = idle_readers[--idle_reader_count];
      begin(connection);
      send_requests(connection, requests, write_read(connection, learn_next++, uv_hrtime(), requests));
    }
    return;
  }
  if (phase != RUNNING) return;
  uint64_t now = uv_hrtime();
  double elapsed = (double)(now - started_at) / 1e9;
  while (idle_reader_count > 0 && (double)(reads_sent + (uint64_t)pipelined) <= elapsed * read_rate) {
    struct connection *connection = idle_readers[--idle_reader_count];
    int count = 0;
    begin(connection);
    while (connection->asked_count < pipelined) {
      const struct group *group = draw(page_sums);
      size_t page = group->page_indexes[next_random() % group->page_count];
      uint64_t due_at = started_at + (uint64_t)((double)reads_sent++ / read_rate * 1e9);
      count += write_read(connection, page, due_at, requests + count);
    }
    send_requests(connection, requests, count);
  }
  while (idle_writer_count > 0 && (double)writes_sent < elapsed * write_rate) {
    uint64_t due_at = started_at + (uint64_t)((double)writes_sent / write_rate * 1e9);
    send_write(idle_writers[--idle_writer_count], due_at);
    writes_sent++;
  }
}

// MARK: Answers

static const char *find(const char *bytes, size_t count, const char *text) {
  return memmem(bytes, count, text, strlen(text));
}

static int64_t number_behind(const char **bytes, const char *end, const char *name) {
  const char *found = find(*bytes, (size_t)(end - *bytes), name);
  if (found == NULL) fail("a card", "lacks a member");
  *bytes = found + strlen(name);
  return strtoll(*bytes, NULL, 10);
}

/// The cards of a page that differs from what it was.
static struct version *add_version(struct page *page, const char *body, size_t count, uint64_t position) {
  page->versions = grow(page->versions, page->version_count, sizeof *page->versions);
  struct version *version = &page->versions[page->version_count++];
  struct card cards[CARDS_MAX];
  unsigned card_count = 0;
  const char *end = body + count, *at = body;
  while (find(at, (size_t)(end - at), "{\"productId\":\"p") != NULL) {
    if (card_count == CARDS_MAX) fail(page->target, "has too many cards");
    struct card *card = &cards[card_count++];
    card->product = (uint32_t)number_behind(&at, end, "{\"productId\":\"p");
    card->price = number_behind(&at, end, ",\"price\":{\"amount\":");
    card->available = number_behind(&at, end, "},\"available\":");
    if (card->product >= product_count) fail(page->target, "shows a product that the plan does not know");
  }
  if (page->version_count == 1) page->card_count = card_count;
  if (card_count != page->card_count) fail(page->target, "has another number of cards than before");
  version->cards = allocate((card_count + 1) * sizeof *cards);
  memcpy(version->cards, cards, card_count * sizeof *cards);
  version->first = version->last = position;
  page->body = realloc(page->body, count + 1);
  if (page->body == NULL) fail("memory", "there is none left");
  memcpy(page->body, body, count);
  page->body_bytes = count;
  return version;
}

static void learn_products(const struct page *page) {
  const struct version *version = &page->versions[0];
  for (unsigned index = 0; index < page->card_count; index++) {
    const struct card *card = &version->cards[index];
    struct product *product = &products[card->product];
    product->is_shown = 1;
    product->price = card->price;
    product->available = card->available;
    product->since = version->first;
    if (card->price >= next_price) next_price = card->price + 1;
  }
}

static void take_page(
    const struct asked *asked, uint64_t sent_at, const char *body, size_t count, uint64_t position, uint64_t now) {
  struct page *page = &pages[asked->page];
  if (page->version_count > 0 && page->body_bytes == count && memcmp(page->body, body, count) == 0) {
    struct version *version = &page->versions[page->version_count - 1];
    if (position > version->last) version->last = position;
    if (position < version->first) version->first = position;
  } else {
    add_version(page, body, count, position);
    if (phase == LEARNING) learn_products(page);
  }
  if (position < asked->position) tokens_older++;
  if (phase == LEARNING) {
    if (++learned_count < page_count) return;
    phase = RUNNING;
    started_at = uv_hrtime();
    measure_from = started_at + (uint64_t)(warm_seconds * 1e9);
    ends_at = measure_from + (uint64_t)(seconds * 1e9);
    return;
  }
  reads_answered++;
  while (answered_unseen < answered_count && answered[answered_unseen].position <= position) answered_unseen++;
  if (now < measure_from || phase != RUNNING) return;
  reads_measured++;
  if (read_latency_count < LATENCIES_MAX) read_latencies[read_latency_count++] = (uint32_t)((now - asked->due_at) / 1000);
  if (answered_unseen < answered_count && sent_at > answered[answered_unseen].at) {
    uint64_t age = sent_at - answered[answered_unseen].at;
    if (age > oldest_age) oldest_age = age;
  }
}

static void take_outcome(const struct asked *asked, const char *body, size_t count, const char *token, uint64_t now) {
  const char *at = body;
  uint64_t position = (uint64_t)number_behind(&at, body + count, "{\"position\":");
  struct product *product = &products[asked->product];
  product->changes = grow(product->changes, product->change_count, sizeof *product->changes);
  product->changes[product->change_count++] = (struct change){position, asked->price};
  answered = grow(answered, answered_count, sizeof *answered);
  answered[answered_count++] = (struct answered){position, now};
  writes_under_way--;
  writes_answered++;
  if (position > last_position) {
    last_position = position;
    snprintf(last_token, sizeof last_token, "%.33s", token);
  }
  if (now >= measure_from && write_latency_count < LATENCIES_MAX)
    write_latencies[write_latency_count++] = (uint32_t)((now - asked->due_at) / 1000);
}

static void take_answer(struct connection *connection) {
  uint64_t now = uv_hrtime();
  const struct asked *asked = &connection->asked[connection->answered_count++];
  const char *head = connection->input + connection->input_taken;
  const char *body = head + connection->head_bytes;
  size_t body_bytes = connection->answer_bytes - connection->head_bytes;
  const char *token = find(head, connection->head_bytes, "\r\nConsistency-Token: ");
  if (strncmp(head, "HTTP/1.1 200 ", 13) != 0 || token == NULL) {
    if (wrong_answers++ == 0) fprintf(stderr, "cache-client: wrong answer: %.*s\n", (int)connection->answer_bytes, head);
    if (connection->is_writer) writes_under_way--;
  } else {
    token += strlen("\r\nConsistency-Token: ");
    uint64_t position = strtoull(token + 17, NULL, 16);
    if (position < connection->seen) tokens_back++;
    connection->seen = position;
    if (connection->is_writer) take_outcome(asked, body, body_bytes, token, now);
    else take_page(asked, connection->sent_at, body, body_bytes, position, now);
  }
  connection->input_taken += connection->answer_bytes;
  connection->answer_bytes = 0;
  if (connection->answered_count < connection->asked_count) return;
  if (connection->input_used > connection->input_taken) fail("an answer", "goes on behind its end");
  if (connection->is_writer) idle_writers[idle_writer_count++] = connection;
  else idle_readers[idle_reader_count++] = connection;
}

static void lend_input(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  (void)suggested;
  struct connection *connection = handle->data;
  *buffer = uv_buf_init(connection->input + connection->input_used, (unsigned)(INPUT_BYTES - connection->input_used));
}

static void bytes_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
  (void)buffer;
  struct connection *connection = stream->data;
  if (count < 0) fail("a connection", uv_strerror((int)count));
  connection->input_used += (size_t)count;
  while (connection->answered_count < connection->asked_count) {
    const char *answer = connection->input + connection->input_taken;
    size_t there = connection->input_used - connection->input_taken;
    if (connection->answer_bytes == 0) {
      const char *end = find(answer, there, "\r\n\r\n");
      if (end == NULL) return;
      connection->head_bytes = (size_t)(end + 4 - answer);
      const char *length = find(answer, connection->head_bytes, "\r\nContent-Length: ");
      if (length == NULL) fail("an answer", "has no Content-Length");
      connection->answer_bytes = connection->head_bytes + strtoul(length + 18, NULL, 10);
      if (connection->input_taken + connection->answer_bytes > INPUT_BYTES) fail("an answer", "is too long");
    }
    if (there < connection->answer_bytes) return;
    take_answer(connection);
  }
}

static void connected(uv_connect_t *request, int status) {
  check(status, "connecting");
  struct connection *connection = request->data;
  check(uv_tcp_nodelay(&connection->tcp, 1), "a connection");
  check(uv_read_start((uv_stream_t *)&connection->tcp, lend_input, bytes_read), "a connection");
  if (connection->is_writer) idle_writers[idle_writer_count++] = connection;
  else idle_readers[idle_reader_count++] = connection;
  if (++connected_count == READERS + WRITERS) phase = LEARNING;
}

// MARK: The end

static int by_position(const void *left, const void *right) {
  uint64_t a = ((const struct change *)left)->position, b = ((const struct change *)right)->position;
  return a < b ? -1 : a > b;
}

static int by_size(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return a < b ? -1 : a > b;
}

static int is_right(const struct card *card, uint64_t position) {
  const struct product *product = &products[card->product];
  int64_t price = product->price, available = product->available;
  for (size_t index = 0; index < product->change_count && product->changes[index].position <= position; index++) {
    if (product->changes[index].price > 0) price = product->changes[index].price;
    else available++;
  }
  return card->price == price && card->available == available;
}

static uint32_t part(uint32_t *latencies, size_t count, double part) {
  if (count == 0) return 0;
  qsort(latencies, count, sizeof *latencies, by_size);
  size_t index = (size_t)((double)count * part);
  return latencies[index < count ? index : count - 1];
}

static void report(void) {
  for (size_t number = 0; number < product_count; number++)
    if (products[number].change_count > 0)
      qsort(products[number].changes, products[number].change_count, sizeof(struct change), by_position);
  uint64_t versions = 0, cards = 0, stale = 0;
  for (size_t index = 0; index < page_count; index++) {
    const struct page *page = &pages[index];
    for (size_t number = 0; number < page->version_count; number++) {
      const struct version *version = &page->versions[number];
      versions++;
      for (unsigned card = 0; card < page->card_count; card++) {
        cards++;
        if (is_right(&version->cards[card], version->first) && is_right(&version->cards[card], version->last)) continue;
        if (stale++ > 0) continue;
        fprintf(stderr, "cache-client: %s shows p%u at %lld with %lld, not as it was from position %llu to %llu\n",
                page->target, version->cards[card].product, (long long)version->cards[card].price,
                (long long)version->cards[card].available, (unsigned long long)version->first,
                (unsigned long long)version->last);
      }
    }
  }
  printf("{\"reads\":%llu,\"readsPerSecond\":%.0f,\"writes\":%llu,\"writesPerSecond\":%.0f,"
         "\"readMicros\":{\"p50\":%u,\"p99\":%u},\"writeMicros\":{\"p50\":%u,\"p99\":%u},\"oldestMillis\":%.1f,"
         "\"pages\":%zu,\"versions\":%llu,\"cards\":%llu,\"staleCards\":%llu,\"tokensBack\":%llu,\"tokensOlder\":%llu,"
         "\"tokenReads\":%llu,\"wrongAnswers\":%llu}\n",
         (unsigned long long)reads_answered, (double)reads_measured / seconds, (unsigned long long)writes_answered,
         (double)write_latency_count / seconds, part(read_latencies, read_latency_count, 0.5),
         part(read_latencies, read_latency_count, 0.99), part(write_latencies, write_latency_count, 0.5),
         part(write_latencies, write_latency_count, 0.99), (double)oldest_age / 1e6, page_count,
         (unsigned long long)versions, (unsigned long long)cards, (unsigned long long)stale,
         (unsigned long long)tokens_back, (unsigned long long)tokens_older,
         (unsigned long long)(token_reads / TOKEN_EVERY), (unsigned long long)wrong_answers);
  exit(stale > 0 || tokens_back > 0 || tokens_older > 0 || wrong_answers > 0);
}

/// Runs all the time: the client has a core of its own, and a timer would send in bursts.
static void turn(uv_idle_t *idle) {
  (void)idle;
  static int has_begun;
  send_due();
  if (phase < RUNNING) return;
  uint64_t now = uv_hrtime();
  if (!has_begun && now >= measure_from) {
    has_begun = 1;
    puts("begin");
    fflush(stdout);
  }
  if (phase == RUNNING && now >= ends_at) {
    puts("end");
    fflush(stdout);
    phase = DRAINING;
  }
  // Every command's position is known before pages are judged.
  if (phase == DRAINING && writes_under_way == 0 && idle_reader_count == READERS) report();
}

int main(int argc, char **argv) {
  if (argc != 7) {
    fprintf(stderr, "usage: cache-client PORT PLAN READS WRITES SECONDS PIPELINED\n");
    return 64;
  }
  int port = atoi(argv[1]);
  read_plan(argv[2]);
  read_rate = atof(argv[3]);
  write_rate = atof(argv[4]);
  seconds = atof(argv[5]);
  pipelined = atoi(argv[6]);
  if (pipelined < 1 || pipelined > PIPELINED_MAX) fail(argv[6], "is not from 1 to 16 requests at once");
  snprintf(authority, sizeof authority, "127.0.0.1:%d", port);
  read_latencies = allocate(LATENCIES_MAX * sizeof *read_latencies);
  write_latencies = allocate(LATENCIES_MAX * sizeof *write_latencies);
  loop = uv_default_loop();
  struct sockaddr_in address;
  check(uv_ip4_addr("127.0.0.1", port, &address), "the address");
  for (int index = 0; index < READERS + WRITERS; index++) {
    struct connection *connection = &connections[index];
    connection->is_writer = index >= READERS;
    connection->input = allocate(INPUT_BYTES);
    connection->tcp.data = connection->connect.data = connection;
    check(uv_tcp_init(loop, &connection->tcp), "a connection");
    connection->tcp.data = connection;
    check(uv_tcp_connect(&connection->connect, &connection->tcp, (const struct sockaddr *)&address, connected), "connecting");
  }
  uv_idle_t idle;
  uv_idle_init(loop, &idle);
  uv_idle_start(&idle, turn);
  return uv_run(loop, UV_RUN_DEFAULT);
}
