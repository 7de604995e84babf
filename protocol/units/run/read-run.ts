import { suggest } from '../../text/suggest.ts';
import type { ServiceSpec } from '../spec/service-spec.ts';
import { fillIn, isOpen } from '../text/expand.ts';
import { Refusal } from '../text/split-words.ts';
import { containerFlags } from './container-flags.ts';
import type { Flag } from './flag.ts';
import { placeFlags } from './place-flags.ts';
import { refusedFlags } from './refused-flags.ts';

/** Every flag of `docker run` that we know. */
export const runFlags: readonly Flag[] = [...containerFlags, ...placeFlags, ...refusedFlags];

const byName = new Map(runFlags.flatMap((flag) => flag.names.map((name) => [name, flag] as const)));

/** One flag as it was written. */
interface Written {
  flag: Flag;
  name: string;
  value: string;
}

/** A refusal and the word that it is about. */
export interface WordProblem {
  word: string;
  problem: string;
  instead: string;
}

/** Puts what stands behind `docker run` into a spec. Returns the container's name, and what no service can have. */
export function readRun(
  words: readonly string[],
  spec: ServiceSpec,
): { name: string | undefined; problems: WordProblem[] } {
  const problems: WordProblem[] = [];
  const attempt = (word: string, work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push({ word, problem: error.message, instead: error.instead });
    }
  };
  let name: string | undefined;
  let at = 0;
  // whether the next word is the value of an unknown flag, or the image, nobody can tell
  let isLost = false;
  while (at < words.length && isFlag(words[at]!)) {
    const word = words[at]!;
    if (word === '--') {
      at++;
      break;
    }
    isLost = true;
    attempt(word, () => {
      const { written, used } = readFlags(word, words[at + 1]);
      at += used;
      isLost = false;
      for (const { flag, value } of written) {
        if (flag.names[0] === '--name') name = value;
        attempt(word, () => applyFlag(flag, value, spec));
      }
    });
    if (isLost) return { name, problems };
    at++;
  }
  const [image, ...args] = words.slice(at);
  attempt(image ?? 'run', () => setImage(spec, image, args));
  return { name, problems };
}

function isFlag(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}

/** The flags of one word, and how many words behind it belong to them. */
function readFlags(word: string, next: string | undefined): { written: Written[]; used: number } {
  if (word.startsWith('--')) {
    const at = word.indexOf('=');
    const name = at === -1 ? word : word.slice(0, at);
    const flag = flagOf(name);
    if (flag.takes === 'nothing') {
      const isOff = at !== -1 && /^(false|0|f)$/i.test(word.slice(at + 1));
      return { written: isOff ? [] : [{ flag, name, value: '' }], used: 0 };
    }
    if (at !== -1) return { written: [{ flag, name, value: word.slice(at + 1) }], used: 0 };
    return { written: [{ flag, name, value: behind(name, next) }], used: 1 };
  }
  const written: Written[] = [];
  for (const [at, letter] of [...word].slice(1).entries()) {
    const name = `-${letter}`;
    const flag = flagOf(name);
    if (flag.takes === 'nothing') {
      written.push({ flag, name, value: '' });
      continue;
    }
    const rest = word.slice(at + 2).replace(/^=/, '');
    written.push({ flag, name, value: rest || behind(name, next) });
    return { written, used: rest ? 0 : 1 };
  }
  return { written, used: 0 };
}

function flagOf(name: string): Flag {
  const flag = byName.get(name);
  if (flag) return flag;
  const near = suggest(name, [...byName.keys()]);
  throw new Refusal(`${name} is no flag that a service can have`, near ?? 'nothing: leave it out');
}

function behind(name: string, next: string | undefined): string {
  if (next === undefined) throw new Refusal(`${name} has no value`, `${name} VALUE`);
  return next;
}

function applyFlag(flag: Flag, value: string, spec: ServiceSpec): void {
  const isFilledIn = flag.isTemplated || flag.names[0] === '--name';
  if (!isFilledIn && isOpen(value)) throw noNumber(flag);
  flag.apply(spec, fillIn(value));
}

function noNumber(flag: Flag): Refusal {
  return new Refusal(
    `${flag.names[0]} cannot have the number of an instance, or the name of its machine`,
    'the same value for all, or %i in --env, --hostname, --volume and --mount',
  );
}

function setImage(
  { TaskTemplate: { ContainerSpec } }: ServiceSpec,
  image: string | undefined,
  args: string[],
): void {
  if (!image)
    throw new Refusal('docker run names no image', 'ExecStart=/usr/bin/docker run --name myapp IMAGE');
  if (!/^[a-z0-9][\w.:/@-]*$/i.test(image)) throw new Refusal(`${image} is not an image`, 'nginx:1.29');
  if (args.some(isOpen)) {
    throw new Refusal(
      'the command in the container cannot have the number of an instance, or the name of its machine',
      '--env INSTANCE=%i, and the command reads it',
    );
  }
  ContainerSpec.Image = image;
  ContainerSpec.Args = args;
}
