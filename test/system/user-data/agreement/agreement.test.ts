import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { otherKeys } from '../../../../protocol/cloud-config/keys/other-keys.ts';
import { readKeys } from '../../../../protocol/cloud-config/plan-document.ts';
import { readUserData } from '../../../../system/user-data/read-user-data.ts';
import { bad, good, milder, stricter } from './documents.ts';

const root = join(import.meta.dirname, '../../../..');
/** Unpacked by setup.js, because an installed cloud-init would take over this machine at its next boot. */
const unpacked = join(root, '.cache/tools/cloud-init');
const python = existsSync(unpacked)
  ? join(unpacked, 'usr/lib/python3/dist-packages')
  : '/usr/lib/python3/dist-packages';
const documents = [...good, ...bad, ...stricter.map(([text]) => text), ...milder.map(([text]) => text)];

/** What the verb `cloud-init schema -c FILE` calls, for all documents in one process. */
const script = `
import json, sys, tempfile, os, logging
logging.disable(logging.CRITICAL)
from cloudinit.config.schema import get_schema, validate_cloudconfig_file, SchemaValidationError
schema = get_schema()
out = []
for text in json.load(sys.stdin):
    with tempfile.NamedTemporaryFile('w', suffix='.yaml') as file:
        file.write('#cloud-config\\n' + text + '\\n')
        file.flush()
        try:
            validate_cloudconfig_file(file.name, schema)
            out.append(None)
        except (SchemaValidationError, ValueError, RuntimeError) as error:
            out.append(str(error)[:200])
        except Exception as error:
            out.append(type(error).__name__ + ': ' + str(error)[:200])
print(json.dumps(out))`;

let theirs: ReadonlyMap<string, string | null>;
beforeAll(() => {
  const answer = execFileSync('/usr/bin/python3', ['-c', script], {
    input: JSON.stringify(documents),
    env: { ...process.env, PYTHONPATH: python },
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const verdicts = JSON.parse(answer.trim().split('\n').at(-1)!) as (string | null)[];
  theirs = new Map(documents.map((text, index) => [text, verdicts[index]!]));
}, 60_000);

function ours(text: string): string | null {
  const { problems } = readUserData(Buffer.from(`#cloud-config\n${text}\n`));
  return problems.find(({ severity }) => severity === 'error')?.text ?? null;
}

test('two hundred documents and more are judged alike, but for differences with a reason', () => {
  const found = documents.map((text) => ({
    text,
    ours: ours(text) === null,
    theirs: theirs.get(text) === null,
  }));
  const verdictOf = (text: string) => found.find((each) => each.text === text)!;
  expect(
    good
      .filter((text) => !verdictOf(text).ours || !verdictOf(text).theirs)
      .map((text) => [text, ours(text), theirs.get(text)]),
  ).toEqual([]);
  expect(bad.filter((text) => verdictOf(text).ours || verdictOf(text).theirs)).toEqual([]);
  expect(
    stricter.filter(([text]) => verdictOf(text).ours || !verdictOf(text).theirs).map(([text]) => text),
  ).toEqual([]);
  expect(
    milder.filter(([text]) => !verdictOf(text).ours || verdictOf(text).theirs).map(([text]) => text),
  ).toEqual([]);
  expect(good.length + bad.length).toBeGreaterThan(200);
  expect(new Set(documents).size).toBe(documents.length);
});

test('each key of Debian’s schema is read, left out or refused, and none is unknown', () => {
  const file = join(python, 'cloudinit/config/schemas/schema-cloud-config-v1.json');
  const { $defs } = JSON.parse(readFileSync(file, 'utf8')) as {
    $defs: Record<string, { properties?: object }>;
  };
  const modules = Object.entries($defs).filter(([name]) => /^cc_|^base_|_config$/.test(name));
  const keys = new Set(modules.flatMap(([, { properties = {} }]) => Object.keys(properties)));
  expect(keys.size).toBeGreaterThan(80);
  const known = new Set([...readKeys, ...Object.keys(otherKeys)]);
  expect([...keys].filter((key) => !known.has(key))).toEqual([]);
});

test('the command itself says the same of a good and of a bad document', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloud-init-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const run = (text: string) => {
    const file = join(folder, 'user-data');
    writeFileSync(file, `#cloud-config\n${text}\n`);
    const command = ['-m', 'cloudinit.cmd.main', 'schema', '-c', file];
    return spawnSync('/usr/bin/python3', command, { env: { ...process.env, PYTHONPATH: python } }).status;
  };
  expect([run('hostname: web-1'), run('hostname: 1')]).toEqual([0, 1]);
});
