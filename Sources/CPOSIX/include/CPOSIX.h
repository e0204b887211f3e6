#ifndef CPOSIX_H
#define CPOSIX_H

#include <stdint.h>

/// What tells a file from every other one, also from a copy of it. See `FileIdentity`.
struct vitrine_file_identity {
    uint64_t device;
    uint64_t inode;
    /// Nanoseconds since 1970 UTC; 0 where the file system keeps no time of birth.
    int64_t born_ns;
    int64_t modified_ns;
    int64_t changed_ns;
    int64_t size;
};

/// Calls of Linux that Swift's Glibc module does not show, as they need _GNU_SOURCE. 0, or -1 with errno.
int vitrine_identify(int file, struct vitrine_file_identity *identity);
int vitrine_identify_path(const char *path, struct vitrine_file_identity *identity);
/// Gives each of two names what the other had, at once for everybody.
int vitrine_exchange(const char *path, const char *other);

/// Runs `body` in a child process, which is quiet and ends with this one, and waits for it. Returns what `body` returned, 0 to 127,
/// 128 and a signal's number where one ended it, or -1 with errno. The caller must have one thread.
int vitrine_in_child(int (*body)(void *), void *context);

#endif
