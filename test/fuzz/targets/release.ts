import { payloadChoice } from '../../../agent/write/payload-choice.ts';
import { superblockOf } from '../../../agent/write/superblock.ts';
import { parseRelease } from '../../../protocol/documents/release.ts';
import { mutateJson } from '../mutate-json.ts';
import type { FuzzTarget } from '../target.ts';

const sha256 = 'a'.repeat(64);
const blob = { size: 4096, sha256 };
const uuid = '00112233-4455-6677-8899-aabbccddeeff';
const payload = { file: 'payload.full', size: 9000, sha256, header: blob, from: null };

export const target: FuzzTarget = {
  corpus() {
    const release = {
      format: 1,
      name: 'tiny',
      version: '1.0',
      arch: 'x86-64',
      created: '2026-11-20T12:00:00Z',
      root: { ...blob, verity: { ...blob, rootHash: sha256, salt: sha256, uuid } },
      boot: blob,
      slots: { root: 1 << 30, verity: 1 << 20 },
      payloads: [
        payload,
        { ...payload, file: 'payload.from-0.9', from: { version: '0.9', rootHash: sha256 } },
      ],
      packagesLock: blob,
      sbom: blob,
      stateCompat: '1.0',
    };
    return [Buffer.from(JSON.stringify(release))];
  },
  mutate: mutateJson,
  run(input) {
    const release = parseRelease(input);
    payloadChoice(release, sha256);
    superblockOf(release);
  },
};
