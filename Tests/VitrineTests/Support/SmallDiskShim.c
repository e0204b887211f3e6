// A disk that ends, for tests where none can be mounted. Preloaded into a program, it lets files below the directory
// VITRINE_SMALL_DISK_PATH grow by write, writev, pwrite, pwritev, fallocate, posix_fallocate and ftruncate only while they
// take no more than VITRINE_SMALL_DISK_BYTES together, and gives statvfs, fstatvfs, statfs and fstatfs that room.
//
// A file takes its size in whole pages, as on a disk that knows no holes: what was allocated beforehand can be written on a
// full disk, and what grows beyond the room is cut short or fails with ENOSPC, as the kernel does it. Files that are removed
// while they are open count no more. What grows a file by other calls is not seen.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { page_bytes = 4096 };

static char directory[PATH_MAX];
static uint64_t room_bytes;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("VITRINE_SMALL_DISK_PATH"), *bytes = getenv("VITRINE_SMALL_DISK_BYTES");
    if (!path || !bytes || strlen(path) >= sizeof directory) return;
    room_bytes = strtoull(bytes, NULL, 10);
    strcpy(directory, path);
}

// MARK: Room

static uint64_t pages_of(uint64_t bytes) { return (bytes + page_bytes - 1) / page_bytes * page_bytes; }

/// Held from looking at the room until the file has grown. `used` belongs to whoever holds it.
static pthread_mutex_t growing = PTHREAD_MUTEX_INITIALIZER;
static uint64_t used;

static int add_file(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)path, (void)place;
    if (type == FTW_F && S_ISREG(status->st_mode)) used += pages_of((uint64_t)status->st_size);
    return 0;
}

/// Called with `growing` held.
static uint64_t free_bytes(void) {
    used = 0;
    nftw(directory, add_file, 16, FTW_PHYS);
    return used < room_bytes ? room_bytes - used : 0;
}

static int is_inside(const char *path) {
    size_t length = strlen(directory);
    return length > 0 && strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == 0);
}

/// Whether `file` is a regular file, or any where `is_any`, below the directory. Gives what `fstat` says of it.
static int is_below(int file, int is_any, struct stat *status) {
    if (directory[0] == 0 || fstat(file, status) != 0 || (!is_any && !S_ISREG(status->st_mode))) return 0;
    char link[64], path[PATH_MAX];
    int saved = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = saved;
    if (length < 0) return 0;
    path[length] = 0;
    return is_inside(path);
}

/// How many of `count` bytes at `offset` have room in a file of `size` bytes. Called with `growing` held.
static uint64_t granted(uint64_t size, uint64_t offset, uint64_t count) {
    uint64_t end = offset + count, taken = pages_of(size);
    if (end <= taken) return count;
    uint64_t possible = taken + free_bytes();
    if (end <= possible) return count;
    return possible > offset ? possible - offset : 0;
}

// MARK: Writing

/// The end of the file where it is appended to, else where the descriptor stands.
static uint64_t write_offset(int file, const struct stat *status) {
    if (fcntl(file, F_GETFL) & O_APPEND) return (uint64_t)status->st_size;
    off_t offset = lseek(file, 0, SEEK_CUR);
    return offset < 0 ? 0 : (uint64_t)offset;
}

/// Writes the parts at `offset`, or where the descriptor stands if it is negative, as far as there is room.
static ssize_t write_parts(int file, const struct iovec *parts, int part_count, off_t offset) {
    struct stat status;
    struct iovec fitting[IOV_MAX];
    if (part_count < 0 || part_count > IOV_MAX) {
        errno = EINVAL;
        return -1;
    }
    uint64_t rest = UINT64_MAX;
    int is_limited = is_below(file, 0, &status);
    if (is_limited) {
        pthread_mutex_lock(&growing);
        fstat(file, &status);
        uint64_t count = 0;
        for (int i = 0; i < part_count; i++) count += parts[i].iov_len;
        rest = granted((uint64_t)status.st_size, offset < 0 ? write_offset(file, &status) : (uint64_t)offset, count);
        if (rest == 0 && count > 0) {
            pthread_mutex_unlock(&growing);
            errno = ENOSPC;
            return -1;
        }
    }
    int fitting_count = 0;
    for (; fitting_count < part_count && rest > 0; fitting_count++) {
        fitting[fitting_count] = parts[fitting_count];
        if (fitting[fitting_count].iov_len > rest) fitting[fitting_count].iov_len = rest;
        if (is_limited) rest -= fitting[fitting_count].iov_len;
    }
    ssize_t result = offset < 0 ? syscall(SYS_writev, file, fitting, fitting_count)
                                : syscall(SYS_pwritev, file, fitting, fitting_count, offset, 0);
    if (is_limited) {
        int saved = errno;
        pthread_mutex_unlock(&growing);
        errno = saved;
    }
    return result;
}

ssize_t write(int file, const void *bytes, size_t count) {
    struct iovec part = {(void *)bytes, count};
    return write_parts(file, &part, 1, -1);
}

ssize_t writev(int file, const struct iovec *parts, int part_count) { return write_parts(file, parts, part_count, -1); }

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    if (offset < 0) return syscall(SYS_pwrite64, file, bytes, count, offset);
    struct iovec part = {(void *)bytes, count};
    return write_parts(file, &part, 1, offset);
}

ssize_t pwritev(int file, const struct iovec *parts, int part_count, off_t offset) {
    if (offset < 0) return syscall(SYS_pwritev, file, parts, part_count, offset, 0);
    return write_parts(file, parts, part_count, offset);
}

// MARK: Growing

/// Makes the file at least `end` bytes long by `grow`, all of it or nothing. Gives an error code.
static int grow_to(int file, off_t end, int (*grow)(int, off_t, off_t), off_t offset, off_t count) {
    struct stat status;
    if (!is_below(file, 0, &status)) return grow(file, offset, count) == 0 ? 0 : errno;
    pthread_mutex_lock(&growing);
    fstat(file, &status);
    uint64_t size = (uint64_t)status.st_size;
    int code = 0;
    if (end > status.st_size && granted(size, size, (uint64_t)end - size) < (uint64_t)end - size) code = ENOSPC;
    else if (grow(file, offset, count) != 0) code = errno;
    pthread_mutex_unlock(&growing);
    return code;
}

static int with_errno(int code) {
    if (code == 0) return 0;
    errno = code;
    return -1;
}

#define NEXT(name, ...) ((int (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

/// The C library's own, which knows what to do where the file system has no such call.
static int allocate(int file, off_t offset, off_t count) {
    return with_errno(NEXT(posix_fallocate, int, off_t, off_t)(file, offset, count));
}

static int cut(int file, off_t size, off_t unused) {
    (void)unused;
    return (int)syscall(SYS_ftruncate, file, size);
}

int posix_fallocate(int file, off_t offset, off_t count) {
    if (offset < 0 || count <= 0) return EINVAL;
    return grow_to(file, offset + count, allocate, offset, count);
}

int fallocate(int file, int mode, off_t offset, off_t count) {
    if (mode != 0) return (int)syscall(SYS_fallocate, file, mode, offset, count);
    return with_errno(posix_fallocate(file, offset, count));
}

int ftruncate(int file, off_t size) { return with_errno(grow_to(file, size, cut, size, 0)); }

// MARK: Asking

#define LIMIT(status)                                                            \
    do {                                                                         \
        pthread_mutex_lock(&growing);                                            \
        uint64_t free_blocks = free_bytes() / (uint64_t)(status)->f_frsize;      \
        pthread_mutex_unlock(&growing);                                          \
        (status)->f_blocks = room_bytes / (uint64_t)(status)->f_frsize;          \
        (status)->f_bfree = (status)->f_bavail = free_blocks;                    \
    } while (0)

static int is_path_inside(const char *path) {
    char resolved[PATH_MAX];
    int saved = errno;
    int inside = realpath(path, resolved) && is_inside(resolved);
    errno = saved;
    return inside;
}

int statvfs(const char *path, struct statvfs *status) {
    int result = NEXT(statvfs, const char *, struct statvfs *)(path, status);
    if (result == 0 && is_path_inside(path)) LIMIT(status);
    return result;
}

int fstatvfs(int file, struct statvfs *status) {
    struct stat unused;
    int result = NEXT(fstatvfs, int, struct statvfs *)(file, status);
    if (result == 0 && is_below(file, 1, &unused)) LIMIT(status);
    return result;
}

int statfs(const char *path, struct statfs *status) {
    int result = NEXT(statfs, const char *, struct statfs *)(path, status);
    if (result == 0 && is_path_inside(path)) LIMIT(status);
    return result;
}

int fstatfs(int file, struct statfs *status) {
    struct stat unused;
    int result = NEXT(fstatfs, int, struct statfs *)(file, status);
    if (result == 0 && is_below(file, 1, &unused)) LIMIT(status);
    return result;
}

// The names for programs that ask for files of more than 2 GiB. The types are the same where a pointer has 64 bits.
_Static_assert(sizeof(off_t) == 8, "64 bits");
#define SAME(name) __attribute__((alias(#name)))
ssize_t pwrite64(int, const void *, size_t, off_t) SAME(pwrite);
ssize_t pwritev64(int, const struct iovec *, int, off_t) SAME(pwritev);
int posix_fallocate64(int, off_t, off_t) SAME(posix_fallocate);
int fallocate64(int, int, off_t, off_t) SAME(fallocate);
int ftruncate64(int, off_t) SAME(ftruncate);
