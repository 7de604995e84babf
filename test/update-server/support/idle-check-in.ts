import type { CheckIn } from '../../../protocol/api/check-in.ts';

/** What a host says that runs 1.0 and has nothing to tell; the parts that matter to a test are given. */
export function idleCheckIn(parts: Partial<CheckIn> = {}): CheckIn {
  return {
    name: 'core',
    version: '1.0',
    arch: 'x86-64',
    channel: 'stable',
    group: 'web',
    bootId: 'boot-one',
    rootHash: 'a'.repeat(64),
    at: 'idle',
    failed: [],
    ...parts,
  };
}
