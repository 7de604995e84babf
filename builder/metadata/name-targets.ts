import { createHash } from 'node:crypto';
import { TargetFile, Targets } from '@tufjs/models';
import { expiresAt, releasesRole } from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** Hex SHA-256 of a text's UTF-8 bytes: how targets are named. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** True when a role's metadata names exactly these bytes under that path. */
export function namesTarget(signed: Targets, path: string, text: string): boolean {
  return signed.targets[path]?.hashes.sha256 === sha256Of(text);
}

/**
 * The next version of a role's metadata, naming these targets besides what it named; unsigned.
 * A release that is named already with other bytes is refused with `exists`: versions never change their content.
 */
export function nameTargets(
  role: string,
  before: Targets,
  texts: Record<string, string>,
  now: Date,
): Targets {
  const next = Targets.fromJSON({
    ...before.toJSON(),
    version: before.version + 1,
    expires: expiresAt(role, now),
  });
  for (const [path, text] of Object.entries(texts)) {
    if (role === releasesRole && next.targets[path] && !namesTarget(next, path, text)) {
      throw new InterlockError('exists', { what: `${path} with other content` });
    }
    next.addTarget(
      new TargetFile({ path, length: Buffer.byteLength(text), hashes: { sha256: sha256Of(text) } }),
    );
  }
  return next;
}
