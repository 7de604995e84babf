import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { openAlike } from '../../../builder/payload/find-similar.ts';

const block = 4096;

/** Bytes that look random, the same each time. */
function noise(name: string, blocks: number): Buffer {
  const pieces = Array.from({ length: blocks * (block / 32) }, (_, n) =>
    hash('sha256', `${name} ${n}`, 'buffer'),
  );
  return Buffer.concat(pieces);
}

/** Walks over an image's extents in order, and says in blocks where each one's context begins. */
function contexts(extents: readonly Buffer[], blocks: number): number[] {
  const alike = openAlike(Buffer.concat(extents).length);
  let offset = 0;
  return extents.map((bytes) => {
    const from = alike.find(bytes, offset, Math.min(offset, blocks * block));
    offset += bytes.length;
    return from / block;
  });
}

const program = noise('program', 40);

it('finds what is alike wherever it lies', () => {
  const changed = Buffer.from(program);
  for (let at = 0; at < changed.length; at += 300) changed[at]! ^= 1;
  const extents = [noise('first', 30), program, noise('between', 200), changed];
  expect(contexts(extents, 40).at(-1)).toBe(30);
});

it('takes what lies right before when nothing else is better', () => {
  expect(contexts([noise('one', 50), noise('two', 50), noise('three', 20)], 40)).toEqual([0, 10, 60]);
  expect(contexts([program, noise('between', 20), program, program], 40).at(-1)).toBe(60);
});

it('never reaches into the extent itself', () => {
  const repeated = Buffer.concat([program, program]);
  expect(contexts([noise('first', 50), repeated], 40).at(-1)).toBe(10);
});

it('prefers where most of it lies together', () => {
  const [head, body] = [program.subarray(0, 8 * block), program.subarray(8 * block)];
  const extents = [head, noise('first', 60), body, noise('second', 60), program];
  expect(contexts(extents, 40).at(-1)).toBe(68);
});
