import { expect, test } from 'vitest';
import { judge } from '../../bench/figure.ts';
import { formatFigures } from '../../bench/table.ts';

test('a limit counts for the ratio when there is a peer, and for the value when there is none', () => {
  const beside = { figure: 'boot', value: 12, unit: 's', peer: 'stock', peerValue: 30 };
  expect(judge({ ...beside, atMost: 0.6 })).toMatchObject({ ratio: 0.4, target: 0.6, ok: true });
  expect(judge({ ...beside, atMost: 0.3 }).ok).toBe(false);
  expect(judge({ ...beside, atLeast: 0.3 }).ok).toBe(true);
  const alone = { figure: 'memory', value: 130, unit: 'MiB' };
  expect(judge({ ...alone, atMost: 128 })).toMatchObject({ ratio: null, peer: null, ok: false });
  expect(judge(alone)).toMatchObject({ target: null, ok: null });
});

test('a benchmark that measured nothing fails', () => {
  expect(() => judge({ figure: 'boot', value: Number.NaN, unit: 's' })).toThrow('boot');
  expect(() => judge({ figure: 'boot', value: 1, unit: 's', peer: 'stock', peerValue: 0 })).toThrow('boot');
});

test('people see value, peer, ratio and whether the target was met', () => {
  const figures = [{ figure: 'boot', value: 12.345, unit: 's', peer: 'stock', peerValue: 2000, atMost: 0.6 }];
  expect(formatFigures(figures.map(judge)).split('\n')).toEqual([
    'figure  value   peer   its value  ratio   target',
    'boot    12.3 s  stock  2000 s     0.0062  0.6     ✓',
  ]);
});
