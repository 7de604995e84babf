import { join } from 'node:path';
import { test } from 'vitest';
import { runDocuments } from './run-documents.ts';

const docs = join(import.meta.dirname, '../../docs');

const fleet = [
  'tutorials/first-fleet.md',
  'how-to/access.md',
  'how-to/enroll-hosts.md',
  'how-to/why-a-host-waits.md',
  'how-to/stop-a-bad-release.md',
  'how-to/renew-keys.md',
  'troubleshooting.md',
  'how-to/back-up.md',
  'how-to/form-an-etcd.md',
  'how-to/etcd-from-user-data.md',
  'reference/api.md',
];

test.each([[['quick-start.md']], [fleet]])('what %s says can be typed, and works', async (pages) => {
  await runDocuments(pages.map((page) => join(docs, page)));
});
