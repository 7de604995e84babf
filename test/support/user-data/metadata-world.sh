# A host whose uplink leads to a metadata service, and a container behind it, each in a network namespace. Reads the rules
# of a file of networkd's, and prints who reaches which port before and after: `WHEN WHO ADDRESS PORT yes|no`.
#   metadata-world.sh NODE RULES
set -e
node=$1 rules=$2
ip link set lo up

unshare --net sleep 120 & service=$!
unshare --net sleep 120 & container=$!
trap 'kill $service $container $server 2>/dev/null' EXIT
for process in $service $container; do
    until [ "$(readlink /proc/$process/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
done
in_container() { nsenter --target $container --net "$@"; }

. "$(dirname "$0")/lay-uplink.sh"

ip link add bridge type veth peer name eth0
ip link set eth0 netns $container
ip addr add 172.17.0.1/16 dev bridge
ip addr add fd17::1/64 dev bridge nodad
ip link set bridge up
in_container ip link set lo up
in_container ip link set eth0 up
in_container ip addr add 172.17.0.2/16 dev eth0
in_container ip addr add fd17::2/64 dev eth0 nodad
in_container ip route add default via 172.17.0.1
in_container ip -6 route add default via fd17::1
in_service ip route add 172.17.0.0/16 via 192.0.2.1
in_service ip -6 route add fd17::/64 via 2001:db8::1
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding

pairs=$(sed -n 's/^\(To\|DestinationPort\)=//p' "$rules" | paste - - | grep -v ^fe80)
for to in $(echo "$pairs" | cut -f1 | sort -u); do
    case $to in
    *:*) in_service ip -6 addr add $to dev lo nodad; ip -6 route add $to via 2001:db8::2 ;;
    *) in_service ip addr add $to dev lo; ip route add $to via 192.0.2.2 ;;
    esac
done
in_service "$node" -e '
  for (const port of [80, 53, 32526]) require("node:net").createServer((socket) => socket.end("yes")).listen(port, "::");
  console.log("listening");
' >"$TMPDIR/metadata-world.$$" & server=$!
until [ -s "$TMPDIR/metadata-world.$$" ]; do sleep 0.05; done
rm "$TMPDIR/metadata-world.$$"

# What is prohibited on the way fails only after a while, so all ports are tried at once.
look() {
    tries=
    for to in $(echo "$pairs" | cut -f1 | sort -u); do
        for port in 80 53 32526; do
            address=${to%/*}
            probe="exec 3<>/dev/tcp/$address/$port && head -c 3 <&3"
            { echo "$1 host $address $port $(timeout 2 bash -c "$probe" 2>/dev/null || echo no)"; } & tries="$tries $!"
            { echo "$1 container $address $port $(in_container timeout 2 bash -c "$probe" 2>/dev/null || echo no)"; } & tries="$tries $!"
        done
    done
    wait $tries
}

look before
echo "$pairs" | while read -r to port; do
    case $to in *:*) family=-6 ;; *) family=-4 ;; esac
    ip $family rule add to "$to" ipproto tcp dport "$port" priority 1 prohibit
done
look after
