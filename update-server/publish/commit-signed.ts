import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { RepositoryState } from '../domain/tuf/state.ts';
import type { Publication } from '../store/interface/repository.ts';
import type { Store } from '../store/interface/store.ts';

const attempts = 5;

/**
 * Computes the next signed state from the present one and commits it if that is still the present one;
 * otherwise computes again, and that computation says why the loser of a race is refused.
 */
export async function commitSigned<T extends Omit<Publication, 'basedOn'>>(
  store: Store,
  now: Date,
  next: (state: RepositoryState) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { revision, state } = await store.repository();
    const signed = await next(state);
    if (await store.publish({ ...signed, basedOn: revision }, now.toISOString())) return signed;
  }
  throw new InterlockError('server_unready', { problem: 'the repository keeps changing' });
}
