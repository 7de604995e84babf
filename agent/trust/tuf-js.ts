import { Updater, type UpdaterOptions } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import { TrustedMetadataStore } from 'tuf-js/dist/store.js';
import { type AnyMetadata, checkIds } from './distinct-keys.ts';

/**
 * The only file that knows the inside of tuf-js: its private fields and the wording of its errors. It goes when the library has
 * - an option of `Updater` for the store and its start time (`trustedSet` and `referenceTime` are private);
 * - `cause` on the errors that `Updater` wraps, and the role and versions on `ExpiredMetadataError` and `BadVersionError`;
 * - exports of `TrustedMetadataStore` and `DownloadHTTPError` from its main file.
 * A test for each attack holds what is read from the wording.
 */

/** The library's store of verified metadata; it also checks whatever names keys against our profile before it is kept. */
export class ProfiledStore extends TrustedMetadataStore {
  override updateRoot(bytes: Buffer) {
    const before = this.verified.root;
    const root = super.updateRoot(bytes);
    this.#check('root', before);
    return root;
  }

  override updateDelegatedTargets(bytes: Buffer, role: string, delegator: string): void {
    const before = this.verified[role];
    super.updateDelegatedTargets(bytes, role, delegator);
    this.#check(role, before);
  }

  /** What was verified so far, by role. */
  get verified(): Record<string, AnyMetadata> {
    return (this as unknown as { trustedSet: Record<string, AnyMetadata> }).trustedSet;
  }

  #check(role: string, before: AnyMetadata | undefined): void {
    try {
      checkIds(this.verified[role]!);
    } catch (error) {
      if (before) this.verified[role] = before;
      else delete this.verified[role];
      throw error;
    }
  }
}

/** Opens the library's client on our store. `startTime`: the agent has one clock, and the library takes its own (TUF 1.0.34 §5.1). */
export function openUpdater(
  options: UpdaterOptions,
  root: string,
  startTime: Date,
): { updater: Updater; store: ProfiledStore } {
  const updater = new Updater(options);
  const store = new ProfiledStore(Buffer.from(root));
  Object.assign(store, { referenceTime: startTime });
  Object.assign(updater, { trustedSet: store });
  return { updater, store };
}

/** What the library takes for a file that the repository does not have; it ends the search for newer roots. */
export function missingFile(status: 403 | 404): Error {
  return new DownloadHTTPError('not there', status);
}

/** Whether an error is the one of `missingFile`. */
export function isMissingFile(error: unknown): boolean {
  return error instanceof DownloadHTTPError;
}

/** What the library found wrong. */
export type Failure =
  | { kind: 'expired'; role: string }
  | { kind: 'rollback'; role: string; found: string; seen: string }
  | { kind: 'other'; problem: string };

/** Reads from an error of the library what it found wrong. */
export function failureOf(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error);
  const expired = /(\S+)\.json is expired/.exec(text);
  if (expired) return { kind: 'expired', role: expired[1]! };
  const older = /New (\w+ )?version (\d+)(?: of (\S+)\.json)? is less than current version (\d+)/.exec(text);
  if (older) {
    const [, top = '', found, delegated, seen] = older as unknown as [
      string,
      string?,
      string?,
      string?,
      string?,
    ];
    return { kind: 'rollback', role: delegated ?? top.trim(), found: found!, seen: seen! };
  }
  return {
    kind: 'other',
    problem: text.replace(/^Unable to load \w+(?: metadata)? error (?:\w*Error: )?/, ''),
  };
}

/** The system's error in one of the library's, which keeps only the text of what it could not write. */
export function systemErrorIn(error: unknown): { code: string; message: string } | undefined {
  const found = /\b(E[A-Z]+): [^\n]*/.exec(error instanceof Error ? error.message : '');
  return found ? { code: found[1]!, message: found[0] } : undefined;
}
