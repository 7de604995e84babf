import type { Arch } from '../../../protocol/schema/schema.ts';
import { type ElfNeeds, elfNeeds } from '../../tree/elf/elf-needs.ts';
import { findLibrary, libraryFolders } from '../../tree/elf/find-library.ts';
import type { Body } from '../../tree/entries/body.ts';
import { parentOf } from '../../tree/entries/change.ts';
import { type Entry, readBody, type Tree } from '../../tree/entries/entry.ts';
import { follow, resolvePath } from '../../tree/entries/follow.ts';

/** A path that must be there, and who needs it. */
export interface Missing {
  /** Without a leading slash and where links lead; a bare name for a library or program that no folder has. */
  path: string;
  /** What is wrong with it, in words that follow the path. */
  problem: string;
}

/** Answers what keeps a program of the tree from being executed; nothing when it will run. */
export type Programs = (path: string) => Promise<Missing | undefined>;

const machines: Record<Arch, number> = { 'x86-64': 62, arm64: 183 };
const longestScriptHead = 256;

/** Where a program is looked for that is named without a folder, as systemd and sh do. */
export const searchPath = ['usr/local/sbin', 'usr/local/bin', 'usr/sbin', 'usr/bin'];

/**
 * Reads programs as the kernel and the dynamic loader do: a script's interpreter, an ELF file's loader and, transitively,
 * its libraries. Each file is read once.
 */
export function openPrograms(tree: Tree, arch: Arch): Programs {
  const heads = new Map<Body, Promise<ElfNeeds | string | undefined>>();
  const known = new Map<string, Promise<Missing | undefined>>();

  const headOf = (entry: Entry) => {
    const head = heads.get(entry.body) ?? readHead(entry);
    heads.set(entry.body, head);
    return head;
  };
  const libraryProblem = async (
    program: string,
    start: Entry,
    needs: ElfNeeds,
  ): Promise<Missing | undefined> => {
    const met = new Set<string>();
    const todo = [{ entry: start, needs, inherited: [] as string[] }];
    for (let next = todo.pop(); next; next = todo.pop()) {
      const folders = [...next.needs.folders, ...next.inherited];
      for (const name of next.needs.libraries) {
        const path = findLibrary(tree, name, folders, parentOf(next.entry.path));
        if (path === undefined)
          return because(
            lostLink(tree, name, libraryFolders) ?? { path: name, problem: 'is in no folder of libraries' },
            `/${program} needs it`,
          );
        if (met.has(path)) continue;
        met.add(path);
        const entry = follow(tree, path)!;
        const head = await headOf(entry);
        if (typeof head !== 'object' || head.machine !== machines[arch]) {
          return { path, problem: `is not a library of this architecture; /${program} needs it` };
        }
        todo.push({ entry, needs: head, inherited: folders });
      }
    }
    return undefined;
  };
  const look = async (path: string): Promise<Missing | undefined> => {
    const entry = follow(tree, path);
    if (entry?.type !== 'file') return absence(tree, path);
    if ((entry.mode & 0o111) === 0) return { path, problem: 'is not executable' };
    const head = await headOf(entry);
    if (head === undefined) return { path, problem: 'is neither an ELF file nor a script with `#!`' };
    if (typeof head === 'string') return interpreterProblem(path, head);
    if (head.machine !== machines[arch]) return { path, problem: `is not for ${arch}` };
    const loader = head.interpreter?.replace(/^\/+/, '');
    if (loader !== undefined && follow(tree, loader)?.type !== 'file') {
      return because(absence(tree, loader), `/${path} is loaded by it`);
    }
    return libraryProblem(path, entry, head);
  };
  const interpreterProblem = async (script: string, words: string): Promise<Missing | undefined> => {
    const [program = '', ...args] = words.split(/\s+/);
    const path = program.replace(/^\/+/, '');
    const problem = path === script ? undefined : await ask(path);
    if (problem) return because(problem, `the script /${script} needs it`);
    const name = /^usr\/bin\/env$|^bin\/env$/.test(path) && args.find((arg) => !/^-|=/.test(arg));
    if (!name || inPath(tree, name) !== undefined) return undefined;
    return because(notInPath(tree, name), `the script /${script} needs it`);
  };
  const ask: Programs = (path) => {
    const answer = known.get(path) ?? look(path);
    known.set(path, answer);
    return answer;
  };
  return ask;
}

/** The path of a program that is named without a folder. */
export function inPath(tree: Tree, name: string): string | undefined {
  return searchPath.map((folder) => `${folder}/${name}`).find((path) => follow(tree, path)?.type === 'file');
}

/** What is wrong with a program that is named without a folder and found in none. */
export function notInPath(tree: Tree, name: string): Missing {
  return lostLink(tree, name, searchPath) ?? { path: name, problem: 'is in no folder of programs' };
}

/** Names what is not there where a path leads: behind `/sbin/syslogd` that may be `/usr/bin/busybox`. */
export function absence(tree: Tree, path: string): Missing {
  const end = resolvePath(tree, path);
  if (end === undefined) return { path, problem: 'is a link that leads back to itself' };
  const type = tree.get(end)?.type;
  const problem = type === undefined ? 'is missing' : `is a ${type}`;
  const isLink = end !== path && end !== `usr/${path}`;
  return { path: end, problem: isLink ? `${problem}; /${path} leads to it` : problem };
}

/** The first link of this name that leads to nothing. */
function lostLink(tree: Tree, name: string, folders: readonly string[]): Missing | undefined {
  const link = folders
    .map((folder) => `${folder}/${name}`)
    .find((path) => tree.get(path)?.type === 'symlink');
  return link === undefined ? undefined : absence(tree, link);
}

function because({ path, problem }: Missing, reason: string): Missing {
  return { path, problem: `${problem}; ${reason}` };
}

/** The absolute path of what is missing, or its bare name when no folder has it. */
export function nameOf({ path, problem }: Missing): string {
  return problem.startsWith('is in no folder') ? path : `/${path}`;
}

/** The needs of an ELF file, or the words behind a script's `#!`; nothing for any other file. */
async function readHead({ body, path }: Entry): Promise<ElfNeeds | string | undefined> {
  const bytes = await readBody(body);
  if (bytes.toString('latin1', 0, 2) === '#!') {
    return bytes.toString('latin1', 2, longestScriptHead).split('\n')[0]!.trim();
  }
  try {
    return elfNeeds(bytes, path);
  } catch {
    // not an ELF file
    return undefined;
  }
}
