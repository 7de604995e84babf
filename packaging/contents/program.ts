import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleAgent } from '../../builder/tree/agent/bundle-agent.ts';
import { bundleSources } from '../../update-server/ui/bundle-sources.ts';
import { bundleProgram } from '../bundle/bundle.ts';
import { readyMade } from '../bundle/ready-made.ts';
import { type Entries, type Entry, textFile } from '../deb/entry.ts';
import { trackedFiles } from './sources.ts';

const home = 'usr/lib/interlock';
/** Rooms whose programs read files at run time: everything in them that is no program itself. */
const rooms = ['builder', 'update-server/domain', 'agent/dist', 'protocol', 'system', 'cli'];

/** What lies under /usr/lib/interlock beside Node and packages with native parts: the bundle, and the files it reads. It says of itself which commit it is. */
export async function programFiles(
  root: string,
  external: readonly string[],
  commit: string,
): Promise<Entries> {
  const entries = new Map<string, Entry>();
  const { files } = await bundleProgram(root, external);
  for (const [name, code] of files) {
    const told = name === 'interlock.js' ? `globalThis.INTERLOCK_COMMIT = '${commit}';\n${code}` : code;
    entries.set(`${home}/js/${name}`, textFile(told));
  }
  const made = {
    [readyMade['builder/tree/agent/bundle-agent.ts'].file]: await bundleAgent(),
    [readyMade['update-server/ui/bundle-sources.ts'].file]: await bundleSources(),
  };
  for (const [file, value] of Object.entries(made)) {
    entries.set(`${home}/js/${file}`, textFile(JSON.stringify(value)));
  }
  for (const [path, entry] of trackedFiles(root, rooms)) {
    if (!/\.tsx?$/.test(path)) entries.set(`${home}/${path}`, entry);
  }
  entries.set(`${home}/package.json`, textFile(describePackage(root)));
  entries.set(`${home}/package-lock.json`, textFile(describeNodes(root)));
  return entries;
}

/** What the programs read of package.json, and what tells Node that they are modules. */
function describePackage(root: string): string {
  const { name, version, type } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return `${JSON.stringify({ name, version, type }, null, 2)}\n`;
}

/** What the builder reads of package-lock.json: the Nodes of images, by their sums. */
function describeNodes(root: string): string {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const nodes = Object.entries(packages).filter(([path]) => path.startsWith('node_modules/node-linux-'));
  return `${JSON.stringify({ packages: Object.fromEntries(nodes) }, null, 2)}\n`;
}
