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

/** Joins the agent (or another program beside it) and everything it imports into the one JavaScript file that images carry; says which packages those are. */
export async function bundleAgent(
  input = 'agent/cli/main.ts',
): Promise<{ code: string; packages: BundledPackage[] }> {
  const bundle = await rolldown({
    input,
    cwd: root,
    platform: 'node',
    logLevel: 'silent',
  });
  try {
    const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
    const { code, moduleIds } = output[0];
    return { code, packages: await packagesOf(moduleIds) };
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
