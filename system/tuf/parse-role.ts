import { Metadata, MetadataKind, type Root, type Targets } from '@tufjs/models';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** Reads root metadata; throws `metadata_invalid`. */
export function parseRoot(text: string): Metadata<Root> {
  return refusing('root', () => Metadata.fromJSON(MetadataKind.Root, JSON.parse(text)));
}

/** Reads the metadata of `targets` or of a delegated role; throws `metadata_invalid`. */
export function parseTargets(role: string, text: string): Metadata<Targets> {
  return refusing(role, () => Metadata.fromJSON(MetadataKind.Targets, JSON.parse(text)));
}

/** Runs a check of the TUF library and gives what it throws our code. */
export function refusing<T>(role: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof InterlockError) throw error;
    throw invalid(role, error instanceof Error ? error.message : String(error), error);
  }
}

/** The refusal of one role, with the problem found in it. */
export function invalid(role: string, problem: string, cause?: unknown): InterlockError {
  return new InterlockError('metadata_invalid', { role, problem }, { cause });
}
