"""A machine's tools that only look in some of their forms: argv in, effect and reason out.

Each form is written out, options included: with any other word such a tool is unknown.
"""

import re
from collections.abc import Callable

from steadyhand.actions.local.files import outside, written
from steadyhand.actions.words import Argv, change, destroy, positionals, read, unknown
from steadyhand.model.argv.options import given
from steadyhand.model.effect import Aspect, Classified


def _only(one_of: str, more: str = "", names: bool = True) -> Callable[[Argv], Classified]:
    """It looks with one of these options, and besides with none but `more`, in bundles too.

    An option of `more` may take a value, which is then a name. `names`: whether there may be any.
    """
    looks, fine = frozenset(one_of.split()), frozenset(f"{one_of} {more}".split())

    def classify(argv: Argv) -> Classified:
        said = given(argv)
        options = {name for name, _ in said.options}
        if (looks & options or not looks) and options <= fine and (names or not said.names):
            return read(f"{argv[0]} reads")
        return unknown(argv[:3])

    return classify


def _verbs(looks: str, with_value: str = "", *, bare: bool = False) -> Callable[[Argv], Classified]:
    """It looks with one of these sub-commands; with none at all where it may be `bare`."""
    known, takes = frozenset(looks.split()), frozenset(with_value.split())

    def classify(argv: Argv) -> Classified:
        verb = next(positionals(argv, takes), "")
        sets = any(word.startswith(_SETTINGS) for word in argv[1:])
        if not sets and (verb in known or (bare and len(argv) == 1)):
            return read(f"{argv[0]} {verb}".rstrip() + " reads")
        return unknown(argv[:3])

    return classify


def _always(argv: Argv) -> Classified:
    if any(word.startswith(_SETTINGS) for word in argv[1:]):
        return unknown(argv[:3])
    return read(f"{argv[0]} reads")


# What is set with these can name a program to run, or a library to load.
_SETTINGS = ("-o", "--option", "-c", "--config")


_BACK, _FELT = Aspect.REVERSIBLE, Aspect.DISRUPTIVE


def _nginx(argv: Argv) -> Classified:
    said = given(argv, "-s -c -p -e -g")
    if said.has("-c", "-p", "-g"):
        return unknown(argv[:3])  # such a file can load code
    match said.values("-s"):
        case (("reload" | "reopen") as does,):
            return change(f"nginx -s {does} has the server read its files again", _FELT)
        case (does,):
            return destroy(f"nginx -s {does} ends the server", _BACK, _FELT)
    if {name for name, _ in said.options} & {"-t", "-T", "-v", "-V", "-h"}:
        return read("nginx checks its files")
    return unknown(argv[:3])


def _haproxy(argv: Argv) -> Classified:
    said = given(argv, "-f")
    ours = all(file.startswith("/etc/") for file in said.values("-f"))  # another can load code
    if said.has("-c", "-v") and ours and not said.names:
        return read("haproxy checks its files")
    return unknown(argv[:3])


def _dump(files: str, with_value: str, acts: str = "") -> Callable[[Argv], Classified]:
    """It prints what a database holds, or writes it into the file that an option names.

    With one of the options `acts` it does more to the server.
    """

    def classify(argv: Argv) -> Classified:
        if acts and given(argv, with_value).has(*acts.split()):
            return unknown(argv[:3])
        places = given(argv, f"{with_value} {files}").values(*files.split())
        if places:
            return written(argv[0], "writes what a database holds into a file", list(places))
        return read(f"{argv[0]} prints what a database holds")

    return classify


_PG = (
    "-h --host -p --port -U --username -d --dbname -F --format -j --jobs -n --schema -N "
    "--exclude-schema -t --table -T --exclude-table --role -E --encoding -Z --compress -S "
    "--superuser -l --database --section --lock-wait-timeout --exclude-table-data --snapshot"
)
_FLUSHES = (
    "-F --flush-logs --flush-privileges --delete-master-logs --delete-source-logs -T --tab "
    "--plugin-dir --init-command --default-auth"
)
_MYSQL = "-u --user -h --host -P --port -S --socket -w --where --ignore-table -p? --password?"


_MONGO = (
    "-h --host --port -u --username -p --password --authenticationDatabase "
    "--authenticationMechanism --uri -d --db -c --collection -q --query --queryFile "
    "--readPreference -j --numParallelCollections --config --excludeCollection --fields -f "
    "--fieldFile --type --sort --limit --skip"
)


def _mongodump(argv: Argv) -> Classified:
    """Without an option that names one, it writes into the folder `dump`; `--archive` prints.

    https://www.mongodb.com/docs/database-tools/mongodump/
    """
    said = given(argv, f"{_MONGO} -o --out")
    places = [place for place in said.values("-o", "--out", "--archive") if place]
    if not places and said.has("--archive"):
        return read("mongodump prints what a database holds")
    return written("mongodump", "writes what a database holds into files", places or ["dump"])


def _ip(argv: Argv) -> Classified:
    """`ip OBJECT [show|list|get …]`. https://man7.org/linux/man-pages/man8/ip.8.html"""
    words = tuple(positionals(argv, frozenset()))
    options = [word for word in argv[1:] if word.startswith("-")]
    fine = all(re.fullmatch(r"-(?:[46sdojcphrt]+|br(?:ief)?|json|pretty|color|stats?)", o)
               for o in options)  # fmt: skip
    objects = "address addr a link l route r ro rule neighbour neigh n maddress netns tunnel vrf"
    if fine and words[:1] == ("monitor",):
        return read("ip monitor shows changes", endless=True)
    looks = words[1:2] in {(), ("show",), ("list",), ("ls",), ("get",), ("sh",), ("s",)}
    if fine and words and words[0] in objects.split() and looks:
        return read(f"ip {words[0]} reads")
    return unknown(argv[:3])


def _sysctl(argv: Argv) -> Classified:
    said = given(argv, "-r --pattern")
    sets = any("=" in name for name in said.names)
    fine = {"-a", "-A", "-X", "-n", "-N", "-e", "-b", "--all", "--values", "--names", "-r"}
    if not sets and {name for name, _ in said.options} <= fine:
        return read("sysctl reads")
    return unknown(argv[:3])


def _rpm(argv: Argv) -> Classified:
    options = [word for word in argv[1:] if word.startswith("-")]
    query = re.compile(r"-(?:q[a-zA-Z]*|V[a-z]*)|--(?:query|verify|last|queryformat=.*|qf=.*)")
    looks = bool(options) and all(map(query.fullmatch, options))
    return read("rpm reads") if looks else unknown(argv[:3])


def _mount(argv: Argv) -> Classified:
    if argv[1:] in {(), ("-l",)} or (argv[1:2] == ("-t",) and len(argv) == 3):
        return read("mount lists what is mounted")
    return unknown(argv[:3])


def _command(argv: Argv) -> Classified:
    if argv[1:2] in {("-v",), ("-V",)}:
        return read("command -v says what a name means")
    return unknown(argv[:3])


_WGET = (
    "-q --quiet -nv --no-verbose -O --output-document -P --directory-prefix -T --timeout -t "
    "--tries --spider -S --server-response --no-check-certificate -c --continue -N --header "
    "--user-agent -U --user --password --show-progress --progress -4 -6"
).split()
_WGET_TAKES = "-O --output-document -P --directory-prefix -T --timeout -t --tries --header -U "


def _wget(argv: Argv) -> Classified:
    said = given(argv, f"{_WGET_TAKES}--user-agent --user --password --progress")
    if not {name for name, _ in said.options} <= {*_WGET, "-n", "-v"}:
        return unknown(argv[:3])
    places = said.values("-O", "--output-document", "-P", "--directory-prefix")
    if strange := [place for place in places if outside(place)]:
        return written("wget", "writes what it fetches", strange)
    return read("wget fetches")


def _borg(argv: Argv) -> Classified:
    """https://borgbackup.readthedocs.io/en/stable/usage/general.html"""
    if any(word.startswith(("--rsh", "--remote-path", "--rs", "--remote-p")) for word in argv):
        return unknown(argv[:3])
    return _verbs("list info diff")(argv)


_IPTABLES = (
    "-L -S --list --list-rules",
    "-n --numeric -v --verbose -t --table -x --line-numbers",
)
_LOGINCTL = "list-sessions list-users session-status user-status show-session show-user"
LOOKS: dict[str, Callable[[Argv], Classified]] = {
    "apache2ctl": _verbs("configtest status fullstatus"),
    "apachectl": _verbs("configtest status fullstatus"),
    "apt": _verbs("list show search policy depends rdepends"),
    "apt-cache": _always,
    "atq": _always,
    "blkid": _only("", "-o -s -p -L -U"),
    "certbot": _verbs("certificates plugins"),
    "apt-mark": _verbs("showhold showmanual showauto"),
    "borg": _borg,
    "ceph": _verbs("status health df versions"),
    "chronyc": _verbs("tracking sources sourcestats activity ntpdata clients"),
    "command": _command,
    "dpkg": _only(
        "-l -L -s -S -V -C --list --status --search --listfiles --verify --audit "
        "--get-selections --print-architecture"
    ),
    "dpkg-query": _always,
    "fail2ban-client": _verbs("status ping version get banned"),
    "fdisk": _only("-l -x --list --list-details", "-u -o --output"),
    "haproxy": _haproxy,
    "iptables-save": _only("", "-t -c"),
    "ip6tables-save": _only("", "-t -c"),
    "lsmod": _always,
    "hostnamectl": _verbs("status", bare=True),
    "ip": _ip,
    "ip6tables": _only(*_IPTABLES),
    "iptables": _only(*_IPTABLES),
    "localectl": _verbs("status", bare=True),
    "loginctl": _verbs(_LOGINCTL, bare=True),
    "lsattr": _always,
    "lvdisplay": _always,
    "lvs": _always,
    "mailq": _always,
    "mdadm": _only("-D -E -Q --detail --examine --query", "--scan -s -v --verbose --brief -b"),
    "mongodump": _mongodump,
    "mongoexport": _dump("-o --out", _MONGO),
    "mount": _mount,
    "mysqldump": _dump("-r --result-file", _MYSQL, _FLUSHES),
    "mariadb-dump": _dump("-r --result-file", _MYSQL, _FLUSHES),
    "named-checkconf": _only("", "-z -p -x"),
    "networkctl": _verbs("list status lldp", bare=True),
    "nft": _verbs("list"),
    "nginx": _nginx,
    "ntpq": _only("-p", "-n"),
    "pg_controldata": _always,
    "pg_dump": _dump("-f --file", _PG),
    "pg_dumpall": _dump("-f --file", _PG),
    "pg_restore": _only("-l --list", "-F --format -v --verbose"),
    "pct": _verbs("list status config df"),
    "postcat": _only("", "-q -v -h -b -e"),
    "postconf": _only("-n -d -m -l -A -h", "-f -x"),
    "postqueue": _only("-p -j"),
    "pvdisplay": _always,
    "pvecm": _verbs("status nodes"),
    "pvs": _always,
    "pvesm": _verbs("status list"),
    "qm": _verbs("list status config pending showcmd"),
    "qshape": _always,
    "resolvectl": _verbs("query status statistics", bare=True),
    "rpm": _rpm,
    "showmount": _always,
    "smartctl": _only("-a -i -H -x -A -l -c --all --info --health --xall --scan", "-d -j --json"),
    "ssh-add": _only("-l -L"),
    "ssh-keygen": _only("-l -F", "-f -v -E"),
    "ssh-keyscan": _always,
    "sshd": _only("-t -T", "-f"),
    "swapon": _only("--show -s --summary", "--bytes --noheadings --raw", names=False),
    "sysctl": _sysctl,
    "timedatectl": _verbs("status list-timezones timesync-status show-timesync show", bare=True),
    "tune2fs": _only("-l"),
    "ufw": _verbs("status version show"),
    "vgdisplay": _always,
    "vgs": _always,
    "virsh": _verbs("list dominfo domstate nodeinfo domblklist domiflist pool-list net-list"),
    "wg": _verbs("show", bare=True),
    "wget": _wget,
    "zfs": _verbs("list get"),
    "zpool": _verbs("status list get iostat history"),
}
