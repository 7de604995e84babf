import { openReport } from '../../../protocol/user-data/report.ts';
import { splitParts } from '../../../system/user-data/split-parts.ts';
import type { FuzzTarget } from '../target.ts';

const text = `Content-Type: multipart/mixed;
 boundary="xyz"
MIME-Version: 1.0

before
--xyz
Content-Type: text/cloud-config; charset="utf-8"

hostname: a
--xyz
Content-Type: text/cloud-config
Content-Transfer-Encoding: base64

aG9zdG5hbWU6IGIK
--xyz
Content-Transfer-Encoding: quoted-printable

#!/bin/sh =
=41
--xyz--
`;
const odd = [
  '\r\n\r\n',
  '--xyz',
  '--xyz--',
  '\n--xyz\n',
  'Content-Type: ',
  'boundary=',
  ';',
  '"',
  '=',
  '=\n',
  'base64',
  'gzip',
  '\0',
  ' '.repeat(200),
  '\u00e4',
];

export const target: FuzzTarget = {
  corpus: () => [Buffer.from(text), Buffer.from(text.replaceAll('\n', '\r\n'))],
  mutate(input, random) {
    const at = random.below(input.length + 1);
    const end = Math.min(input.length, at + random.below(20));
    return Buffer.concat([input.subarray(0, at), Buffer.from(random.pick(odd)), input.subarray(end)]);
  },
  run(input) {
    const to = openReport();
    const parts = splitParts({ text: input.toString('utf8'), bytes: input }, to);
    const longest = parts.reduce((most, { bytes }) => Math.max(most, bytes.length), 0);
    if (longest > 1024 * 1024) throw new Error(`a part of ${longest} bytes`);
  },
};
