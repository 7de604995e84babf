import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A name and a password for a server. */
export interface Login {
  login: string;
  password: string;
}

/** The login for a URL, where there is one. */
export type LoginFor = (url: string) => Login | undefined;

/** One entry of a netrc file; as with apt, `machine` may hold scheme, port and the start of a path. */
interface Entry extends Login {
  machine: string;
}

/**
 * Logins for mirrors: those written into an address itself (`addresses`), apt's auth.conf and auth.conf.d, and netrc
 * (`NETRC`, else ~/.netrc), the first that fits. An entry without a scheme is for https alone, as in apt.
 */
export async function findLogins(
  addresses: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  etc = '/etc',
): Promise<LoginFor> {
  const parts = join(etc, 'apt/auth.conf.d');
  // apt reads logins from these files only where they exist
  const names = (await readdir(parts).catch(() => [])).filter((name) => name.endsWith('.conf')).sort();
  const files = [
    join(etc, 'apt/auth.conf'),
    ...names.map((name) => join(parts, name)),
    env.NETRC ?? join(env.HOME ?? homedir(), '.netrc'),
  ];
  // a file of logins that this user may not read is not meant for them
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const entries = [...addresses.flatMap(ofAddress), ...texts.flatMap(parseNetrc)];
  return (url) => entries.find(({ machine }) => fits(machine, new URL(url)));
}

function ofAddress(address: string): Entry[] {
  const url = URL.parse(address);
  if (!url?.username) return [];
  const machine = `${url.protocol}//${url.host}${url.pathname}`;
  return [{ machine, login: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }];
}

function parseNetrc(text: string): Entry[] {
  const words = text.replace(/^\s*#.*$/gm, '').split(/\s+/);
  const entries: Entry[] = [];
  for (let index = 0; index < words.length; index++) {
    const [key, value = ''] = [words[index], words[index + 1]];
    const last = entries.at(-1);
    if (key === 'machine') entries.push({ machine: value, login: '', password: '' });
    else if (key === 'login' && last) last.login = value;
    else if (key === 'password' && last) last.password = value;
    else continue;
    index++;
  }
  return entries.filter(({ login }) => login !== '');
}

function fits(machine: string, url: URL): boolean {
  const [, scheme = 'https', host = '', port, path = ''] =
    /^(?:(\w+):\/\/)?([^/:]*)(?::(\d+))?(\/.*)?$/.exec(machine) ?? [];
  const ownPort = url.port || (url.protocol === 'https:' ? '443' : '80');
  return (
    `${scheme}:` === url.protocol &&
    host.toLowerCase() === url.hostname &&
    (port === undefined || port === ownPort) &&
    url.pathname.startsWith(path)
  );
}
