import { X509Certificate } from 'node:crypto';
import { findSigner } from '../../../agent/loader/secure-boot/find-signer.ts';
import { makeCertificates } from '../../../builder/keys/certificates/certificates.ts';
import { signPe } from '../../../builder/sign/secure-boot/sign-pe.ts';
import { makeStub } from '../../builder/boot-file/make-stub.ts';
import type { FuzzTarget } from '../target.ts';

const files = makeCertificates({ name: 'fuzz', tlsNames: ['localhost'] }, new Date());
const text = (file: string) => String(files[`x509/${file}`]);
const db = [new X509Certificate(text('db.crt'))];

export const target: FuzzTarget = {
  corpus: () => [signPe(makeStub().subarray(0, 0x800), { key: text('db.key'), certificate: text('db.crt') })],
  mutate(input, random) {
    // the signature lies behind everything else
    const copy = Buffer.from(input);
    const at = 0x800 + random.below(Math.max(1, copy.length - 0x800));
    if (at < copy.length) copy[at] = random.pick([0, 0x30, 0x31, 0x80, 0x84, 0xa0, 0xff, random.below(256)]);
    return copy;
  },
  run: (input) => findSigner(input, db),
};
