import { parse, TomlError } from 'smol-toml';
import type { TSchema } from 'typebox';
import { InterlockError } from '../../protocol/errors.ts';
import { problemOf } from '../../protocol/schema.ts';
import { checkPackages } from './check-packages.ts';
import { checkRepositories } from './check-repositories.ts';
import { checkUnitNames } from './check-units.ts';
import { type DefinitionFile, ImageFile } from './definition.ts';
import { lineOf } from './line-of.ts';
import { suggest } from './suggest.ts';

/** An image.toml whose every key is known and of the right type. */
export interface ReadFile extends DefinitionFile {
  /** The folder it lies in. */
  dir: string;
  image: ImageFile;
}

/** Reads the text of one image.toml, without looking at what it includes. Throws `definition_invalid` with the line. */
export function readImageFile(text: string, file: string, dir: string): ReadFile {
  const image = parseToml(text, file);
  const problem = problemOf(ImageFile, image);
  if (!problem) {
    checkPackages({ file, text }, image as ImageFile);
    checkUnitNames({ file, text }, image as ImageFile);
    checkRepositories({ file, text }, image as ImageFile);
    return { file, text, dir, image: image as ImageFile };
  }
  const path = keyPath(problem);
  const line = lineOf(text, path);
  const isUnknown = problem.startsWith('unknown key ');
  const meant = isUnknown ? suggest(path.at(-1) ?? '', keysAt(ImageFile, path.slice(0, -1))) : undefined;
  const hint = meant ? `; did you mean ${meant}?` : '';
  throw new InterlockError('definition_invalid', { file, line, problem: problem + hint });
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

/** The key a schema problem speaks of: its words begin with the path, or with "unknown key" and the path. */
function keyPath(problem: string): string[] {
  const path = /^(?:unknown key )?(\S+)/.exec(problem)?.[1] ?? '';
  const keys = path.split('/');
  const index = keys.findIndex((key) => /^\d+$/.test(key));
  return index === -1 ? keys : keys.slice(0, index);
}

/** The keys that a table of the schema knows. */
function keysAt(schema: TSchema, path: readonly string[]): string[] {
  const [key, ...rest] = path;
  const properties = (schema as { properties?: Record<string, TSchema> }).properties ?? {};
  if (key === undefined) return Object.keys(properties);
  return properties[key] ? keysAt(properties[key], rest) : [];
}
