import { expect, test } from 'vitest';
import { parseBootFacts } from '../../../protocol/boot/boot-facts.ts';

const esp = '5dfbf5f4-2848-4bac-aa5e-0d9a20b745a6';

test('facts are read, and keys of later releases are ignored', () => {
  expect(parseBootFacts(`loader=grub\nesp=${esp}\ngeneration=12\nsecure_boot=off\nmoon=full\n`)).toEqual({
    loader: 'grub',
    esp,
    generation: 12,
    secureBoot: false,
  });
  expect(parseBootFacts('loader=none\nsecure_boot=on\n')).toEqual({ loader: 'none', secureBoot: true });
});

test('what is no fact is none', () => {
  expect(parseBootFacts('')).toBeUndefined();
  expect(parseBootFacts('loader=lilo\nsecure_boot=off\n')).toBeUndefined();
  expect(parseBootFacts('loader=grub\nesp=x\ngeneration=-1\n')).toEqual({
    loader: 'grub',
    secureBoot: false,
  });
});
