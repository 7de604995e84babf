import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readStatus, type Status } from '../../../agent/cli/read-status.ts';
import { formatStatus } from '../../../agent/cli/status-text.ts';
import { openStore } from '../../../agent/state/store.ts';
import { noteTrouble } from '../../../agent/state/trouble.ts';
import { freshMemory } from '../../../agent/state-machine/memory.ts';

const said = (status: Status) => formatStatus(status, new Date(at)).replaceAll(/\s+/g, ' ');
const at = '2026-03-01T12:00:00.000Z';

describe.runIf(process.getuid?.() === 0)('status, and /var is', () => {
  let root: string;
  let state: string;

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'interlock-status-'));
    mkdirSync(join(root, 'var'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'none', join(root, 'var')]);
    for (const folder of ['etc/interlock/agent.d', 'run/interlock'])
      mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'etc/interlock/agent.d/50-host.toml'), '[machine]\nkind = "file"\n');
    state = join(root, 'var/lib/interlock/agent');
    mkdirSync(state, { recursive: true, mode: 0o700 });
    await openStore(state).save({ ...freshMemory(at), tries: 7 });
  });
  afterEach(() => {
    execFileSync('umount', ['-l', join(root, 'var')]);
    rmSync(root, { recursive: true });
  });

  const fill = () => {
    try {
      for (let n = 0; ; n++) writeFileSync(join(root, `var/${n}`), Buffer.alloc(4096));
    } catch {
      // full
    }
  };
  const codes = async () => (await readStatus(root)).problems.map(({ code }) => code);

  test('well: it says nothing of it', async () => {
    expect((await codes()).filter((code) => /disk|space/.test(code))).toEqual([]);
  });

  test('full: it works, says so, and changes nothing', async () => {
    fill();
    const before = readdirSync(state);
    const status = await readStatus(root);
    expect(status.memory.tries).toBe(7);
    expect(status.problems.map(({ code }) => code)).toContain('space_missing');
    expect(said(status)).toMatch(/space_missing: \S*agent has \d+ bytes free/);
    expect(readdirSync(state)).toEqual(before);
  });

  test('read-only: the same', async () => {
    execFileSync('mount', ['-o', 'remount,ro', join(root, 'var')]);
    const status = await readStatus(root);
    expect(status.memory.tries).toBe(7);
    expect(said(status)).toMatch(/disk_failed: .*(EROFS|read-only)/);
  });

  test('full at the last run: why that ended is said', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left'), {
      code: 'ENOSPC',
      path: join(state, 'x'),
    });
    await noteTrouble(join(root, 'run/interlock'), full, new Date(at));
    expect(said(await readStatus(root))).toMatch(/disk_full: the last run ended early/);
  });
});
