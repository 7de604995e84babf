/** What a host has for its etcd; survives updates. */
export const etcdFolder = '/var/lib/interlock/etcd';

/** The host's own key, which never leaves it. etcd's group reads it. */
export const hostKeyFile = `${etcdFolder}/host.key`;
/** For clients and servers: without a Common Name, which etcd's gateway would refuse. */
export const hostCertificateFile = `${etcdFolder}/host.crt`;
/** The authority of members' client ports and of their clients. */
export const etcdAuthorityFile = `${etcdFolder}/authority.crt`;
/** A member's certificate for other members, by an authority of their own. */
export const peerCertificateFile = `${etcdFolder}/peer.crt`;
/** The authority of members among themselves: a client's certificate makes nobody a member. */
export const peerAuthorityFile = `${etcdFolder}/peer-authority.crt`;
/** Passwords of etcd's users, as far as this host may have them, as JSON by name. Root alone reads it. */
export const etcdUsersFile = `${etcdFolder}/users.json`;
/** What the host is, and the members it knows, as JSON. */
export const etcdStateFile = `${etcdFolder}/state.json`;
/** Environment of etcd.service, on members alone. */
export const memberEnvironmentFile = `${etcdFolder}/member.env`;
/** Environment of `etcdctl` on every host. */
export const clientEnvironmentFile = `${etcdFolder}/client.env`;

/** Where members answer to clients, and to each other. */
export const clientPort = 2379;
/** See `clientPort`. */
export const peerPort = 2380;
