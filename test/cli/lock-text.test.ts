import { expect, it } from 'vitest';
import { formatLock } from '../../cli/format/lock-text.ts';

it('a lock in a pipe is shown with whole boots and releases', () => {
  const release = 'a'.repeat(64);
  const boot = '5b6f0d3c-2fa1-41d2-883f-0016d3cca427';
  const holder = { host: 'web-1', boot, nonce: '1'.repeat(32), since: '2026-01-01T00:00:00Z', release };
  const text = formatLock({
    format: 1,
    slots: 2,
    holders: [holder],
    releases: { [release]: { ok: 1, failed: { 'web-2': 'panic' } } },
  });
  expect(text).toMatch(/^1 of 2 places held\n\nHOST /);
  expect(text).toContain(`${boot}  ${release}`);
  expect(text).toMatch(new RegExp(`${release} +1 +web-2: panic +\\w+$`));
});
