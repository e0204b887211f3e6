#define _GNU_SOURCE
#include "CPOSIX.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t nanoseconds(struct statx_timestamp time) { return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec; }

static int identify(int file, const char *path, int flags, struct vitrine_file_identity *identity) {
    struct statx status;
    if (statx(file, path, flags, STATX_BASIC_STATS | STATX_BTIME, &status) != 0) return -1;
    identity->device = makedev(status.stx_dev_major, status.stx_dev_minor);
    identity->inode = status.stx_ino;
    identity->born_ns = status.stx_mask & STATX_BTIME ? nanoseconds(status.stx_btime) : 0;
    identity->modified_ns = nanoseconds(status.stx_mtime);
    identity->changed_ns = nanoseconds(status.stx_ctime);
    identity->size = (int64_t)status.stx_size;
    return 0;
}

int vitrine_identify(int file, struct vitrine_file_identity *identity) {
    return identify(file, "", AT_EMPTY_PATH, identity);
}

int vitrine_identify_path(const char *path, struct vitrine_file_identity *identity) {
    return identify(AT_FDCWD, path, 0, identity);
}

int vitrine_exchange(const char *path, const char *other) {
    return renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE);
}

int vitrine_in_child(int (*body)(void *), void *context) {
    pid_t parent = getpid();
    pid_t child = fork();
    if (child < 0) return -1;
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(127);
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        int quiet = open("/dev/null", O_WRONLY);
        if (quiet >= 0) dup2(quiet, STDERR_FILENO);
        int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGABRT, SIGTRAP, SIGFPE, SIGTERM, SIGINT};
        for (unsigned index = 0; index < sizeof fatal / sizeof *fatal; index++) signal(fatal[index], SIG_DFL);
        _exit(body(context));
    }
    int status;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
