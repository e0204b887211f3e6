// The ceiling: what one libuv loop can answer on this machine when answering costs nothing.
//
// It looks for the blank line that ends a request and gives back the same bytes each time, with the head that a product
// page of Vitrine's has. What a real server loses against it is the price of parsing, looking up and rendering.
//
//   cc -O2 Benchmarks/ceiling.c -o ceiling -luv && taskset -c 0 ./ceiling PORT BODY_BYTES
//   taskset -c 1 wrk -t1 -c64 -d5s http://127.0.0.1:PORT/
//
// PORT 0 takes a free one. The address is printed on standard error when it accepts connections.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { INPUT_BYTES = 64 * 1024, BODY_BYTES_MAX = 64 * 1024 * 1024, BACKLOG = 1024 };

// One answer for all, and one input buffer: a read is scanned before the next one begins.
static char *answer;
static size_t answer_bytes;
static char input[INPUT_BYTES];

struct client {
  uv_tcp_t tcp;
  // How much of CR LF CR LF the bytes read so far end with, so that a request may arrive in pieces.
  unsigned matched;
};

// What the kernel did not take at once; the bytes stay in `answer`, which is never freed.
struct rest {
  uv_write_t write;
};

static void check(int code, const char *what) {
  if (code >= 0) return;
  fprintf(stderr, "ceiling: %s: %s\n", what, uv_strerror(code));
  exit(1);
}

static void *allocate(size_t bytes) {
  void *memory = malloc(bytes);
  if (memory == NULL) check(UV_ENOMEM, "memory");
  return memory;
}

static void client_closed(uv_handle_t *handle) { free(handle->data); }

static void client_close(struct client *client) {
  if (!uv_is_closing((uv_handle_t *)&client->tcp)) uv_close((uv_handle_t *)&client->tcp, client_closed);
}

static void rest_written(uv_write_t *write, int status) {
  struct client *client = write->handle->data;
  free(write->data);
  if (status < 0 && status != UV_ECANCELED) client_close(client);
}

static int send_answer(struct client *client) {
  uv_buf_t whole = uv_buf_init(answer, (unsigned)answer_bytes);
  int sent = uv_try_write((uv_stream_t *)&client->tcp, &whole, 1);
  if (sent == UV_EAGAIN) sent = 0;
  if (sent < 0) return sent;
  if ((size_t)sent == answer_bytes) return 0;
  struct rest *rest = allocate(sizeof *rest);
  rest->write.data = rest;
  uv_buf_t tail = uv_buf_init(answer + sent, (unsigned)(answer_bytes - (size_t)sent));
  int code = uv_write(&rest->write, (uv_stream_t *)&client->tcp, &tail, 1, rest_written);
  if (code < 0) free(rest);
  return code;
}

static void lend_input(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  (void)handle, (void)suggested;
  *buffer = uv_buf_init(input, INPUT_BYTES);
}

static void bytes_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
  (void)buffer;
  static const char end_of_head[4] = {'\r', '\n', '\r', '\n'};
  struct client *client = stream->data;
  if (count < 0) {
    client_close(client);
    return;
  }
  unsigned matched = client->matched;
  for (ssize_t index = 0; index < count; index++) {
    // No part of the pattern but its start begins with CR, so one step back is enough.
    if (input[index] == end_of_head[matched]) {
      matched++;
    } else {
      matched = input[index] == '\r';
    }
    if (matched < sizeof end_of_head) continue;
    matched = 0;
    if (send_answer(client) < 0) {
      client_close(client);
      return;
    }
  }
  client->matched = matched;
}

static void client_arrived(uv_stream_t *listener, int status) {
  if (status < 0) return;
  struct client *client = allocate(sizeof *client);
  client->matched = 0;
  check(uv_tcp_init(listener->loop, &client->tcp), "connection");
  client->tcp.data = client;
  if (uv_accept(listener, (uv_stream_t *)&client->tcp) < 0 || uv_tcp_nodelay(&client->tcp, 1) < 0 ||
      uv_read_start((uv_stream_t *)&client->tcp, lend_input, bytes_read) < 0)
    client_close(client);
}

static void prepare_answer(long body_bytes) {
  answer = allocate((size_t)body_bytes + 1024);
  int head_bytes = snprintf(answer, 1024,
      "HTTP/1.1 200 OK\r\n"
      "Date: Mon, 01 Jan 2024 00:00:00 GMT\r\n"
      "Content-Type: application/json\r\n"
      "Cache-Control: no-cache\r\n"
      "Vary: Consistency-Token\r\n"
      "ETag: \"0123456789abcdef\"\r\n"
      "Consistency-Token: 0123456789abcdef-0000000000000001\r\n"
      "Content-Length: %ld\r\n"
      "\r\n",
      body_bytes);
  memset(answer + head_bytes, 'x', (size_t)body_bytes);
  answer_bytes = (size_t)head_bytes + (size_t)body_bytes;
}

static long number_argument(const char *text, long most) {
  char *end;
  long value = strtol(text, &end, 10);
  return *text != '\0' && *end == '\0' && value >= 0 && value <= most ? value : -1;
}

int main(int argc, char **argv) {
  long port = argc == 3 ? number_argument(argv[1], 65535) : -1;
  long body_bytes = argc == 3 ? number_argument(argv[2], BODY_BYTES_MAX) : -1;
  if (port < 0 || body_bytes < 0) {
    fprintf(stderr, "usage: ceiling PORT BODY_BYTES (0 to 65535, 0 to %d)\n", BODY_BYTES_MAX);
    return 64;
  }
  prepare_answer(body_bytes);
  uv_tcp_t listener;
  struct sockaddr_in address;
  check(uv_ip4_addr("127.0.0.1", (int)port, &address), "address");
  check(uv_tcp_init(uv_default_loop(), &listener), "listener");
  check(uv_tcp_bind(&listener, (const struct sockaddr *)&address, 0), "bind");
  check(uv_listen((uv_stream_t *)&listener, BACKLOG, client_arrived), "listen");
  int address_bytes = sizeof address;
  check(uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &address_bytes), "port");
  fprintf(stderr, "ceiling: listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
  return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
