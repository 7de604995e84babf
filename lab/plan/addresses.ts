/** Hosts that one network of a lab has addresses for, and far more than a machine has memory for. */
export const mostHosts = 32;

/** The names of a lab's hosts: n1, n2, … */
export function hostNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `n${index + 1}`);
}

/** Where QEMU's own network shows the loopback interface of this machine to its guest. */
export const outsideAddress = '10.0.2.2';

/** Length of the prefix of the network among the hosts. */
export const prefixLength = 24;

/** The address of a host on the network among them. */
export function addressOf(name: string): string {
  return `10.77.0.${10 + numberOf(name)}`;
}

/** The network cards of a host: one to the others, one out. */
export function cardsOf(name: string): { lab: string; out: string } {
  const number = numberOf(name).toString(16).padStart(2, '0');
  return { lab: `52:54:00:77:00:${number}`, out: `52:54:00:77:01:${number}` };
}

/** 1 for n1. */
export function numberOf(name: string): number {
  return Number(name.slice(1));
}

/** `/etc/hosts` of every host: all names of the lab, and what Debian has in it. */
export function hostsFile(names: readonly string[]): string {
  const own = ['127.0.0.1 localhost', '::1 localhost ip6-localhost ip6-loopback'];
  return [...own, ...names.map((name) => `${addressOf(name)} ${name}`), ''].join('\n');
}
