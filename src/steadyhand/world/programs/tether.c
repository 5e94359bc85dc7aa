/* A process id and a command in; the command, which the kernel ends when that process is killed.
 *
 * `tether PARENT PROGRAM WORD…`: the same as `setpriv --pdeathsig KILL`, quicker, and with a look
 * whether the parent has died before the kernel was told.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc < 3 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return 126;
    if (getppid() != atoi(argv[1])) return 126;
    execv(argv[2], argv + 2);
    return errno == ENOENT ? 127 : 126;
}
