import { readFileSync, statSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse as parseToml, stringify } from 'smol-toml';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { patterns } from '../../protocol/schema/patterns.ts';
import { suggest } from '../../protocol/text/suggest.ts';
import { syncFolder, writeDurably } from '../../system/files/durable.ts';

/** How to reach one server, used where neither a flag nor the environment says it. */
export interface Profile {
  /** Base URL of the update server. */
  server?: string;
  /** Operator token; sent to that server alone. */
  token?: string;
  /** PEM file of the authority that signed that server's certificate. */
  ca?: string;
}

/** The servers that a person has logged in to, by their names, and the one that is meant when none is named. */
export interface UserConfig {
  current: string;
  profiles: Record<string, Profile>;
}

/** The name of the profile when nobody has given one. */
export const defaultProfile = 'default';

/** `$XDG_CONFIG_HOME/interlock/config.toml`, or below `~/.config`. */
export function userConfigPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'interlock/config.toml');
}

/** Reads the file, empty when there is none. Throws `config_invalid`, also when others can read its tokens. */
export function readUserConfig(file = userConfigPath()): UserConfig {
  const values = readToml(file);
  if (!values) return { current: defaultProfile, profiles: {} };
  const { current, profiles: all } = checkConfig(values, file);
  const isShared = (statSync(file).mode & 0o077) !== 0;
  if (isShared && Object.values(all).some(({ token }) => token)) {
    const problem = `other users can read its token; run: chmod 600 ${file}`;
    throw new InterlockError('config_invalid', { file, problem });
  }
  return { current: current ?? Object.keys(all)[0] ?? defaultProfile, profiles: all };
}

/** The profile that `INTERLOCK_PROFILE` names, or the current one; empty when nobody has logged in. Throws `usage` for a name that is none. */
export function chosenProfile({ current, profiles }: UserConfig, env: NodeJS.ProcessEnv): Profile {
  const named = env.INTERLOCK_PROFILE || undefined;
  if (named !== undefined) requireProfile(profiles, named);
  return profiles[named ?? current] ?? {};
}

/** Throws `usage` with the profile that was probably meant. */
export function requireProfile(profiles: UserConfig['profiles'], name: string): void {
  if (Object.hasOwn(profiles, name)) return;
  const known = Object.keys(profiles);
  const meant = suggest(name, known);
  const hint = meant
    ? `did you mean ${meant}?`
    : known.length > 0
      ? `there are ${known.join(', ')}`
      : 'there is none';
  throw new InterlockError('usage', {
    problem: `no profile ${name}; ${hint} (to add it: interlock login --name ${name} --server URL)`,
  });
}

/** Writes the file for its owner alone; a power cut leaves the old or the new one. Without profiles there is no file. */
export async function saveUserConfig(config: UserConfig, file = userConfigPath()): Promise<void> {
  if (Object.keys(config.profiles).length === 0) {
    await rm(file, { force: true });
    // the folder may not exist; then there was nothing to remove
    return syncFolder(dirname(file)).catch(() => {});
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeDurably(file, stringify({ ...config }), 0o600);
}

/** A server at the top of the file is the profile `default`, as earlier versions wrote it. By hand: the schema library is half of what a command takes to start. */
function checkConfig(
  { current, profiles = {}, ...old }: Record<string, unknown>,
  file: string,
): { current: string | undefined; profiles: Record<string, Profile> } {
  const refuse = (problem: string) => new InterlockError('config_invalid', { file, problem });
  const isWord = (name: unknown) => typeof name === 'string' && new RegExp(patterns.word).test(name);
  if (current !== undefined && !isWord(current)) throw refuse('current is not the name of a profile');
  if (typeof profiles !== 'object' || Array.isArray(profiles)) throw refuse('profiles is not a table');
  const all = { ...(Object.keys(old).length > 0 ? { [defaultProfile]: old } : {}), ...profiles };
  for (const [name, values] of Object.entries(all as Record<string, Record<string, unknown>>)) {
    const at = values === old ? '' : `profiles/${name}/`;
    if (!isWord(name) || typeof values !== 'object') throw refuse(`profiles/${name} is no profile`);
    for (const [key, value] of Object.entries(values)) {
      if (!['server', 'token', 'ca'].includes(key)) throw refuse(`unknown key ${at}${key}`);
      if (typeof value !== 'string' || value === '') throw refuse(`${at}${key} is not a text, in quotes`);
      if (key === 'server' && !/^https?:\/\/\S+$/.test(value))
        throw refuse(`${at}server is no URL of a server`);
    }
  }
  return { current: current as string | undefined, profiles: all as Record<string, Profile> };
}

function readToml(file: string): Record<string, unknown> | undefined {
  try {
    return parseToml(readFileSync(file, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const problem = (cause as Error).message.split('\n')[0] ?? '';
    throw new InterlockError('config_invalid', { file, problem }, { cause });
  }
}
