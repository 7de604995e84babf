import { join } from 'node:path';
import type { Plugin } from 'rolldown';

/** What a checkout bundles when it is needed, by the module that does it; a package has the result in a file instead. */
export const readyMade = {
  'builder/tree/agent/bundle-agent.ts': { name: 'bundleAgent', file: 'agent.json' },
  'update-server/ui/bundle-sources.ts': { name: 'bundleSources', file: 'dashboard.json' },
} as const;

/** Puts in place of those modules one that reads the file beside the bundle: an installed program needs no bundler. */
export function swapForReadyMade(root: string): Plugin {
  const swaps = new Map(
    Object.entries(readyMade).map(([path, { name, file }]) => [join(root, path), textOf(name, file)]),
  );
  return { name: 'ready-made', load: (id) => swaps.get(id) };
}

function textOf(name: string, file: string): string {
  return `import { readFile } from 'node:fs/promises';
export async function ${name}() {
  return JSON.parse(await readFile(new URL('./${file}', import.meta.here), 'utf8'));
}
`;
}
