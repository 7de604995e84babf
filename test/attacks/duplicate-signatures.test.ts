import { test } from 'vitest';
import { paths } from '../../protocol/api/publish.ts';
import { attack } from '../support/trust/attack.ts';
import { falsify, readKey, showRoles } from '../support/trust/forge.ts';

test('one key that signs twice is not two keys', () =>
  attack({ threshold: 2 }, async ({ repository, refuses }) => {
    const { server } = repository;
    const one = await readKey(repository, 'root-1');
    const once = falsify(server.state.roles.root ?? '', (signed) => (signed.version = 2), [one]);
    const metadata = JSON.parse(once) as { signatures: { keyid: string; sig: string }[] };
    metadata.signatures.push({ ...metadata.signatures[0]! });
    server.files.set(`${paths.metadata}/2.root.json`, JSON.stringify(metadata));
    await refuses('metadata_invalid', { role: 'root' });
  }));

test('one of two signatures is not enough', () =>
  attack({ threshold: 2 }, async ({ repository, refuses }) => {
    const one = await readKey(repository, 'channel-alpha-1');
    const once = falsify(
      repository.server.state.roles['channel-alpha'] ?? '',
      (signed) => (signed.version += 1),
      [one],
    );
    await showRoles(repository, { 'channel-alpha': once });
    await refuses('metadata_invalid', { role: 'channel-alpha' });
  }));

test('a second signature under a made-up id does not count', () =>
  attack({ threshold: 2 }, async ({ repository, refuses }) => {
    const one = await readKey(repository, 'channel-alpha-1');
    const once = falsify(
      repository.server.state.roles['channel-alpha'] ?? '',
      (signed) => (signed.version += 1),
      [one],
    );
    const metadata = JSON.parse(once) as { signatures: { keyid: string; sig: string }[] };
    metadata.signatures.push({ ...metadata.signatures[0]!, keyid: 'f'.repeat(64) });
    await showRoles(repository, { 'channel-alpha': JSON.stringify(metadata) });
    await refuses('metadata_invalid', { role: 'channel-alpha' });
  }));
