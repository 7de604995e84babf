/** Sources of user-data that are read before there is a network. */
export const localSources = ['fw-cfg', 'smbios', 'guestinfo', 'config-drive', 'no-cloud', 'ovf'] as const;

/** Sources that are asked over the network. */
export const networkSources = [
  'ec2',
  'gce',
  'azure',
  'openstack',
  'digitalocean',
  'hetzner',
  'vultr',
  'scaleway',
  'no-cloud-net',
] as const;

/** Where user-data comes from. */
export type SourceName = (typeof localSources)[number] | (typeof networkSources)[number];
