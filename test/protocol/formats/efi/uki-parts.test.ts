import { expect, test } from 'vitest';
import { packUki } from '../../../../builder/boot-file/uki.ts';
import { ukiHeadLength, ukiParts } from '../../../../protocol/formats/efi/uki-parts.ts';
import { ukiInput } from '../../../builder/boot-file/check-uki.ts';
import { makeStub } from '../../../builder/boot-file/make-stub.ts';

const image = packUki(ukiInput);
const head = image.subarray(0, ukiHeadLength);

test('kernel, initrd and command line are found with their exact lengths', () => {
  const { linux, initrd, cmdline } = ukiParts(head, image.length)!;
  const part = ({ offset, length }: typeof linux) => image.subarray(offset, offset + length);
  expect(part(linux).equals(Buffer.from(ukiInput.kernel))).toBe(true);
  expect(part(initrd).equals(Buffer.from(ukiInput.initrd))).toBe(true);
  expect(part(cmdline).toString()).toBe(ukiInput.cmdline.trim());
});

test.each([
  ['a stub without sections of ours', makeStub(), 10_000],
  ['an image that ends within its initrd', head, image.length - ukiInput.initrd.length],
  ['no PE image', Buffer.alloc(4096), 10_000],
  ['nothing', Buffer.alloc(0), 0],
])('%s has no parts', (_, bytes, size) => {
  expect(ukiParts(bytes, size)).toBeNull();
});
