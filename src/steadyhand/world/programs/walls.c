/* Rules of Landlock and a command in; the command, held by them for good, out.
 *
 * `walls RULESET [ACCESS PATH]… -- COMMAND WORD…`: what `walls.py` does as a program, quicker.
 * RULESET is the kernel's structure in hexadecimal digits. Which rules these are is known there.
 * Whatever the kernel does not take ends it before the command is started.
 * https://docs.kernel.org/userspace-api/landlock.html
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446, PATH_BENEATH = 1 };

struct __attribute__((packed)) beneath {
    uint64_t access;
    int32_t file;
};

static int failed(const char *what) {
    fprintf(stderr, "steadyhand: Landlock: %s: %s\n", what, strerror(errno));
    return 126;
}

int main(int argc, char **argv) {
    unsigned char attributes[64];
    if (argc < 4) return 126;
    size_t size = strlen(argv[1]) / 2;
    if (size > sizeof attributes) return 126;
    for (size_t at = 0; at < size; at++)
        if (sscanf(argv[1] + 2 * at, "%2hhx", attributes + at) != 1) return 126;
    int ruleset = (int)syscall(CREATE_RULESET, attributes, size, 0);
    if (ruleset < 0) return failed("its rules");
    char **word = argv + 2;
    for (; *word && strcmp(*word, "--"); word += 2) {
        if (!word[1]) return 126;
        struct beneath rule = {strtoull(*word, NULL, 10), open(word[1], O_PATH | O_CLOEXEC)};
        if (rule.file < 0 || syscall(ADD_RULE, ruleset, PATH_BENEATH, &rule, 0) < 0)
            return failed(word[1]);
        close(rule.file);
    }
    if (!*word || !word[1]) return 126;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return failed("no_new_privs");
    if (syscall(RESTRICT_SELF, ruleset, 0) < 0) return failed("to hold");
    close(ruleset);
    execv(word[1], word + 1);
    return errno == ENOENT ? 127 : 126;
}
