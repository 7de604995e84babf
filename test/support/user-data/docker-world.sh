# A host of Docker whose uplink leads to metadata services, in a network namespace. Reads the rules of a file of networkd's, and
# prints who reaches what while they stand, or not: `WHEN WHO ADDRESS PORT yes|no`.
#   docker-world.sh NODE RULES FOLDER TOOLS
set -e
node=$1 rules=$2 folder=$3 tools=$4
PATH=$tools/dockerd/usr/sbin:$tools/dockerd/usr/bin:$tools/containerd/usr/bin:$tools/runc/usr/sbin:$PATH:/usr/sbin:/sbin
export PATH DOCKER_HOST=unix://$folder/docker.sock DOCKER_CONFIG=$folder
ip link set lo up
mount -t tmpfs run /run

unshare --net sleep 600 & service=$!
server= docker=
trap 'kill $docker $service $server 2>/dev/null; wait' EXIT
until [ "$(readlink /proc/$service/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
. "$(dirname "$0")/lay-uplink.sh"
in_service ip -6 route add fd17::/64 via 2001:db8::1
ip route add default via 192.0.2.2
ip -6 route add default via 2001:db8::2
in_service ip addr add 169.254.169.254/32 dev lo
in_service ip -6 addr add fd00:ec2::254/128 dev lo nodad
in_service "$node" -e '
  for (const port of [80, 53]) require("node:net").createServer((socket) => socket.end("yes")).listen(port, "::");
  console.log("listening");
' >"$folder/listening" & server=$!
until [ -s "$folder/listening" ]; do sleep 0.05; done

start_docker() {
    dockerd --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/pid" --host "$DOCKER_HOST" \
        --storage-driver vfs --ipv6 --fixed-cidr-v6 fd17::/64 --experimental --ip6tables >>"$folder/log" 2>&1 & docker=$!
    for _ in $(seq 600); do docker version >/dev/null 2>&1 && return; sleep 0.2; done
    tail -5 "$folder/log" >&2
    return 1
}
stop_docker() {
    kill $docker
    wait $docker || :
}
rules() {
    sed -n 's/^\(To\|DestinationPort\)=//p' "$rules" | paste - - | while read -r to port; do
        case $to in *:*) family=-6 ;; *) family=-4 ;; esac
        ip $family rule $1 to "$to" ipproto tcp dport "$port" priority 1 prohibit
    done
}

# An image of the shell alone.
make_image() {
    shell=$(command -v busybox)
    mkdir -p "$folder/image/bin"
    for file in "$shell" $(ldd "$shell" | grep -o '/[^ ]*'); do
        mkdir -p "$folder/image${file%/*}"
        cp -L "$file" "$folder/image$file"
    done
    for name in sh busybox; do cp "$shell" "$folder/image/bin/$name"; done
    tar -C "$folder/image" -c . | docker import - shell >/dev/null
}

# What is prohibited on the way fails only after a while, so all are asked at once.
ask='for to in 169.254.169.254 fd00:ec2::254; do for port in 80 53; do
    { echo "$1 $to $port $(busybox nc -w 3 $to $port </dev/null 2>/dev/null | busybox grep yes || echo no)"; } &
done; done; wait'
look() {
    busybox sh -c "$ask" - "$1 host"
    setpriv --reuid=65534 --regid=65534 --clear-groups busybox sh -c "$ask" - "$1 user"
    docker run --rm shell sh -c "$ask" - "$1 container"
    docker run --rm --network host shell sh -c "$ask" - "$1 host-network"
}

start_docker
make_image
look open
rules add
look shut
stop_docker
start_docker
look restarted
iptables -F FORWARD
ip6tables -F FORWARD
iptables -P FORWARD ACCEPT
ip6tables -P FORWARD ACCEPT
look flushed
rules del
look opened
stop_docker
