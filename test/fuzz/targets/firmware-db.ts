import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSigner } from '../../../agent/loader/secure-boot/find-signer.ts';
import { readDb } from '../../../agent/loader/secure-boot/read-db.ts';
import { makeCertificates } from '../../../builder/keys/certificates/certificates.ts';
import { signPe } from '../../../builder/sign/secure-boot/sign-pe.ts';
import { makeStub } from '../../builder/boot-file/make-stub.ts';
import { scratchFolder } from '../scratch-folder.ts';
import type { FuzzTarget } from '../target.ts';

const folder = scratchFolder();
const files = makeCertificates({ name: 'fuzz', tlsNames: ['localhost'] }, new Date());
const text = (file: string) => String(files[`x509/${file}`]);
const program = signPe(makeStub().subarray(0, 0x800), { key: text('db.key'), certificate: text('db.crt') });

function listOf(entry: Buffer): Buffer {
  const head = Buffer.alloc(28 + 16);
  head.write('a159c0a5e494a74a87b5ab155c2bf072', 0, 'hex');
  head.writeUInt32LE(head.length + entry.length, 16);
  head.writeUInt32LE(16 + entry.length, 24);
  return Buffer.concat([head, entry]);
}

export const target: FuzzTarget = {
  corpus() {
    const list = listOf(Buffer.from(files['x509/db.der'] as Uint8Array));
    const head = Buffer.from([7, 0, 0, 0]);
    return [Buffer.concat([head, list, list]), Buffer.concat([head, list, program])];
  },
  async run(input) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c'),
      Buffer.from([6, 0, 0, 0, 1]),
    );
    writeFileSync(join(folder, 'db-d719b2cb-3d3a-4596-a3bc-dad00e67656f'), input);
    findSigner(program, (await readDb(folder)) ?? []);
  },
};
