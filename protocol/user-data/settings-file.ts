import type { PlannedFile } from './plan.ts';
import type { Place } from './problem.ts';

/** A whole file of settings that root owns and everybody may read. */
export function settingsFile(path: string, content: string, at: Place): PlannedFile {
  return {
    path,
    content: Buffer.from(content),
    mode: 0o644,
    owner: 'root',
    group: 'root',
    append: false,
    deferred: false,
    at,
  };
}
