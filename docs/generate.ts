import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderErrors } from './errors.ts';
import { renderImageReference } from './image-reference.ts';
import { renderStates } from './state.ts';

/** The pages that are made from the code's own tables; a test compares them with what is committed. */
export const pages: Record<string, () => string> = {
  'errors.md': renderErrors,
  'image-reference.md': renderImageReference,
  'state.md': renderStates,
};

if (import.meta.main) {
  for (const [name, render] of Object.entries(pages))
    writeFileSync(join(import.meta.dirname, name), render());
}
