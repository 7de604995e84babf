import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { InterlockError } from '../../protocol/errors.ts';
import { problemOf } from '../../protocol/schema.ts';
import { type Definition, ImageFile } from './definition.ts';
import { lineOf } from './line-of.ts';
import { parseSize } from './parse-size.ts';

/** Reads the image definition of a folder. Throws `definition_invalid` with file and line. */
export async function define(dir: string): Promise<Definition> {
  const file = join(dir, 'image.toml');
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
      throw new InterlockError('not_found', { what: file }, { cause });
    }
    throw cause;
  });
  const definition = parseDefinition(text, file, dir);
  if (definition.overlay) await checkOverlay(definition, definition.overlay);
  return definition;
}

/** Turns the text of an image.toml into a definition without looking at the disk. */
export function parseDefinition(text: string, file: string, dir: string): Definition {
  const table = parseToml(text, file);
  const problem = problemOf(ImageFile, table);
  if (problem) throw invalid(file, text, keyPath(problem), problem);
  const image = table as ImageFile;
  const size = (key: 'root' | 'verity') => {
    const bytes = parseSize(image.slots[key]);
    if (bytes === undefined || bytes % 4096 !== 0) {
      throw invalid(file, text, ['slots', key], `slots/${key} must be a size as in "512 MiB"`);
    }
    return bytes;
  };
  return {
    dir: resolve(dir),
    file,
    text,
    name: image.name,
    suite: image.suite,
    packages: image.packages,
    overlay: image.overlay === undefined ? null : resolve(dir, image.overlay),
    agent: image.agent ?? true,
    units: image.units ?? [],
    mask: image.mask ?? [],
    remove: image.remove ?? [],
    kernel: image.kernel,
    cmdline: image.cmdline ?? '',
    modules: image.modules ?? [],
    stateCompat: image.state_compat ?? null,
    slots: { root: size('root'), verity: size('verity') },
  };
}

function parseToml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const problem = cause.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? 'no TOML';
    throw new InterlockError('definition_invalid', { file, line: cause.line, problem }, { cause });
  }
}

async function checkOverlay({ file, text }: Definition, overlay: string): Promise<void> {
  const found = await stat(overlay).catch(() => undefined);
  if (!found?.isDirectory()) throw invalid(file, text, ['overlay'], `overlay ${overlay} is no folder`);
}

/** The key a schema problem speaks of: its words begin with the path, or with "unknown key" and the path. */
function keyPath(problem: string): string[] {
  const path = /^(?:unknown key )?(\S+)/.exec(problem)?.[1] ?? '';
  const keys = path.split('/');
  const index = keys.findIndex((key) => /^\d+$/.test(key));
  return index === -1 ? keys : keys.slice(0, index);
}

function invalid(file: string, text: string, path: readonly string[], problem: string): InterlockError {
  return new InterlockError('definition_invalid', { file, line: lineOf(text, path), problem });
}
