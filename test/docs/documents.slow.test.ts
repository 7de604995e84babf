import { join } from 'node:path';
import { test } from 'vitest';
import { runDocuments } from './run-documents.ts';

const docs = join(import.meta.dirname, '../../docs');

test.each([[['quick-start.md']], [['operating.md', 'api.md']]])(
  'what %s says can be typed, and works',
  async (pages) => {
    await runDocuments(pages.map((page) => join(docs, page)));
  },
);
