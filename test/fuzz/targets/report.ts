import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { readReports } from '../../../update-server/routes/v1/reports/read-reports.ts';
import { mutateJson } from '../mutate-json.ts';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  corpus() {
    const report = {
      id: 'r'.repeat(12),
      grant: null,
      kind: 'confirmed',
      from: '1',
      version: '2',
      bootId: 'b'.repeat(36),
      at: '2026-11-29T00:00:00Z',
      detail: 'all is well',
    };
    return [Buffer.from(JSON.stringify({ reports: [report, report] }))];
  },
  mutate: mutateJson,
  run(input) {
    let body: unknown;
    try {
      body = JSON.parse(input.toString('utf8'));
    } catch (cause) {
      // the server’s own parser says that
      throw new InterlockError('bad_input', { what: 'body', problem: 'is not valid JSON' }, { cause });
    }
    return readReports(body);
  },
};
