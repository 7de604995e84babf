import { generateKeyPairSync } from 'node:crypto';
import { newerRoot } from '../../../agent/trust/image-trust.ts';
import { firstMetadata } from '../../../builder/keys/first-metadata.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { parseRoot, parseTargets } from '../../../system/tuf/parse-role.ts';
import { parseSnapshot } from '../../../update-server/domain/tuf/sign-online.ts';
import { mutateJson } from '../mutate-json.ts';
import type { FuzzTarget } from '../target.ts';

const roles = ['root', 'targets', 'snapshot', 'timestamp', 'releases', 'channel-stable'];

export const target: FuzzTarget = {
  corpus() {
    const keys = Object.fromEntries(roles.map((role) => [role, [generateKeyPairSync('ed25519').privateKey]]));
    const made = firstMetadata(keys as never, 1, ['stable'], new Date());
    return Object.values(made).map((text) => Buffer.from(text));
  },
  mutate: mutateJson,
  run(input) {
    const text = input.toString('utf8');
    newerRoot('{}', text);
    const readers = [parseRoot, (given: string) => parseTargets('releases', given), parseSnapshot];
    for (const read of readers) {
      try {
        read(text);
      } catch (error) {
        if (!(error instanceof InterlockError) || error.code === 'internal') throw error;
      }
    }
  },
};
