// llhttp as Debian's node-llhttp ships it: C sources under /usr/share/llhttp, compiled here, nothing vendored.
#define LLHTTP_STRICT_MODE 1
#include "/usr/share/include/llhttp/llhttp.h"
