"""Names of programs and builtins that a line of a shell block may begin with. Knows no effects."""

PROGRAMS = frozenset(
    # builtins
    ": . alias bg break cd command continue declare dirs echo eval exec exit export false fg "
    "getopts hash jobs kill let local mapfile popd printf pushd pwd read readarray readonly return "
    "set shift shopt source test times trap true type typeset ulimit umask unalias unset wait "
    # files and text
    "awk base64 basename bzip2 cat chgrp chmod chown cmp column comm cp cut date dd df diff "
    "dirname du egrep env expr fgrep file find fmt fold gawk grep gunzip gzip head install join jq "
    "less ln ls md5sum mkdir mktemp more mv nl od paste patch perl realpath rg rm rmdir rsync sed "
    "seq sha256sum shred sort split stat strings sync tac tail tar tee touch tr tree truncate "
    "uniq unzip vi vim wc xargs xz yq zcat zip "
    # machines and processes
    "apt apt-get at brew crontab dmesg dpkg free fuser htop iostat journalctl killall launchctl "
    "lsblk lscpu lsof mount nice nohup nproc pgrep pkill ps reboot renice rpm screen service "
    "shutdown sleep ss ssh-copy-id strace su sudo sysctl systemctl time timeout tmux top umount "
    "uname uptime useradd vmstat watch who whoami yum dnf dpkg "
    # network
    "ab arp curl dig ftp hey host hostname http https ifconfig ip iptables k6 mtr nc ncat netstat "
    "nmap nslookup openssl ping route scp sftp ssh tcpdump telnet traceroute wget whois wrk "
    # data stores and queues
    "clickhouse-client cqlsh createdb dropdb elasticsearch etcdctl influx kafka-configs.sh "
    "kafka-console-consumer.sh kafka-console-producer.sh kafka-consumer-groups.sh kafka-topics.sh "
    "kcat mongo mongosh mysql mysqldump nats pg_basebackup pg_dump pg_dumpall pg_isready "
    "pg_restore pgbench psql rabbitmqctl redis-benchmark redis-cli redis-server sqlcmd sqlite3 "
    "valkey-cli vacuumdb reindexdb "
    # clouds, clusters, delivery
    "aws az doctl eksctl flyctl gcloud gsutil heroku ibmcloud oci ansible argocd "
    "ansible-playbook cdk consul copilot crictl docker docker-compose ecs-cli flux gh "
    "git glab helm helmfile istioctl k9s kubectl kubectx kubens kustomize linkerd minikube nomad "
    "nixos-rebuild packer podman pulumi sam serverless skaffold sops terraform terragrunt tofu "
    "vagrant vault velero "
    # languages and builds
    "alembic bundle bun cargo composer conda deno django-admin dotnet flask flyway go gradle java "
    "javac liquibase make mvn node npm npx php pip pip3 pipenv pnpm poetry pytest python python3 "
    "rails rake ruby Rscript uv uvicorn yarn bash dash fish ksh sh zsh "
    "nginx apachectl haproxy certbot supervisorctl pm2 gunicorn celery uuidgen gpg ssh-keygen "
    "age htpasswd "
    .split()
)  # fmt: skip
