import { hash, randomBytes } from 'node:crypto';

/** Makes a secret of 256 random bits; the prefix shows what it is for. */
export function makeSecret(purpose: string): string {
  return `ilk-${purpose}-${randomBytes(32).toString('base64url')}`;
}

/** The form in which secrets are stored and looked up; 256 random bits need no salt. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret);
}
