import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Static, Type } from 'typebox';
import { PublishRequest } from '../../protocol/api/publish.ts';
import { canonicalJson } from '../../protocol/formats/keys/canonical-json.ts';
import { parseJson, strict } from '../../protocol/schema/schema.ts';
import { readError } from '../../system/files/read-error.ts';
import type { RoleDocuments, RootDocument, TargetsDocument } from '../metadata/document.ts';
import { signedJson } from '../metadata/signed-json.ts';

const Text = Type.String({ maxLength: 8 * 1024 * 1024 });
const Texts = Type.Record(Type.String(), Text);

/** A signing request: what travels between key holders, with the signatures it has so far. */
export const SigningRequest = strict({
  format: Type.Literal(1),
  /** What goes to the server in the end. */
  publish: PublishRequest,
  /** Signed already and in force where the request was written, so that a holder's folder catches up. */
  known: strict({
    roots: Type.Array(Text),
    targets: Text,
    /** The roles that are to change as they are now, and the documents that get another text, by path. */
    roles: Type.Optional(Texts),
    documents: Type.Optional(Texts),
  }),
});
export type SigningRequest = Static<typeof SigningRequest>;

/** Reads a request; throws `not_found` or `bad_input`. */
export async function readRequest(file: string): Promise<SigningRequest> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw readError(file, cause);
  });
  return parseJson(SigningRequest, text, file);
}

/** What is in force where a request is written. */
export interface Known {
  roots: readonly RootDocument[];
  targets: TargetsDocument;
  roles: RoleDocuments;
  documents?: Record<string, string>;
}

/** Names a request by all that it asks and shows. Signatures do not count, so that every holder of one request sees the same digest. */
export function digestOf({ format, publish, known }: SigningRequest): string {
  const roles = publish.roles.map(({ role, replaces, json }) => ({
    role,
    replaces,
    signed: signedJson(role, json),
  }));
  const text = canonicalJson(JSON.parse(JSON.stringify({ format, publish: { ...publish, roles }, known })));
  return createHash('sha256').update(text).digest('hex');
}
