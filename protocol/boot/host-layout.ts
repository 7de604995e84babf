/** Where an image carries what it trusts before it has seen any server. Absolute paths, like all of the image's here. */
export const imageRootFile = '/usr/lib/interlock/root.json';
/** The oldest metadata that the image accepts. */
export const imageFloorFile = '/usr/lib/interlock/trust-floor.json';

/** The agent in an image: its program, and the Node that runs it. */
export const agentFile = '/usr/lib/interlock/agent.js';
/** The Node that runs the agent. */
export const agentNodeFile = '/usr/lib/interlock/node';

/** In an image for machines with a BIOS: boot sector and core image of GRUB, one behind the other. */
export const biosLoaderFile = '/usr/lib/interlock/loader.bios';

/** What stands in front of such an image's core image on a CD. */
export const cdLoaderFile = '/usr/lib/interlock/cdboot.bios';

/** The agent's state on the state partition, which is mounted on /var and survives updates. */
export const agentStateFolder = '/var/lib/interlock/agent';

/** The host's own files of /etc: the upper side of the overlay that the initrd mounts. */
export const ownEtcFolder = '/var/lib/interlock/etc/upper';

/** What agent and initrd leave for each other until the next boot. */
export const runFolder = '/run/interlock';

/** The image's own /etc, as it is below the overlay. */
export const imageEtcFolder = `${runFolder}/image-etc`;

/** What a host adds to the image's users, groups and authorities, kept for every image to come. */
export const hostListsFolder = '/var/lib/interlock/users';

/** The root hash of the image into whose files the host's were merged last. */
export const mergedFile = '/var/lib/interlock/merged';

/** Globs of what names one machine, one a line: a host that becomes another one makes it anew. */
export const identitiesFile = '/usr/lib/interlock/identities';
