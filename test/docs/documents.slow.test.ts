import { join } from 'node:path';
import { test } from 'vitest';
import { runDocuments } from './run-documents.ts';

const docs = join(import.meta.dirname, '../../docs');

const fleet = ['tutorials/first-fleet.md', 'how-to/access.md', 'how-to/back-up.md', 'reference/api.md'];

test.each([[['quick-start.md']], [fleet]])('what %s says can be typed, and works', async (pages) => {
  await runDocuments(pages.map((page) => join(docs, page)));
});
