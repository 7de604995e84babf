import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { problemOf, Word } from '../protocol/schema/schema.ts';
import { line } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { readError } from '../system/files/read-error.ts';
import { confirm } from '../system/terminal/confirm.ts';
import { askSecret } from '../system/terminal/secret.ts';
import { addServerOptions, type ClientOptions, createClient, findServer } from './client/client.ts';
import {
  defaultProfile,
  readUserConfig,
  saveUserConfig,
  type UserConfig,
  userConfigPath,
} from './client/user-config.ts';

type Flags = ClientOptions & { tokenFile?: string; name?: string; yes?: boolean };

/** A token's role and name, from the server. */
interface Session {
  id: string;
  role: string;
  name: string;
}

/** Adds `interlock login`: checks a token and saves it for later commands. */
export function addLogin(program: Command): void {
  addServerOptions(
    verb(
      program,
      'login',
      'Check a token and save it, with the server, for later commands',
      'interlock login --server https://updates.example.org',
      'interlock login --name prod --server https://updates.example.org',
      'interlock login --server http://127.0.0.1:8080 --token-file admin.token',
    ),
  )
    .option('--name <name>', 'profile to save it as, for several servers (default: default)')
    .option('--yes', 'replace the server that this profile has')
    .option('--token-file <file>', 'read the token from a file, or from standard input (-); default: ask')
    .action(answer(login));
}

async function login(flags: Flags) {
  const saved = readUserConfig();
  const isKnown = flags.name !== undefined && Object.hasOwn(saved.profiles, flags.name);
  const env = isKnown ? { ...process.env, INTERLOCK_PROFILE: flags.name } : process.env;
  const { server, ca } = findServer(flags, env);
  if (!server)
    throw new InterlockError('usage', { problem: 'no server: give --server or set INTERLOCK_SERVER' });
  const name = profileNameOf(flags, saved, server);
  const other = saved.profiles[name]?.server;
  if (other !== undefined && other !== server) {
    const loss = `profile ${name} is ${other} and would become ${server}; to keep both: interlock login --name NAME --server ${server}`;
    await confirm(flags.yes, loss);
  }
  const token = flags.token ?? (await readToken(flags.tokenFile));
  if (!token)
    throw new InterlockError('usage', { problem: 'no token: type it, or give --token or --token-file' });
  const { id, role, name: owner } = await createClient({ server, token, ca }).get<Session>('v1/session');
  const profile = { server, token, ...(ca ? { ca: resolve(ca) } : {}) };
  await saveUserConfig({ current: name, profiles: { ...saved.profiles, [name]: profile } });
  const file = userConfigPath();
  const who = `${role}${owner ? ` (${owner})` : ''}`;
  const isOther = saved.current !== name && Object.hasOwn(saved.profiles, saved.current);
  const now = isOther ? `; it is used from now on, in place of ${saved.current}` : '';
  const text = line`logged in to ${server} as ${who}; saved as profile ${name} in ${file}${now}`;
  return { text, data: { server, id, role, name: owner, profile: name, file } };
}

/** The name that was given; else the one under which this server is known; else `default`. */
function profileNameOf({ name }: Flags, { profiles }: UserConfig, server: string): string {
  const problem = name === undefined ? undefined : problemOf(Word, name);
  if (problem) throw new InterlockError('usage', { problem: `--name ${name}: ${problem}` });
  const known = Object.keys(profiles).find((each) => profiles[each]?.server === server);
  return name ?? (process.env.INTERLOCK_PROFILE || known || defaultProfile);
}

async function readToken(file: string | undefined): Promise<string> {
  if (file !== undefined && file !== '-') {
    const text = await readFile(file, 'utf8').catch((cause) => {
      throw readError(file, cause);
    });
    return text.trim();
  }
  if (file === undefined && process.stdin.isTTY) return askSecret('Token: ');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8').trim();
}
