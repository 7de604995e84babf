import { packCpio } from '../../../builder/boot-file/cpio.ts';
import { appendSections } from '../../../builder/boot-file/pe.ts';
import { listBoot } from '../../../builder/payload/list-boot.ts';
import { makeStub } from '../../builder/boot-file/make-stub.ts';
import type { FuzzTarget } from '../target.ts';

const archive = packCpio(
  new Map([
    ['init', { kind: 'file', mode: 0o755, content: Buffer.from('#!/bin/sh') }],
    ['lib', { kind: 'directory' }],
    ['lib/module.ko', { kind: 'file', mode: 0o644, content: Buffer.alloc(5000, 'm') }],
  ]),
);

export const target: FuzzTarget = {
  corpus: () => [appendSections(makeStub(), [{ name: '.initrd', content: archive }])],
  run: (input) => listBoot(input),
};
