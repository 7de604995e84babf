import type { PublishRequest } from '../../protocol/api/publish.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { textsOf } from '../metadata/document.ts';
import { keepPending } from './keep-pending.ts';
import type { Known, SigningRequest } from './request.ts';

/** Writes what is to be signed, with what is in force, so that every holder sees what changes. Throws `exists`. */
export async function writeRequest(file: string, publish: PublishRequest, inForce: Known): Promise<void> {
  await keepPending(file, publish, inForce);
  const { roots, targets, roles, documents = {} } = inForce;
  const asked = publish.roles.map(({ role }) => role);
  const present = Object.entries(textsOf(roles)).filter(
    ([role]) => role !== 'targets' && asked.includes(role),
  );
  const known = {
    roots: roots.map(({ text }) => text),
    targets: targets.text,
    roles: Object.fromEntries(present),
    documents,
  };
  const request: SigningRequest = { format: 1, publish, known };
  await writeDurably(file, `${JSON.stringify(request, null, 1)}\n`);
}
