import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { verifyRoot } from '../../system/tuf/verify-by.ts';
import type { RootDocument } from './document.ts';

/** TUF 1.0.34 §5.3.4: a new root is signed by the old one's keys and its own, and follows it directly. */
export function followRoot({ parsed: last }: RootDocument, { parsed: next }: RootDocument): void {
  verifyRoot(last, next);
  const { version } = next.signed;
  if (version === last.signed.version + 1) return;
  throw new InterlockError('metadata_invalid', { role: 'root', problem: `version ${version}` });
}
