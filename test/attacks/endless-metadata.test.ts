import { test } from 'vitest';
import { attack } from '../support/trust/attack.ts';

for (const file of ['2.root.json', 'timestamp.json', '3.snapshot.json', '4.channel-alpha.json']) {
  test(`${file} without an end is cut off`, () =>
    attack({}, async ({ repository, refuses }) => {
      let sent = 0;
      repository.server.intercept = (request, response) => {
        if (!request.url?.endsWith(`/${file}`)) return false;
        const chunk = Buffer.alloc(65_536, ' ');
        const pour = () => {
          while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        };
        response.on('drain', pour);
        pour();
        return true;
      };
      await refuses('answer_too_long');
      if (sent > 64_000_000) throw new Error(`${sent} bytes were taken`);
    }));
}
