import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** What a process knows about its etcd's endpoints: one that failed is asked last, and its error is kept for messages. */
export class Roster {
  /** The cluster most endpoints belong to; what belongs to another one is not believed. */
  cluster: string | undefined;
  /** Every cluster that was chosen in this process. */
  readonly chosen = new Set<string>();
  readonly #failures = new Map<string, { at: number; problem: string }>();
  #count = 0;

  /** The order in which to ask. */
  order<E extends { url: string }>(endpoints: readonly E[]): E[] {
    const failedAt = ({ url }: E) => this.#failures.get(url)?.at ?? 0;
    return endpoints.toSorted((a, b) => failedAt(a) - failedAt(b));
  }

  answered(url: string): void {
    this.#failures.delete(url);
  }

  failed(url: string, problem: string): void {
    this.#failures.set(url, { at: ++this.#count, problem });
  }

  knows(url: string): boolean {
    return this.#failures.has(url);
  }

  /** Who did not answer last time, in words. */
  troubles(): string[] {
    return [...this.#failures].map(([url, { problem }]) =>
      problem.includes(hostOf(url)) ? problem : `${hostOf(url)}: ${problem}`,
    );
  }
}

/**
 * Chooses between clusters that answer to one list of endpoints. One that was seen before wins; an unseen one is
 * believed when everybody answers for it, or when nothing was seen yet and most do. Throws `etcd_other`.
 */
export function chooseCluster(
  answers: readonly { url: string; clusterId: string }[],
  seen: readonly string[],
  asked: number,
): string {
  const counts = new Map<string, number>();
  for (const { clusterId } of answers) counts.set(clusterId, (counts.get(clusterId) ?? 0) + 1);
  const known = [...counts].filter(([id]) => seen.includes(id));
  const [first, second] = (known.length > 0 ? known : [...counts]).toSorted(([, a], [, b]) => b - a);
  const isSeen = known.length > 0 || seen.length === 0 || first?.[1] === asked;
  if (first && isSeen && first[1] !== second?.[1]) return first[0];
  const other = answers.find(({ clusterId }) => clusterId !== answers[0]?.clusterId) ?? answers[0];
  throw new InterlockError('etcd_other', {
    url: other ? hostOf(other.url) : 'etcd',
    found: other?.clusterId ?? '',
    cluster: seen.length > 0 ? seen.join(', ') : (answers[0]?.clusterId ?? ''),
  });
}

/** An endpoint without its scheme, as errors name it. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
