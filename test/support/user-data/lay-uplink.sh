# Sourced: joins this network namespace to the one of process $service, 192.0.2.1 to 192.0.2.2 and 2001:db8::1 to ::2; what
# runs there is called by `in_service`.
in_service() { nsenter --target $service --net "$@"; }
ip link add uplink type veth peer name service
ip link set service netns $service
ip addr add 192.0.2.1/24 dev uplink
ip addr add 2001:db8::1/64 dev uplink nodad
ip link set uplink up
in_service ip link set lo up
in_service ip link set service up
in_service ip addr add 192.0.2.2/24 dev service
in_service ip addr add 2001:db8::2/64 dev service nodad
