import { expect, test } from 'vitest';
import { requiredPackages } from '../../../builder/build/required-packages.ts';
import type { Definition } from '../../../builder/define/definition.ts';

const of = (suite: string) =>
  requiredPackages(
    { suite, kernel: 'cloud', packages: ['curl'], agent: true } as unknown as Definition,
    'x86-64',
  );

test('Debian 12 has systemd-repart inside systemd, and no package of that name', () => {
  expect(of('trixie')).toContain('systemd-repart');
  expect(of('bookworm')).not.toContain('systemd-repart');
  expect(of('bookworm')).toEqual(expect.arrayContaining(['curl', 'linux-image-cloud-amd64', 'dosfstools']));
});
