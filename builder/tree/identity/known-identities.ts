import { hostIdentities } from './known/host.ts';
import type { Identity } from './known/identity.ts';
import { remoteAccessIdentities } from './known/remote-access.ts';
import { serviceIdentities } from './known/services.ts';
import { storageIdentities } from './known/storage.ts';

/**
 * Everything known that must differ from host to host. It is taken out of what packages, sources and scripts left, not
 * out of overlays. What has no `firstBoot` is made by its own service when it is missing, or needs an administrator.
 */
export const knownIdentities: Identity[] = [
  ...hostIdentities,
  ...remoteAccessIdentities,
  ...storageIdentities,
  ...serviceIdentities,
];
