/* A command of a run: hands its words, folder, environment and open files to the process that drives
 * the run, behind the socket `gate` in the folder above this program's, and exits as it is told.
 *
 * First comes the size of what follows (4 bytes, big-endian) with the three files; then the number
 * of words, the words, the folder, and each variable, every one of them ended by a zero byte.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

extern char **environ;

static int gone(void) {
    static const char said[] = "steadyhand: the run is gone, so this command was not carried out\n";
    return write(2, said, sizeof said - 1) < 0 ? 126 : 126;
}

/* The socket is found by the program itself, whatever name it was called by. */
static int find(struct sockaddr_un *door) {
    char here[sizeof door->sun_path];
    ssize_t length = readlink("/proc/self/exe", here, sizeof here - 1);
    if (length <= 0) return -1;
    here[length] = 0;
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(here, '/');
        if (!slash) return -1;
        *slash = 0;
    }
    memset(door, 0, sizeof *door);
    door->sun_family = AF_UNIX;
    int written = snprintf(door->sun_path, sizeof door->sun_path, "%s/gate", here);
    return written > 0 && (size_t)written < sizeof door->sun_path ? 0 : -1;
}

static int send_all(int door, const char *body, size_t size) {
    while (size) {
        ssize_t sent = send(door, body, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return -1;
        body += sent;
        size -= (size_t)sent;
    }
    return 0;
}

static int send_head(int door, uint32_t size) {
    unsigned char head[4] = {size >> 24, size >> 16, size >> 8, size};
    int files[3] = {0, 1, 2};
    union { char space[CMSG_SPACE(sizeof files)]; struct cmsghdr align; } control;
    struct iovec part = {head, sizeof head};
    struct msghdr message = {0};
    memset(&control, 0, sizeof control);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.space;
    message.msg_controllen = sizeof control.space;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof files);
    memcpy(CMSG_DATA(rights), files, sizeof files);
    return sendmsg(door, &message, MSG_NOSIGNAL) == sizeof head ? 0 : -1;
}

static char *put(char *to, const char *text) {
    size_t size = strlen(text) + 1;
    memcpy(to, text, size);
    return to + size;
}

int main(int argc, char **argv) {
    struct sockaddr_un door_name;
    for (int file = 0; file < 3; file++) {
        struct stat status;
        if (fstat(file, &status) < 0 && open("/dev/null", O_RDWR) != file) return gone();
    }
    int door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (door < 0 || find(&door_name) < 0) return gone();
    if (connect(door, (struct sockaddr *)&door_name, sizeof door_name) < 0) return gone();

    char *folder = getcwd(NULL, 0), count[16];
    if (!folder || argc < 1) return gone();
    char *slash = strrchr(argv[0], '/');
    if (slash) argv[0] = slash + 1;
    snprintf(count, sizeof count, "%d", argc);
    size_t size = strlen(count) + 1 + strlen(folder) + 1;
    for (int at = 0; at < argc; at++) size += strlen(argv[at]) + 1;
    for (char **one = environ; *one; one++) size += strlen(*one) + 1;
    char *body = size <= UINT32_MAX ? malloc(size) : NULL;
    if (!body) return gone();
    char *to = put(body, count);
    for (int at = 0; at < argc; at++) to = put(to, argv[at]);
    to = put(to, folder);
    for (char **one = environ; *one; one++) to = put(to, *one);

    unsigned char answer;
    if (send_head(door, (uint32_t)size) < 0 || send_all(door, body, size) < 0) return gone();
    ssize_t got;
    do got = recv(door, &answer, 1, 0); while (got < 0 && errno == EINTR);
    return got == 1 ? answer : gone();
}
