/** What a server acknowledged to one host. */
export interface HostFacts {
  id: string;
  credential: string;
  grants: Set<string>;
  reports: Set<string>;
}

/** What a server acknowledged; nothing of it may ever be lost or doubled. */
export interface Facts {
  hosts: Set<HostFacts>;
  /** Secrets by the tokens' ids. */
  tokens: Map<string, string>;
  /** SHA-256 of the payload by the version it was published with. */
  releases: Map<string, string>;
  /** Of the channel, which grows with each change of it. */
  serial: number;
}

/** No facts yet. */
export function noFacts(): Facts {
  return { hosts: new Set(), tokens: new Map(), releases: new Map(), serial: 0 };
}

/** How many there are of each kind. */
export function countFacts({ hosts, tokens, releases, serial }: Facts) {
  const sum = (of: (host: HostFacts) => number) => [...hosts].reduce((total, host) => total + of(host), 0);
  return {
    hosts: hosts.size,
    grants: sum(({ grants }) => grants.size),
    reports: sum(({ reports }) => reports.size),
    tokens: tokens.size,
    releases: releases.size,
    serial,
  };
}
