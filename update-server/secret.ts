import { createHash, randomBytes, randomUUID } from 'node:crypto';

/** Makes a secret of 256 random bits; the prefix tells a person what it is for. */
export function makeSecret(purpose: string): string {
  return `ilk-${purpose}-${randomBytes(32).toString('base64url')}`;
}

/** The form in which secrets are stored and looked up; 256 random bits need no salt. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** A new id that says nothing about what it names. */
export function makeId(): string {
  return randomUUID();
}
