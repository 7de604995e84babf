import { join } from 'node:path';
import { test } from 'vitest';
import { runDocument } from './run-document.ts';

const docs = join(import.meta.dirname, '../../docs');

test.each(['quick-start.md'])(
  'what %s says can be typed, and works',
  async (page) => {
    await runDocument(join(docs, page));
  },
  120_000,
);
