import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Metadata, Root, Signature, Targets } from '@tufjs/models';
import { canonicalJson } from '../../../protocol/formats/keys/canonical-json.ts';
import { signBytes } from '../../../protocol/formats/keys/signature.ts';
import { signOnline } from '../../../update-server/domain/tuf/sign-online.ts';
import { loadOnlineKeys } from '../../../update-server/start/adopt-online-keys.ts';
import type { TestRepository } from './repository.ts';
import { show } from './server.ts';

/** The signed part of metadata as plain JSON, for a test to falsify. */
export type Signed = { version: number; expires: string } & Record<string, unknown>;

/** Reads one of the offline keys. */
export async function readKey(repository: TestRepository, name: string): Promise<KeyObject> {
  return createPrivateKey(await readFile(join(repository.keysDir, `${name}.pem`)));
}

/** Changes root or targets metadata and signs it with whatever keys the attacker has. */
export function falsify(text: string, change: (signed: Signed) => void, keys: readonly KeyObject[]): string {
  const { signed } = JSON.parse(text) as { signed: Signed };
  change(signed);
  const metadata =
    signed._type === 'root'
      ? new Metadata(Root.fromJSON(signed as never))
      : new Metadata(Targets.fromJSON(signed as never));
  for (const key of keys) {
    metadata.sign((bytes) => {
      const { keyid, sig } = signBytes(key, bytes);
      return new Signature({ keyID: keyid, sig });
    });
  }
  return JSON.stringify(metadata.toJSON());
}

/** Signs metadata's bytes with one key under whatever id the attacker likes. */
export function signAs(text: string, keyid: string, key: KeyObject): string {
  const metadata = JSON.parse(text) as { signed: Signed; signatures: { keyid: string; sig: string }[] };
  const { sig } = signBytes(key, Buffer.from(canonicalJson(metadata.signed)));
  return JSON.stringify({ ...metadata, signatures: [...metadata.signatures, { keyid, sig }] });
}

/** What a thief of server and online keys can do: show any roles under a snapshot and timestamp that are signed well. */
export async function showRoles(repository: TestRepository, roles: Record<string, string>): Promise<void> {
  const { server } = repository;
  const online = await loadOnlineKeys(join(repository.keysDir, 'online'));
  const state = { ...server.state, roles: { ...server.state.roles, ...roles } };
  const files = Object.fromEntries(
    Object.entries(roles).map(([role, text]) => [`${JSON.parse(text).signed.version}.${role}.json`, text]),
  );
  const signed = signOnline(state, online, server.now());
  show(server, { state: signed.state, files: { ...files, ...signed.files } });
}

/** Puts the server back to what it showed before an attack. */
export function remember({ server }: TestRepository): () => void {
  const before = { files: new Map(server.files), state: structuredClone(server.state) };
  return () => {
    server.files = before.files;
    server.state = before.state;
    server.intercept = undefined;
  };
}
