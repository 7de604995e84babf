import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse as parseToml, TomlError } from 'smol-toml';
import { type Static, Type } from 'typebox';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { parse, strict, Word } from '../../protocol/schema/schema.ts';
import { mostHosts } from '../plan/addresses.ts';

const smallestMiB = 256;

const File = strict({
  image: Type.Optional(Type.String()),
  release: Type.Optional(Type.String()),
  keys: Type.Optional(Type.String()),
  channel: Type.Optional(Word),
  hosts: Type.Optional(Type.Integer({ minimum: 1, maximum: mostHosts })),
  memory: Type.Optional(Type.Integer({ minimum: smallestMiB })),
  state_size: Type.Optional(Type.String()),
  etcd: Type.Optional(Type.Integer({ minimum: 0 })),
  user_data: Type.Optional(Type.String()),
  publish: Type.Optional(Type.Array(Type.String({ pattern: '^\\d{1,5}:\\d{1,5}$' }))),
  host: Type.Optional(
    Type.Record(
      Type.String(),
      strict({
        memory: Type.Optional(Type.Integer({ minimum: smallestMiB })),
        user_data: Type.Optional(Type.String()),
      }),
    ),
  ),
});

/** A `lab.toml`, with its paths made absolute. */
export type LabFile = Static<typeof File>;

/** Reads it; paths in it are relative to its own folder. Throws `config_invalid`. */
export async function readLabFile(file: string): Promise<LabFile> {
  return withPaths(parse(File, await readToml(file), file, 'config_invalid'), dirname(resolve(file)));
}

async function readToml(file: string): Promise<unknown> {
  try {
    return parseToml(await readFile(file, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new InterlockError('not_found', { what: file }, { cause });
    const line = cause instanceof TomlError ? `line ${cause.line}: ` : '';
    const problem = line + (cause as Error).message.split('\n')[0];
    throw new InterlockError('config_invalid', { file, problem }, { cause });
  }
}

const paths = ['image', 'release', 'keys', 'user_data'] as const;

function withPaths(file: LabFile, folder: string): LabFile {
  const absolute = Object.fromEntries(
    paths.flatMap((key) => (file[key] === undefined ? [] : [[key, resolve(folder, file[key])]])),
  );
  const host = Object.fromEntries(
    Object.entries(file.host ?? {}).map(([name, own]) => [
      name,
      { ...own, ...(own.user_data !== undefined && { user_data: resolve(folder, own.user_data) }) },
    ]),
  );
  return { ...file, ...absolute, ...(file.host && { host }) };
}
