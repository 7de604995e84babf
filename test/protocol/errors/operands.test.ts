import { expect, expectTypeOf, test } from 'vitest';
import { errorTable } from '../../../protocol/errors/error-table.ts';
import { hasCode, InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Operands } from '../../../protocol/errors/operands.ts';

test('operands are typed from the texts of the table', () => {
  expectTypeOf<Operands<'not_found'>>().toExtend<{ what: string | number }>();
  expectTypeOf<Operands<'definition_invalid'>>().toExtend<{ lines?: string | number }>();
  // @ts-expect-error an operand is missing
  new InterlockError('not_found', {});
  // @ts-expect-error an operand is unknown
  new InterlockError('not_found', { what: 'a host', problem: 'gone' });
  // @ts-expect-error operands are missing altogether
  new InterlockError('exists');
  const file = { file: 'image.toml', line: 3, problem: 'is empty' };
  expect(new InterlockError('definition_invalid', file).message).toBe('image.toml:3: is empty');
});

test('a code that was asked for tells the operands', () => {
  const error: unknown = new InterlockError('forbidden', { role: 'viewer', action: 'pause' });
  expect(hasCode(error, 'not_found')).toBe(false);
  expect(hasCode(error, 'forbidden') && error.details.role).toBe('viewer');
});

test('an operand is named by letters alone, and a row’s texts agree which may be absent', () => {
  for (const { message, remedy } of Object.values(errorTable)) {
    const names = [...`${message} ${remedy}`.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name!);
    expect(names.filter((name) => !/^\w+\??$/.test(name))).toEqual([]);
    expect(names.filter((name) => names.includes(`${name}?`))).toEqual([]);
  }
});
