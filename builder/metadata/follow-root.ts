import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { RootDocument } from './document.ts';
import { checkNaming, verifyBy } from './verify-by.ts';

/** TUF 1.0.34 §5.3.4: a new root carries the signatures of the old root's keys and of its own, and follows it directly. */
export function followRoot({ parsed: last }: RootDocument, { parsed: next }: RootDocument): void {
  verifyBy(last, 'root', next);
  checkNaming(next);
  verifyBy(next, 'root', next);
  const { version } = next.signed;
  if (version === last.signed.version + 1) return;
  throw new InterlockError('metadata_invalid', { role: 'root', problem: `version ${version}` });
}
