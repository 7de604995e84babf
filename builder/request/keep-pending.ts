import { readFile } from 'node:fs/promises';
import type { PublishRequest } from '../../protocol/api/publish.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { parseJson } from '../../protocol/schema/schema.ts';
import { ifAbsent } from '../../system/files/read-error.ts';
import { versionOf } from '../metadata/document.ts';
import { type Known, SigningRequest } from './request.ts';

/**
 * Refuses to write a request over a file that is none, or over one with signatures that the new one lacks and that can
 * still be applied: a holder may be far away. Throws `exists`.
 */
export async function keepPending(file: string, next: PublishRequest, known: Known): Promise<void> {
  const text = await readFile(file, 'utf8').catch(ifAbsent(file, undefined));
  if (text === undefined) return;
  const former = requestIn(text, file);
  if (!former) throw new InterlockError('exists', { what: `${file}, which is no signing request,` });
  const isPending = former.publish.roles.every(({ role, replaces }) => replaces >= versionNow(role, known));
  const lost = former.publish.roles.flatMap(({ role, json }) => {
    const kept = signersIn(next.roles.find((one) => one.role === role)?.json);
    return signersIn(json).filter((id) => !kept.includes(id));
  });
  if (!isPending || lost.length === 0) return;
  const what = `${file}, which is signed by other holders and not imported yet,`;
  throw new InterlockError('exists', { what });
}

function requestIn(text: string, file: string): SigningRequest | undefined {
  try {
    return parseJson(SigningRequest, text, file);
  } catch {
    // whatever it is, it is not ours to overwrite
    return undefined;
  }
}

function versionNow(role: string, { roots, targets, roles }: Known): number {
  if (role === 'root') return Math.max(0, ...roots.map(versionOf));
  return versionOf(role === 'targets' ? targets : roles[role]);
}

function signersIn(json: string | undefined): string[] {
  if (json === undefined) return [];
  const { signatures } = JSON.parse(json) as { signatures?: { keyid: string }[] };
  return (signatures ?? []).map(({ keyid }) => keyid);
}
