import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeGrubEnvironment,
  encodeGrubEnvironment,
  type GrubEnvironment,
  grubEnvironmentLength,
  grubSectorLength,
} from '../../../protocol/boot/grub-environment.ts';

const pointer = fc.record({
  generation: fc.integer({ min: 1, max: 999_999_999_999_999 }),
  image: fc.record({
    slot: fc.constantFrom('a' as const, 'b' as const),
    prefix: fc.stringMatching(/^[0-9a-f]{16}$/),
  }),
});
const trial = fc.tuple(pointer, fc.integer({ min: 0, max: 3 })).map(([one, left]) => ({ ...one, left }));
const environment: fc.Arbitrary<GrubEnvironment> = fc.record({
  good: fc.option(pointer),
  trial: fc.option(trial),
});

test('the block is what GRUB reads and writes: its header, a line for each variable, filled up with #', () => {
  const good = { generation: 7, image: { slot: 'a', prefix: '0123456789abcdef' } } as const;
  const block = encodeGrubEnvironment({ good, trial: null });
  expect(block.toString('latin1').replace(/#+$/, '')).toBe(
    [
      '# GRUB Environment Block',
      'good_generation=7',
      'good_image=a-0123456789abcdef',
      'trial_generation=0',
      'trial_image=',
      'trial_left=0',
      '',
    ].join('\n'),
  );
  expect(block).toHaveLength(grubEnvironmentLength);
});

test('every block is read back, by its first sector alone', () => {
  fc.assert(
    fc.property(environment, (one) => {
      const block = encodeGrubEnvironment(one);
      expect(block.subarray(grubSectorLength).every((byte) => byte === 0x23)).toBe(true);
      expect(decodeGrubEnvironment(block.subarray(0, grubSectorLength))).toEqual(one);
    }),
  );
});

test('a sector that the next one replaced by half starts no trial that neither of them has', () => {
  const next = fc.oneof(
    fc.constant(null),
    pointer.map((one) => ({ ...one, left: 3 })),
    fc.constant('ended' as const),
  );
  fc.assert(
    fc.property(environment, fc.option(pointer), next, fc.nat(200), (before, good, trial, cut) => {
      const ended = before.trial && { ...before.trial, left: 0 };
      const after = { good, trial: trial === 'ended' ? ended : trial };
      const [old, written] = [encodeGrubEnvironment(before), encodeGrubEnvironment(after)];
      const torn = decodeGrubEnvironment(Buffer.concat([written.subarray(0, cut), old.subarray(cut)]));
      if (!torn?.trial?.left) return;
      const { slot, prefix } = torn.trial.image;
      const whole = [before.trial, after.trial].find(
        (one) => one?.image.slot === slot && one.image.prefix === prefix,
      );
      // a mixture of two names is the name of no file
      expect(whole ? whole.left : 1).toBeGreaterThan(0);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['zeros', Buffer.alloc(512)],
  ['another header', Buffer.from('# GRUB environment\n')],
  ['nothing', Buffer.alloc(0)],
])('%s is no block', (_, bytes) => {
  expect(decodeGrubEnvironment(bytes)).toBeUndefined();
});

test.each(['good_generation=7', 'trial_left=4', 'trial_left=', 'trial_image=c-0123456789abcdef'])(
  'a block that says %s is torn',
  (line) => {
    const text = encodeGrubEnvironment({ good: null, trial: null }).toString('latin1');
    const name = line.replace(/=.*/, '');
    const changed = text.replace(new RegExp(`^${name}=.*$`, 'm'), line);
    expect(decodeGrubEnvironment(Buffer.from(changed, 'latin1'))).toBeUndefined();
  },
);
