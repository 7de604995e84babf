import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorOf, InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Failure } from '../../../protocol/errors/operands.ts';
import { visible, visibleJson, visibleLines } from '../../../protocol/text/visible.ts';

const steering = [
  ['an escape sequence', 'a\u001b[31mb', 'a\\x1b[31mb'],
  ['a title by BEL', '\u001b]0;x\u0007', '\\x1b]0;x\\x07'],
  ['a sequence of one C1 byte', '\u009b2J', '\\x9b2J'],
  ['a break of line', 'a\r\nb\tc', 'a\\r\\nb\\tc'],
  ['deletion', 'a\u007f\b', 'a\\x7f\\x08'],
  ['an override of direction', 'a\u202egnp.exe', 'a\\u202egnp.exe'],
  ['an isolate', '\u2066a\u2069\u061c', '\\u2066a\\u2069\\u061c'],
  ['no width', 'web\u200b-1\u2060\ufeff\u00ad', 'web\\u200b-1\\u2060\\ufeff\\xad'],
  ['separators', 'a\u2028b\u2029c\u0085', 'a\\u2028b\\u2029c\\x85'],
  ['tags', 'a\u{e0041}', 'a\\u{e0041}'],
  ['fillers', '\u3164\u115f', '\\u3164\\u115f'],
  ['half a pair', '\ud83d!', '\\ud83d!'],
] as const;

describe('visible text', () => {
  it.each(steering)('shows %s', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
    expect(visible(shown)).toBe(shown);
  });

  it('leaves what people write as it is', () => {
    for (const text of ['Größe 5 µm → 日本', 'naïve 😀', 'مرحبا', 'a\\nb', '●◐○✗█░…']) {
      expect(visible(text)).toBe(text);
    }
  });

  it('keeps lines and tabs where lines are meant, and nothing else', () => {
    expect(visibleLines('a\n\tb\r\u001b')).toBe('a\n\tb\\r\\x1b');
  });

  it('leaves JSON the same value, with nothing raw in it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = visibleJson(JSON.stringify(value, null, 2));
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(visibleLines(text)).toBe(text);
      }),
    );
    for (const [, text] of steering)
      expect(JSON.parse(visibleJson(JSON.stringify({ text })))).toEqual({ text });
  });

  it('is what operands of errors become', () => {
    const what = 'host x\u001b[2J\nVERIFIED by admin';
    expect(new InterlockError('not_found', { what }).message).toBe(
      'host x\\x1b[2J\\nVERIFIED by admin does not exist',
    );
    const failed = new InterlockError('tool_failed', {
      tool: 'apt\n',
      status: 1,
      output: 'E: a\n\u001b[1mE: b',
    });
    expect(failed.message).toBe('apt\\n failed with status 1: E: a\n\\x1b[1mE: b');
    expect(errorOf({ code: 'not_found', details: {} } as Failure).message).toBe('{what} does not exist');
  });
});
