import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A package that went into the bundle. */
export interface BundledPackage {
  name: string;
  version: string;
}

/** A program as images carry it. */
export interface BundledAgent {
  /** JavaScript by path beside the program: its own file `agent.js`, and what that loads when it is needed. */
  files: Record<string, string>;
  packages: BundledPackage[];
}

/** Joins the agent (or another program beside it) and everything it imports into few JavaScript files, as each start reads and compiles all that it loads; says which packages are in them. */
export async function bundleAgent(input = 'agent/cli/main.ts'): Promise<BundledAgent> {
  const bundle = await rolldown({
    input: { agent: input },
    cwd: root,
    platform: 'node',
    logLevel: 'silent',
  });
  try {
    const { output } = await bundle.generate({
      format: 'esm',
      entryFileNames: '[name].js',
      // no hash in the name: an update patches a file by the one of the same path
      chunkFileNames: 'agent/[name].js',
    });
    const chunks = output.filter((part) => part.type === 'chunk');
    return {
      files: Object.fromEntries(chunks.map(({ fileName, code }) => [fileName, code])),
      packages: await packagesOf(chunks.flatMap(({ moduleIds }) => moduleIds)),
    };
  } finally {
    await bundle.close();
  }
}

async function packagesOf(files: readonly string[]): Promise<BundledPackage[]> {
  const folders = files.flatMap((file) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  const packages = [...new Set(folders)].toSorted().map(async (folder) => {
    const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    return { name, version };
  });
  return Promise.all(packages);
}
