import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { paths } from '../../protocol/api/publish.ts';
import { parseChannel } from '../../protocol/documents/channel.ts';
import { channelTarget, targetFile } from '../../protocol/documents/trust.ts';
import { attack } from '../support/trust/attack.ts';
import { falsify, readKey, showRoles } from '../support/trust/forge.ts';
import { makeHost } from '../support/trust/host.ts';

test('alpha’s key cannot speak for stable', () =>
  attack({}, async ({ repository }) => {
    const { server } = repository;
    const stable = await makeHost(repository, { channel: 'stable' });
    const alphaFile = [...server.files.keys()].find((path) => path.endsWith('.alpha.json')) ?? '';
    const document = parseChannel(server.files.get(alphaFile)?.toString() ?? '');
    const text = JSON.stringify({ ...document, channel: 'stable' });
    const sha256 = createHash('sha256').update(text).digest('hex');
    const path = channelTarget('tiny', 'stable');
    const name = (signed: Record<string, unknown> & { version: number }) => {
      signed.version += 1;
      (signed.targets as Record<string, unknown>)[path] = {
        length: Buffer.byteLength(text),
        hashes: { sha256 },
      };
    };
    const alpha = await readKey(repository, 'channel-alpha');
    server.files.set(`${paths.targets}/${targetFile(path, sha256)}`, text);
    await showRoles(repository, {
      'channel-alpha': falsify(server.state.roles['channel-alpha'] ?? '', name, [alpha]),
    });
    const refusal = { code: 'metadata_invalid', details: { role: 'channel-stable' } };
    await expect(stable.offer('3', '1')).rejects.toMatchObject(refusal);
    await showRoles(repository, {
      'channel-stable': falsify(server.state.roles['channel-stable'] ?? '', name, [alpha]),
    });
    await expect(stable.offer('3', '1')).rejects.toMatchObject(refusal);
    expect((await stable.cache()) ?? '').not.toContain('"version":"3"');
  }));
