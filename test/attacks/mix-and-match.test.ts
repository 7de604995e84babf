import { test } from 'vitest';
import { paths } from '../../protocol/api/publish.ts';
import { attack } from '../support/trust/attack.ts';

for (const [role, shown, old] of [
  ['snapshot', '3.snapshot.json', '2.snapshot.json'],
  ['channel-alpha', '4.channel-alpha.json', '3.channel-alpha.json'],
] as const) {
  test(`an older ${role} in place of the one that was signed together with the rest is refused`, () =>
    attack({}, async ({ repository, refuses }) => {
      const { files } = repository.server;
      const text = files.get(`${paths.metadata}/${old}`);
      if (!text || !files.has(`${paths.metadata}/${shown}`)) throw new Error('the scene changed');
      files.set(`${paths.metadata}/${shown}`, text);
      await refuses('metadata_invalid', { role });
    }));
}
