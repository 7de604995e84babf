import { expect, test } from 'vitest';
import { formatCommandLineFile, grubProblem } from '../../../protocol/boot/grub-command-line.ts';

const image = { slot: 'a', prefix: '0123456789abcdef' } as const;

test('each word is quoted, and quotation marks go: GRUB puts them back around a word with a space', () => {
  expect(formatCommandLineFile(image, 'ro  quiet dyndbg="file a* +p" $HOME;reboot')).toBe(
    `function linux_described { linux "$@" 'ro' 'quiet' 'dyndbg=file a* +p' '$HOME;reboot'; }\nset described=a-0123456789abcdef\n`,
  );
});

test.each(["it's", 'a\\b', 'open="', 'a="b"c', 'bell\u0007', 'ümlaut'])(
  '%j cannot be handed over',
  (text) => {
    expect(grubProblem(text)).toBeTruthy();
    expect(() => formatCommandLineFile(image, text)).toThrow(grubProblem(text));
  },
);
