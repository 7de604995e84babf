import { join } from 'node:path';
import { expect, it } from 'vitest';
import { promtool } from '../../support/promtool.ts';

const rules = join(import.meta.dirname, '../../../update-server/metrics/alerts.yml');

it('the alert rules are sound', async () => {
  const checked = await promtool(['check', 'rules', '--lint=all', '--lint-fatal', rules]);
  expect(checked).toMatchObject({ code: 0, said: expect.stringMatching(/SUCCESS: \d+ rules found/) });
});

it('each alert fires when it should, and not before', async () => {
  const tested = await promtool(['test', 'rules', join(import.meta.dirname, 'alerts-test.yml')]);
  expect(tested).toMatchObject({ code: 0, said: expect.stringContaining('SUCCESS') });
});
