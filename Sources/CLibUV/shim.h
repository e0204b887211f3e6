#include <uv.h>
// Due times of the load tool: libuv's own timers count whole milliseconds, and Glibc's Swift module leaves timerfd out.
#include <sys/timerfd.h>
