"""Names of programs and builtins that a line of a shell block may begin with. Knows no effects."""

import re

PROGRAMS = frozenset(
    # builtins
    ": . alias bg break cd command continue declare dirs echo eval exec exit export false fg "
    "getopts hash jobs kill let local mapfile popd printf pushd pwd read readarray readonly return "
    "set shift shopt source test times trap true type typeset ulimit umask unalias unset wait "
    # files and text
    "awk base64 basename bc bzip2 cat chattr chgrp chmod chown cksum cmp column comm cp csplit cut "
    "date dd df diff dirname dos2unix du egrep env expr fdisk fgrep file find fmt fold gawk "
    "getfacl grep gunzip gzip head hexdump iconv install join jq less ln ls lsattr md5sum mkdir "
    "mktemp more mv nl od paste patch perl readlink realpath rename rev rg rm rmdir rsync sed seq "
    "setfacl sha1sum sha256sum sha512sum shred shuf sort split stat strings sync tac tail tar tee "
    "touch tr tree truncate uniq unlink unzip vi vim nano view wc xargs xmllint xxd xz yq zcat "
    "which zgrep zip zstd "
    # machines and processes
    "apk apt apt-cache apt-get apt-mark at atop auditctl aureport ausearch blkid brew chage chroot "
    "chronyc coredumpctl crontab dmesg dmidecode dnf dpkg dpkg-reconfigure e2fsck ethtool "
    "fail2ban-client findmnt firewall-cmd flock free fsck fuser gcore gdb getenforce getent "
    "groupadd groups hostnamectl htop id ionice iostat iotop ipmitool jcmd jmap journalctl jps "
    "jstack jstat killall last launchctl loginctl logger logrotate lsblk lscpu lshw lsmod lsof "
    "lspci ltrace lvcreate lvdisplay lvextend lvreduce lvresize lvs mdadm mkfs mkswap modprobe "
    "mount mpstat nice nmcli nohup nproc nsenter numactl pacman parted partprobe passwd perf pgrep "
    "pidof pidstat pkill pmap ps pstree pvcreate pvs reboot renice resize2fs resolvectl restorecon "
    "rpm runuser sar screen semanage service setenforce setsid shutdown sleep slabtop smartctl "
    "snap ss strace su sudo supervisorctl swapoff swapon sysctl systemctl systemd-analyze "
    "systemd-cgls systemd-run taskset time timedatectl timeout tmux top tune2fs ufw umount uname "
    "update-alternatives uptime useradd userdel usermod vgextend vgs virsh visudo vmstat watch who "
    "whoami xfs_growfs xfs_repair yum zfs zpool zypper borg borgmatic btrfs cryptsetup doveadm "
    "dracut exim grub-install halt init lvremove mkfs.btrfs mkfs.ext3 mkfs.ext4 mkfs.vfat mkfs.xfs "
    "pct postcat postconf poweroff pvecm pveceph pvesh pvesm pvremove pvdisplay qm qmrestore "
    "sfdisk sgdisk update-grub update-initramfs vgremove vgdisplay vgreduce vzdump wipefs wg-quick "
    # network
    "ab arp arping conntrack curl dig drbdadm ftp grpcurl hey host hostname http httpie https "
    "hping3 ifconfig ip iperf iperf3 ipset iptables iptables-save ip6tables k6 lftp mtr nc ncat "
    "netcat netstat networkctl nft ngrep nmap nping nslookup openssl ping ping6 postqueue "
    "postsuper rndc route scp sftp socat ssh ssh-add ssh-agent ssh-copy-id ssh-keygen ssh-keyscan "
    "sshpass systemd-resolve tcpdump telnet tracepath traceroute tshark websocat wg wget whois "
    "wscat wrk "
    # data stores and queues
    "barman bcp beeline cassandra-stress clickhouse-client clusterdb cqlsh createdb createuser "
    "dgmgrl dropdb dropuser elasticsearch etcdctl etcdutl expdp hadoop hdfs impdp influx initdb "
    "kafka-acls kafka-configs kafka-console-consumer kafka-console-producer kafka-consumer-groups "
    "kafka-leader-election kafka-log-dirs kafka-reassign-partitions kafka-topics kcat lsnrctl "
    "mariadb mariadb-dump mongo mongod mongodump mongoexport mongoimport mongorestore mongosh "
    "mongostat mongotop mysql mysqladmin mysqlbinlog mysqlcheck mysqldump nats nodetool patronictl "
    "pg_amcheck pg_basebackup pg_controldata pg_ctl pg_ctlcluster pg_dump pg_dumpall pg_isready "
    "pg_lsclusters pg_receivewal pg_restore pg_rewind pg_upgrade pgbackrest pgbench pgbouncer "
    "pgcli psql rabbitmq-diagnostics rabbitmq-plugins rabbitmq-queues rabbitmqadmin rabbitmqctl "
    "redis-benchmark redis-cli redis-server redis-sentinel reindexdb repmgr rman sqlcmd sqlite3 "
    "sqlplus srvctl vacuumdb valkey-cli wal-g xtrabackup zkCli.sh zkServer.sh ceph rados rbd "
    # clouds, clusters, delivery
    "ansible ansible-inventory ansible-playbook ansible-vault argo argocd aws aws-vault awslogs az "
    "azcopy azd boundary bq buildah calicoctl cdk chamber checkov chef-client cilium consul "
    "copilot cosign crictl ctr docker docker-compose doctl eb ecs-cli eksctl eksup fly flyctl flux "
    "gcloud gh git glab govc grype gsutil hcloud helm helmfile heroku ibmcloud incus istioctl k3d "
    "k3s k9s kind knife kops kubeadm kubectl kubectx kubens kustomize lxc linkerd minikube nerdctl "
    "netlify nixos-rebuild nomad oc oci packer podman pulumi puppet rancher rclone restic salt "
    "salt-call sam saml2aws scw serverless session-manager-plugin skaffold skopeo sls sops stern "
    "syft terraform terragrunt tflint tkn tofu trivy vagrant vault velero vercel virtctl wrangler "
    "amtool logcli promtool mimirtool telegraf newrelic datadog-agent svn hg "
    # languages and builds
    "alembic ant bundle bun cargo celery composer conda dbt deno django-admin dotnet drush elixir "
    "erl flask flyway gem go gradle gunicorn java javac keytool lein liquibase make mix mvn node "
    "npm npx nvm php pip pip3 pipenv pipx pnpm poetry puma pytest python python2 python3 rails "
    "rake rbenv ruby rustup Rscript sbt sidekiq spark-submit tox uv uvicorn uwsgi virtualenv wp "
    "yarn bash dash fish ksh sh zsh apachectl apache2ctl caddy certbot haproxy httpd nginx php-fpm "
    "pm2 traefik varnishadm htpasswd uuidgen gpg age "
    .split()
)  # fmt: skip
# Of these names, the ones that a sentence begins with as easily as a command.
_ENGLISH = frozenset(
    "age alias ant at bind break cat ceph chamber column command consul continue copilot cut "
    "date declare diff disown echo env eval exec exit expand export false file find flask fly "
    "fold free go groups gem halt hash head host hostname http https id incus init install jobs "
    "join kill "
    "kind knife last less let link local locate logger look make mix mongo more mount nats nice "
    "node packer pass paste patch perf pip play poetry printf puppet read rename return rev route "
    "ruby salt sam screen serverless service set shift sleep snap sort source split stat strings "
    "su sync tail tar tee telegraf test time timeout times top touch trap tree true type uniq "
    "unlink up vault view wait watch wget which who write".split()
)
_SENTENCE = frozenset(
    "a an the is are was were be been being to of for and or with that this these those if then "
    "than will would should shall can cannot could must may might your our their its it they we "
    "you has have had not only when where while after before because so as at by from on in into "
    "but also until once which whose".split()
)
_SIGNS = re.compile(r"(?:^|\s)--?[A-Za-z]|[|$=<>{}\\;*~]|\s&&\s|/|\w\.\w|:\d|\w_\w|\+%")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_ASSIGNED = re.compile(r"(?:[A-Za-z_]\w*=(?:\"[^\"]*\"|'[^']*'|\S*)\s+)+")
_ENDS_SENTENCE = re.compile(r"[\w)'\"][.:?!,]$")


def program(word: str) -> str:
    """Give the program that a first word names: no folder, and no `.sh` behind Kafka's."""
    name = word.rpartition("/")[2]
    return name.removesuffix(".sh") if name.startswith("kafka-") else name


def is_program(word: str) -> bool:
    """Tell whether a first word is a program that is known here. Pure."""
    return program(word) in PROGRAMS


def is_sentence(text: str) -> bool:
    """Tell whether words read as a sentence: outside of quotes, words that only sentences have."""
    words = _QUOTED.sub("", text).split()
    joining = sum(word.lower().strip(",.:;()") in _SENTENCE for word in words[1:])
    return joining > 1 or (joining == 1 and len(words) > 2 and not _SIGNS.search(text))


def reads_as_command(text: str) -> bool:
    """Tell whether a line is a known program with its arguments, and no sentence about it. Pure."""
    text = _ASSIGNED.sub("", text.strip())
    first, _, rest = text.partition(" ")
    if first.startswith(("./", "../", "~/")) or re.fullmatch(r"/(?:[\w.-]+/)+[\w.-]+", first):
        return not _ENDS_SENTENCE.search(text) and not is_sentence(text)
    if not is_program(first):
        return False
    last = text.split()[-1]
    if _ENDS_SENTENCE.search(text) and "/" not in last and not _QUOTED.search(last):
        return False
    joining = any(w.lower().strip(",.:;()") in _SENTENCE for w in _QUOTED.sub("", rest).split())
    if program(first) in _ENGLISH:
        return not joining and (_SIGNS.search(rest) is not None or _QUOTED.search(rest) is not None)
    return not joining or (_SIGNS.search(rest) is not None and not is_sentence(text))
