import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { paths } from '../../protocol/api/publish.ts';
import { attack, type Scene } from '../support/trust/attack.ts';
import { falsify, readKey, remember, showRoles } from '../support/trust/forge.ts';

function releasePath({ repository }: Scene): string {
  const found = [...repository.server.files.keys()].find((path) =>
    path.startsWith(`${paths.targets}/tiny/3/`),
  );
  return found ?? '';
}

test('a release.json of the same length with another root hash is refused; nothing else is lost', () =>
  attack({}, async (scene) => {
    const { host, repository } = scene;
    const makeHonest = remember(repository);
    const text = repository.server.files.get(releasePath(scene))?.toString() ?? '';
    const { rootHash } = JSON.parse(text).root.verity;
    repository.server.files.set(releasePath(scene), text.replaceAll(rootHash, 'f'.repeat(64)));
    await expect(host.offer('3', '1')).rejects.toMatchObject({ code: 'metadata_invalid' });
    makeHonest();
    expect(await host.offer('3', '1')).toMatchObject({ version: '3', rootHash });
  }));

test('an endless release.json is cut off at its signed length', () =>
  attack({}, async (scene) => {
    scene.repository.server.files.set(releasePath(scene), Buffer.alloc(4_000_000, 'x'));
    await expect(scene.host.offer('3', '1')).rejects.toMatchObject({ code: 'answer_too_long' });
  }));

test('a release that the releases key signed a second time under the same version is not what the channel names', () =>
  attack({}, async ({ repository, host }) => {
    const { server } = repository;
    const path = [...server.files.keys()].find((file) => file.startsWith(`${paths.targets}/tiny/2/`)) ?? '';
    const other = server.files.get(path)?.toString().replace('"version": "2"', '"version": "3"') ?? '';
    const sha256 = createHash('sha256').update(other).digest('hex');
    const releases = falsify(
      server.state.roles.releases ?? '',
      (signed) => {
        signed.version += 1;
        const targets = signed.targets as Record<string, unknown>;
        targets['tiny/3/x86-64/release.json'] = { length: Buffer.byteLength(other), hashes: { sha256 } };
      },
      [await readKey(repository, 'releases')],
    );
    await showRoles(repository, { releases });
    server.files.set(`${paths.targets}/tiny/3/x86-64/${sha256}.release.json`, other);
    await expect(host.offer('3', '1')).rejects.toMatchObject({
      code: 'metadata_invalid',
      details: { role: 'releases' },
    });
  }));
