import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { undateKeystore } from '../../../../builder/tree/normalise/undate-keystore.ts';

const short = (text: string) => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
};
const word = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

function keystore(names: readonly string[], time: bigint, password = 'changeit', tag = 2): Buffer {
  const entries = names.map((name) => {
    const date = Buffer.alloc(8);
    date.writeBigUInt64BE(time);
    const certificate = Buffer.from(`certificate of ${name}`);
    return Buffer.concat([
      word(tag),
      short(name),
      date,
      short('X.509'),
      word(certificate.length),
      certificate,
    ]);
  });
  const body = Buffer.concat([word(0xfeedfeed), word(2), word(names.length), ...entries]);
  const secret = Buffer.from(password, 'utf16le').swap16();
  const digest = createHash('sha1').update(secret).update('Mighty Aphrodite').update(body).digest();
  return Buffer.concat([body, digest]);
}

it('makes one keystore of the same certificates, whenever and in whatever order they were added', () => {
  const one = undateKeystore(keystore(['b', 'debian:a', 'c'], 1_700_000_000_000n));
  expect(one).toEqual(undateKeystore(keystore(['c', 'b', 'debian:a'], 5n)));
  expect(one).toEqual(keystore(['b', 'c', 'debian:a'], 0n));
});

it('leaves alone what is no list of certificates with the usual password', () => {
  const others = [
    keystore(['a'], 5n, 'secret'),
    keystore(['a'], 5n, 'changeit', 1),
    Buffer.from('PKCS12, which begins with another magic number'),
    Buffer.alloc(3),
  ];
  for (const other of others) expect(undateKeystore(other)).toEqual(other);
});
