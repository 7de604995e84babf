/** What may go wrong, or be ordered from outside; each one taken costs one of a run's faults. */
export const faults = [
  'agent crashes',
  'agent crashes after the effect, before it is saved',
  'effect throws',
  'effect throws for good',
  'effect throws after it was done',
  'effect throws for good after it was done',
  'memory is lost',
  'agent starts while the host goes down',
  'power is cut',
  'new slot does not come up',
  'good entry is lost',
  'health fails',
  'grant expires',
  'own window closes',
  'offer is withdrawn',
  'server is away',
  'head moves on',
  'operator cancels',
  'operator orders the other slot',
  'operator confirms',
  'operator acknowledges',
  'operator retries',
  'operator lowers the places',
  'operator clears failures',
  'stale read',
  'lock is unreachable',
  'quorum would be lost',
  'request is lost',
  'answer is lost',
  'client gives up, the request is still under way',
  'endpoint is too slow, the next one is asked',
  'request arrives twice',
  'conflicts do not end',
] as const;
export type Fault = (typeof faults)[number];

/** What breaks a property the protocol relies on; only for mutants that nothing else makes visible. */
export const extras = [
  'lease expires',
  'administrator deletes and writes the key again',
  'late answer',
  'the next endpoint gets nothing',
] as const;
export type Extra = (typeof extras)[number];
