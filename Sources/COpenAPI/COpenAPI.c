#include "COpenAPI.h"

// By the C compiler, because Swift takes a minute for an array of as many numbers. C23 has #embed, clang has it in C17 too.
#pragma clang diagnostic ignored "-Wc23-extensions"
static const unsigned char bytes[] = {
#embed "openapi.json"
};

const unsigned char *openapi_bytes(void) { return bytes; }
size_t openapi_count(void) { return sizeof bytes; }
