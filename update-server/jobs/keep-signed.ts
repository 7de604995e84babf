import { type RenewNeeds, renewWhenDue } from '../publish/renew.ts';
import { repeat } from './repeat.ts';

/** How often the server looks whether the timestamp needs signing. */
const lookMs = 5 * 60_000;

/** Keeps the online roles signed. Returns how to stop. */
export function keepSigned(needs: RenewNeeds, log: (problem: string) => void): () => void {
  return repeat(() => renewWhenDue(needs), lookMs, log);
}
