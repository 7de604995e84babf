import { print } from '../../system/terminal/print.ts';
import { createClient, findServer } from '../client/client.ts';
import { cached } from './cache.ts';
import { type Found, findLocally, findOnServer } from './find-words.ts';
import { type Kind, kinds } from './kind-of.ts';

/** Nobody waits longer for a word than it takes to type it. */
const patienceMs = 900;
const most = 500;
/** Hosts choose their names, and a shell could run what is in them: other words are not offered. */
const safe = /^[\w.:+~@%^-]+$/;

/**
 * What a shell asks while a line is typed: `interlock __complete KIND -- WORDS`. Prints the words that fit, each with what it
 * is behind a tab. Whatever goes wrong is silence: nobody has asked for an error yet.
 */
export async function complete([kind = '', , ...words]: readonly string[]): Promise<void> {
  const out = setTimeout(() => process.exit(0), patienceMs);
  try {
    const typed = words.at(-1) ?? '';
    const wanted = kinds.filter((each) => kind.split(',').includes(each));
    const found = (await Promise.all(wanted.map((each) => find(each, words, typed)))).flat();
    const about = new Map(found.toReversed());
    const fitting = [...new Map([...about].toReversed())].filter(
      ([word]) => word.startsWith(typed) && safe.test(word),
    );
    for (const [word, text] of fitting.slice(0, most)) print(`${word}\t${text.replaceAll(/\s+/g, ' ')}`);
  } catch {
    // no server, no right, no network: nothing to offer
  } finally {
    clearTimeout(out);
  }
  process.exit(0);
}

async function find(kind: Kind, words: readonly string[], typed: string): Promise<Found[]> {
  const local = findLocally(kind);
  if (local) return local;
  const profile = flagIn('--profile', words);
  const env = profile
    ? { HOME: process.env.HOME, XDG_CONFIG_HOME: process.env.XDG_CONFIG_HOME, INTERLOCK_PROFILE: profile }
    : process.env;
  const server = findServer(
    { server: flagIn('--server', words), token: flagIn('--token', words), ca: flagIn('--ca', words) },
    env,
  );
  const narrowed = kind === 'host' ? typed : '';
  return cached([server.server, server.token, kind, narrowed], () =>
    findOnServer(kind as Exclude<Kind, 'profile' | 'policy'>, createClient(server), narrowed),
  );
}

/** The value of a flag in a line that nobody has parsed yet. */
function flagIn(flag: string, words: readonly string[]): string | undefined {
  const joined = words.find((word) => word.startsWith(`${flag}=`));
  if (joined) return joined.slice(flag.length + 1);
  const at = words.indexOf(flag);
  return at < 0 || at + 1 >= words.length - 1 ? undefined : words[at + 1];
}
