import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asInterlockError, type InterlockError } from '../../protocol/errors/interlock-error.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { checkFolders } from './check-folders.ts';
import { type Fragment, readFragment, readFragments } from './fragments.ts';
import type { Paths } from './paths.ts';
import { checkInputs, type Merged, mergeInputs, readInputs, type Settings, settingsOf } from './settings.ts';

/** What the agent goes by, and what is wrong with today's configuration, if something is. */
export interface KnownSettings {
  settings: Settings;
  problem: InterlockError | null;
  /** Keeps them for a day when the files are wrong; nothing when they are. */
  keep(): Promise<void>;
}

/**
 * Today's configuration. When it is wrong, the last that was right stands in: a typo stops new updates, and neither the
 * confirming of a healthy slot nor giving its place back. Without a last one, what can be read of today's does, and no
 * server is asked.
 */
export async function readKnownSettings(paths: Paths): Promise<KnownSettings> {
  try {
    const merged = await readInputs(paths);
    const settings = settingsOf(merged);
    await checkFolders(paths.etc);
    return { settings, problem: null, keep: () => keep(paths, merged) };
  } catch (error) {
    const settings = (await lastSettings(paths)) ?? (await restOfSettings(paths));
    return { settings, problem: asInterlockError(error), keep: async () => {} };
  }
}

function fileOf({ state }: Pick<Paths, 'state'>): string {
  return join(state, 'settings.json');
}

/** It may hold a password, as the files it comes from. */
async function keep(paths: Paths, { inputs, fragments }: Merged): Promise<void> {
  // newer keys stand beside the rest: after a fall back, an agent that does not know them still finds settings it can go by
  const { labels, window, tasks, etcd, ...others } = inputs;
  const sources = fragments.map(({ file }) => file);
  const text = `${JSON.stringify({ inputs: others, labels, window, tasks, etcd, sources }, null, 1)}\n`;
  // none yet, or one that cannot be read: it is written anew
  const before = await readFile(fileOf(paths), 'utf8').catch(() => '');
  if (text !== before) await writeDurably(fileOf(paths), text, 0o600);
}

async function lastSettings(paths: Paths): Promise<Settings | null> {
  const file = fileOf(paths);
  try {
    const { inputs: others, sources, ...newer } = JSON.parse(await readFile(file, 'utf8'));
    const inputs = { ...others, ...newer };
    checkInputs(inputs, file);
    return { ...settingsOf(mergeInputs(paths, [{ file, values: inputs }])), sources };
  } catch {
    // the caller falls back to what can be read of today's files, and reports the problem with those
    return null;
  }
}

async function restOfSettings(paths: Paths): Promise<Settings> {
  // a folder that cannot be read has no fragments; the caller reports why
  const fragments = await readFragments(paths, readable).catch(() => []);
  const alone = (some: Fragment[]) => ({ ...settingsOf(mergeInputs(paths, some)), server: null });
  try {
    return alone(fragments);
  } catch {
    // the files contradict each other, which the caller reports: the defaults are left
    return alone([]);
  }
}

async function readable(file: string): Promise<Fragment | null> {
  try {
    const fragment = await readFragment(file);
    checkInputs(fragment.values, file);
    return fragment;
  } catch {
    // the file with the problem that the caller reports
    return null;
  }
}
