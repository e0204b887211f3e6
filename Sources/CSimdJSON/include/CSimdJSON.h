// simdjson's DOM behind C names: Debian's libsimdjson-dev, nothing vendored.
#pragma once
#include <stddef.h>
