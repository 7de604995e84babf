import { TrustedMetadataStore } from 'tuf-js/dist/store.js';
import { type AnyMetadata, checkIds } from './distinct-keys.ts';

/** The TUF library's store of verified metadata, which also holds whatever names keys against our profile before it is kept. */
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

  /** What was verified so far, by role; the library keeps it to itself. */
  get verified(): Record<string, AnyMetadata> {
    return (this as unknown as { trustedSet: Record<string, AnyMetadata> }).trustedSet;
  }

  /** The library takes the process's time as its start time (TUF 1.0.34 §5.1); the agent has one clock for everything. */
  set startTime(time: Date) {
    (this as unknown as { referenceTime: Date }).referenceTime = time;
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
