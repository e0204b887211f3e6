#include <stddef.h>

/// The bytes of openapi.json, in the executable. They live as long as the process.
const unsigned char *openapi_bytes(void);
size_t openapi_count(void);
