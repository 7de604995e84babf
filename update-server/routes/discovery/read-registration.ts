import type { Readable } from 'node:stream';
import type { Registered } from '../../domain/discovery/registry.ts';

/** More than nine peer URLs of one member take. */
const longest = 4096;
const idForm = /^[0-9a-f]{1,16}$/;
const peer = String.raw`[^=,\s]{1,255}=(?:https?|unixs?):\/\/[^=,\s]{1,255}`;
const valueForm = new RegExp(`^${peer}(?:,${peer}){0,8}$`);

/** Reads who registers with what, from the form that etcd sends. Undefined if it is not an etcd member’s. */
export async function readRegistration(id: string, body: unknown): Promise<Registered | undefined> {
  const form = await readForm(body as Readable | undefined);
  const value = form?.get('value') ?? '';
  return idForm.test(id) && valueForm.test(value) ? { id, value } : undefined;
}

async function readForm(body: Readable | undefined): Promise<URLSearchParams | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += (part as Buffer).length;
    if (length > longest) return undefined;
    parts.push(part as Buffer);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}
