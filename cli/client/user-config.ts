import { readFileSync, statSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse as parseToml, stringify } from 'smol-toml';
import { type Static, Type } from 'typebox';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { parse, strict } from '../../protocol/schema/schema.ts';
import { syncFolder, writeDurably } from '../../system/files/durable.ts';

/** Defaults for commands, used where neither a flag nor the environment gives a value. */
const UserConfig = strict({
  /** Base URL of the update server. */
  server: Type.Optional(Type.String({ pattern: '^https?://[^\\s]+$' })),
  /** Operator token; sent to that server alone. */
  token: Type.Optional(Type.String({ minLength: 1 })),
  /** PEM file of the authority that signed that server's certificate. */
  ca: Type.Optional(Type.String({ minLength: 1 })),
});
export type UserConfig = Static<typeof UserConfig>;

/** `$XDG_CONFIG_HOME/interlock/config.toml`, or below `~/.config`. */
export function userConfigPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'interlock/config.toml');
}

/** Reads the file, empty when there is none. Throws `config_invalid`, also when others can read its token. */
export function readUserConfig(file = userConfigPath()): UserConfig {
  const values = readToml(file);
  if (!values) return {};
  const config = parse(UserConfig, values, file, 'config_invalid');
  const isShared = (statSync(file).mode & 0o077) !== 0;
  if (config.token && isShared) {
    const problem = `other users can read its token; run: chmod 600 ${file}`;
    throw new InterlockError('config_invalid', { file, problem });
  }
  return config;
}

/** Writes the file for its owner alone; a power cut leaves the old or the new one. */
export async function saveUserConfig(config: UserConfig, file = userConfigPath()): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeDurably(file, stringify(config), 0o600);
}

/** Removes server and token. */
export async function removeUserConfig(file = userConfigPath()): Promise<void> {
  await rm(file, { force: true });
  // the folder may not exist; then there was nothing to remove
  await syncFolder(dirname(file)).catch(() => {});
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
