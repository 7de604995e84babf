import { acceptOffer, nextHop, parseChannel } from '../../../protocol/documents/channel.ts';
import { mutateJson } from '../mutate-json.ts';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  corpus() {
    const named = (version: string) => ({ version, releases: { 'x86-64': 'a'.repeat(64) } });
    const document = {
      format: 1,
      name: 'tiny',
      channel: 'stable',
      serial: 7,
      head: named('3'),
      heads: [named('1'), named('2')],
      floors: [named('2')],
      minimum: '1',
      blocked: [{ version: '2.5', reason: 'it hangs' }],
      withdrawn: [{ version: '4', to: '3', reason: 'it loses data' }],
    };
    return [Buffer.from(JSON.stringify(document))];
  },
  mutate: mutateJson,
  run(input) {
    const channel = parseChannel(input);
    for (const running of ['1', '2', '3', '4', '9']) {
      nextHop(channel, running, 'x86-64');
    }
    acceptOffer(channel, '2', 'x86-64', '3');
  },
};
