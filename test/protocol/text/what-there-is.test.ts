import { expect, it } from 'vitest';
import { whatThereIs } from '../../../protocol/text/suggest.ts';

it('names what was probably meant, or else what there is', () => {
  expect(whatThereIs('stabel', ['alpha', 'stable'])).toBe('; did you mean stable?');
  expect(whatThereIs('nochan', ['alpha', 'stable'])).toBe('; there are alpha, stable');
  expect(whatThereIs('nochan', ['alpha'])).toBe('; there is alpha');
  expect(whatThereIs('nochan', [])).toBe('');
  const many = Array.from({ length: 12 }, (_, n) => `channel-${n + 10}`);
  expect(whatThereIs('x', many)).toMatch(/channel-19, and 2 more$/);
});
