import type { PublishRequest } from '../../../protocol/api/publish.ts';
import { checkTargets } from './check-targets.ts';
import { mergeRoles } from './merge-roles.ts';
import type { OnlineKeys } from './online-keys.ts';
import { signOnline } from './sign-online.ts';
import { readRoles, textsOf } from './signed-roles.ts';
import type { Published, RepositoryState } from './state.ts';
import { verifyRoles } from './verify-roles.ts';

/**
 * Checks a publication as a client would and signs the new snapshot and timestamp; pure, so the store decides when.
 * `documents` is what `readDocuments` gives. Throws `metadata_conflict` when somebody signed in between, `metadata_invalid` or `metadata_expired` for the rest.
 */
export function applyPublish(
  state: RepositoryState,
  request: PublishRequest,
  online: OnlineKeys,
  now: Date,
  documents: Record<string, string> = {},
): Published {
  const present = readRoles(state.roles);
  const merged = mergeRoles(present, request.roles, now);
  const roles = verifyRoles(merged.roles);
  const named = checkTargets(present, roles, request, documents);
  const signed = signOnline({ ...state, roles: textsOf(merged.roles) }, online, now);
  return { ...signed, files: { ...merged.files, ...signed.files }, ...named };
}
