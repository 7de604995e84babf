import { readFile } from 'node:fs/promises';
import { type Static, Type } from 'typebox';
import { InterlockError } from '../../protocol/errors.ts';
import { PublishRequest } from '../../protocol/publish.ts';
import { parseJson, strict } from '../../protocol/schema.ts';
import { writeDurably } from '../../system/durable.ts';
import type { KeysFolder } from '../keys/keys-folder.ts';

const Text = Type.String({ maxLength: 8 * 1024 * 1024 });

/** A signing request: what travels between key holders, with the signatures it has so far. */
export const SigningRequest = strict({
  format: Type.Literal(1),
  /** What goes to the server in the end. */
  publish: PublishRequest,
  /** Signed already and in force where the request was written, so that a holder's folder catches up. */
  known: strict({ roots: Type.Array(Text), targets: Text }),
});
export type SigningRequest = Static<typeof SigningRequest>;

/** Reads a request; throws `not_found` or `bad_input`. */
export async function readRequest(file: string): Promise<SigningRequest> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new InterlockError('not_found', { what: file }, { cause });
  });
  return parseJson(SigningRequest, text, file);
}

/** Writes what is to be signed. */
export async function writeRequest(
  file: string,
  publish: PublishRequest,
  { roots, roles }: Pick<KeysFolder, 'roots' | 'roles'>,
): Promise<void> {
  const request: SigningRequest = { format: 1, publish, known: { roots, targets: roles.targets ?? '' } };
  await writeDurably(file, `${JSON.stringify(request, null, 1)}\n`);
}
