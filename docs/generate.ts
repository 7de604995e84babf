import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderArchitecture } from './architecture.ts';
import { renderConnections } from './connections.ts';
import { errorPages } from './errors.ts';
import { imagePages } from './image-reference.ts';
import { manPages } from './man.ts';
import { renderStates } from './state.ts';
import { unitPages } from './units.ts';
import { userDataPages } from './user-data.ts';

/** The pages that are made from the code's own tables; a test compares them with what is committed. */
export const pages: Record<string, () => string> = {
  'explanation/architecture.svg': renderArchitecture,
  'who-talks-to-whom.svg': renderConnections,
  'reference/state.md': renderStates,
  ...errorPages,
  ...imagePages,
  ...manPages,
  ...unitPages,
  ...userDataPages,
};

if (import.meta.main) {
  for (const [name, render] of Object.entries(pages)) {
    const file = join(import.meta.dirname, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, render());
  }
}
