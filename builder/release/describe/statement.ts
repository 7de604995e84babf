import { createHash } from 'node:crypto';
import type { Release } from '../../../protocol/documents/release.ts';
import { releaseFiles } from '../../../protocol/documents/release-files.ts';

/** A file or an input by name and digest (in-toto "ResourceDescriptor"). */
export interface Resource {
  name?: string;
  uri?: string;
  digest: { sha256: string };
}

/** An in-toto Statement v1 about files named by their digests. */
export interface Statement {
  _type: 'https://in-toto.io/Statement/v1';
  subject: Resource[];
  predicateType: string;
  predicate: unknown;
}

/** A DSSE envelope (secure-systems-lab/dsse, v1.0): a payload and signatures over it, in base64. */
export interface Envelope {
  payload: string;
  payloadType: string;
  signatures: { keyid: string; sig: string }[];
}

/** Name of the envelope in a release's folder. */
export const provenanceFile = 'provenance.intoto.json';
const payloadType = 'application/vnd.in-toto+json';

/** The files of a release as subjects; `text` is release.json byte for byte, which names itself nowhere. */
export function subjectsOf(release: Release, text: string): Resource[] {
  const own = { name: 'release.json', sha256: createHash('sha256').update(text).digest('hex') };
  return [own, ...releaseFiles(release)].map(({ name, sha256 }) => ({ name, digest: { sha256 } }));
}

/** Puts a statement into an envelope without signatures. */
export function encloseStatement(statement: Statement): Envelope {
  return { payload: Buffer.from(JSON.stringify(statement)).toString('base64'), payloadType, signatures: [] };
}

/** The bytes that a signature of an envelope is over (DSSE "PAE"). */
export function signedBytes({ payload, payloadType: type }: Envelope): Buffer {
  const body = Buffer.from(payload, 'base64');
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `), body]);
}

/** An envelope as it is kept. */
export function formatEnvelope(envelope: Envelope): string {
  return `${JSON.stringify(envelope, null, 2)}\n`;
}
