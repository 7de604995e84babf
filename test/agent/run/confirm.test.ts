import { expect, test } from 'vitest';
import { confirm } from '../../../agent/run/confirm.ts';

const never = new AbortController().signal;

function ports(readRoot: () => Promise<void>) {
  const calls: string[] = [];
  const host = { readRoot: () => readRoot().finally(() => calls.push('the root was read')) };
  const loader = { markGood: async (generation: number) => void calls.push(`${generation} was marked good`) };
  return { calls, host, loader };
}

test('the whole root is read before the slot is marked good', async () => {
  const { calls, host, loader } = ports(() => new Promise((resolve) => setTimeout(resolve, 20)));
  await confirm(host, loader, 7, never);
  expect(calls).toEqual(['the root was read', '7 was marked good']);
});

test('a root that cannot be read is not marked good', async () => {
  const { calls, host, loader } = ports(() => Promise.reject(new Error('EIO')));
  await expect(confirm(host, loader, 7, never)).rejects.toThrow('EIO');
  expect(calls).toEqual(['the root was read']);
});
