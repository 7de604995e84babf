import { describe, expect, it } from 'vitest';
import { parseDefinition } from '../../../builder/definition/define.ts';

const define = (keys: string) =>
  parseDefinition(
    `name = "x"\nsuite = "trixie"\nkernel = "cloud"\npackages = []\n${keys}\n[slots]\nroot = "512 MiB"\nverity = "16 MiB"\n`,
    'image.toml',
    '.',
  );

describe('names of units', () => {
  it.each([
    'a.service',
    'dev-zram0.swap',
    'proc-sys-fs-binfmt_misc.automount',
    String.raw`var-lib-my\x2ddata.mount`,
    String.raw`systemd-fsck@dev-sd\x2da.service`,
    'openvpn-server@a:b.c.service',
    'user@1000.service',
    'machine.slice',
  ])('takes %s', (name) => {
    expect(define(`units = ['${name}']`).units).toEqual([name]);
  });

  it.each([
    ['ssh', /ends with no type, such as \.service/],
    ['ssh.servcie', /no units of type \.servcie; did you mean \.service\?/],
    ['nginx.conf', /no units of type \.conf/],
    ['/usr/lib/systemd/system/a.service', /name the unit, not its path/],
    ['my app.service', /" " cannot stand in it/],
    ['größe.service', /"ö" cannot stand in it/],
    ['@a.service', /nothing stands before the @/],
    ['.service', /nothing stands before/],
    [`${'a'.repeat(248)}.service`, /longer than 255/],
    ['srv@a.mount', /a mount unit has no instances/],
    ['dev-sda.device', /cannot be enabled: the kernel and udev make/],
    ['a.scope', /cannot be enabled: programs make scope units/],
  ])('says what is wrong with %s, and where', (name, problem) => {
    expect(() => define(`units = [\n  "a.service",\n  "${name}",\n]`)).toThrowError(
      expect.objectContaining({
        details: { file: 'image.toml', line: 7, problem: expect.stringMatching(problem) },
      }),
    );
  });

  it('masks devices, and looks into the sections of architectures', () => {
    expect(define('mask = ["dev-tpmrm0.device"]').mask).toEqual(['dev-tpmrm0.device']);
    expect(() => define('[arch.arm64]\nmask = ["x"]')).toThrowError(
      expect.objectContaining({ details: expect.objectContaining({ line: 6 }) }),
    );
  });

  it('refuses an instance whose template is masked', () => {
    expect(() => define("units = ['t@one.service']\nmask = [\n  't@.service',\n]")).toThrowError(
      expect.objectContaining({
        details: expect.objectContaining({
          line: 5,
          problem: expect.stringMatching(/image\.toml:7 masks t@\.service/),
        }),
      }),
    );
  });
});
