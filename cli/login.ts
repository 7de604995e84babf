import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { line } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { readError } from '../system/files/read-error.ts';
import { askSecret } from '../system/terminal/secret.ts';
import { addServerOptions, type ClientOptions, createClient, findServer } from './client/client.ts';
import { saveUserConfig, userConfigPath } from './client/user-config.ts';

type Flags = ClientOptions & { tokenFile?: string };

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
      'interlock login --server http://127.0.0.1:8080 --token-file admin.token',
    ),
  )
    .option('--token-file <file>', 'read the token from a file, or from standard input (-); default: ask')
    .action(answer(login));
}

async function login(flags: Flags) {
  const { server, ca } = findServer(flags);
  if (!server)
    throw new InterlockError('usage', { problem: 'no server: give --server or set INTERLOCK_SERVER' });
  const token = flags.token ?? (await readToken(flags.tokenFile));
  if (!token)
    throw new InterlockError('usage', { problem: 'no token: type it, or give --token or --token-file' });
  const { id, role, name } = await createClient({ server, token, ca }).get<Session>('v1/session');
  await saveUserConfig({ server, token, ...(ca ? { ca: resolve(ca) } : {}) });
  const file = userConfigPath();
  const text = line`logged in to ${server} as ${role}${name ? ` (${name})` : ''}; saved in ${file}`;
  return { text, data: { server, id, role, name, file } };
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
