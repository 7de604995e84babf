import { spawnSync } from 'node:child_process';
import { type KeyObject, verify } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { digestOf, publicKeyOf } from '../../protocol/formats/keys/signature.ts';
import type { Signer } from '../metadata/signer.ts';

/** A person may have to find a token, type its PIN and touch it. */
const patienceMs = 300_000;

/**
 * Signs by a command of the owner's: PKCS#11, a cloud's key service, a smart card. It runs in the keys folder by
 * `/bin/sh -c`, gets the bytes to sign on stdin (a file), and writes the signature to stdout: raw, hex or base64; for P-256 as DER or
 * as r‖s. Its stderr goes to the terminal. Throws `signer_failed` unless the signature is true.
 */
export function commandSigner(dir: string, file: string, key: KeyObject, command: string): Signer {
  const { id } = publicKeyOf(key);
  return {
    id,
    key,
    file,
    sign: (bytes, role) => {
      const refuse = (problem: string) => new InterlockError('signer_failed', { command, role, problem });
      const { status, signal, error, stdout } = withBytesIn(bytes, (stdin) =>
        spawnSync('/bin/sh', ['-c', command], {
          cwd: dir,
          timeout: patienceMs,
          stdio: [stdin, 'pipe', 'inherit'],
          env: { ...process.env, INTERLOCK_ROLE: role, INTERLOCK_KEY: id },
        }),
      );
      if (error) throw refuse(error.message);
      if (status !== 0) throw refuse(`ended with ${status ?? signal}`);
      const signature = readings(stdout).find((reading) => verify(digestOf(key), bytes, key, reading));
      if (!signature) throw refuse(`what it wrote (${stdout.length} bytes) is not a signature by this key`);
      return signature.toString('hex');
    },
  };
}

/** Opens a file with these bytes: tools that need a size, or open `/dev/stdin` again, refuse a socket. */
function withBytesIn<T>(bytes: Uint8Array, use: (stdin: number) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-sign-'));
  try {
    const file = join(folder, 'bytes');
    writeFileSync(file, bytes);
    const stdin = openSync(file, 'r');
    try {
      return use(stdin);
    } finally {
      closeSync(stdin);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every way to read what a command wrote. */
function readings(output: Buffer): Buffer[] {
  const text = output.toString('latin1').replace(/\s+/g, '');
  const plain = [output, Buffer.from(text, 'hex'), Buffer.from(text, 'base64')];
  return [...plain, ...plain.filter(({ length }) => length === 64).map(toDer)];
}

/** r‖s of P-256 as the DER that TUF's scheme takes (RFC 3279 §2.2.3). */
function toDer(raw: Buffer): Buffer {
  const integer = (half: Buffer) => {
    const start = half.findIndex((byte) => byte !== 0);
    const digits = half.subarray(start < 0 ? half.length - 1 : start);
    const padded = digits[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits;
    return Buffer.concat([Buffer.of(2, padded.length), padded]);
  };
  const body = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}
