import { readFileSync, statSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse as parseToml, stringify } from 'smol-toml';
import { type Static, Type } from 'typebox';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { parse, strict, Word } from '../../protocol/schema/schema.ts';
import { suggest } from '../../protocol/text/suggest.ts';
import { syncFolder, writeDurably } from '../../system/files/durable.ts';

const profileFields = {
  /** Base URL of the update server. */
  server: Type.Optional(Type.String({ pattern: '^https?://[^\\s]+$' })),
  /** Operator token; sent to that server alone. */
  token: Type.Optional(Type.String({ minLength: 1 })),
  /** PEM file of the authority that signed that server's certificate. */
  ca: Type.Optional(Type.String({ minLength: 1 })),
};
/** How to reach one server, used where neither a flag nor the environment says it. */
const Profile = strict(profileFields);
export type Profile = Static<typeof Profile>;

/** The file; a server at its top is the profile `default`, as earlier versions wrote it. */
const UserConfig = strict({
  ...profileFields,
  current: Type.Optional(Word),
  profiles: Type.Optional(Type.Record(Word, Profile)),
});

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
  const { current, profiles = {}, ...old } = parse(UserConfig, values, file, 'config_invalid');
  const all = { ...(old.server === undefined ? {} : { [defaultProfile]: old }), ...profiles };
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

function readToml(file: string): Record<string, unknown> | undefined {
  try {
    return parseToml(readFileSync(file, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const problem = (cause as Error).message.split('\n')[0] ?? '';
    throw new InterlockError('config_invalid', { file, problem }, { cause });
  }
}
