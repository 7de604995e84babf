import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { attack } from '../support/trust/attack.ts';
import { falsify, showRoles } from '../support/trust/forge.ts';

const stranger = generateKeyPairSync('ed25519').privateKey;

for (const role of ['channel-alpha', 'releases']) {
  test(`${role} signed by a key that nobody trusts is refused`, () =>
    attack({}, async ({ repository, refuses }) => {
      const text = repository.server.state.roles[role] ?? '';
      const forged = falsify(text, (signed) => (signed.version += 1), [stranger]);
      await showRoles(repository, { [role]: forged });
      await refuses('metadata_invalid', { role });
    }));
}

test('one changed byte in the signed part is refused', () =>
  attack({}, async ({ repository, refuses }) => {
    const text = (repository.server.state.roles['channel-alpha'] ?? '').replace(
      '"version": 4',
      '"version": 5',
    );
    expect(text).not.toBe(repository.server.state.roles['channel-alpha']);
    await showRoles(repository, { 'channel-alpha': text });
    await refuses('metadata_invalid', { role: 'channel-alpha' });
  }));
