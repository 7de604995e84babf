import { expect, it } from 'vitest';
import { packageScriptProblem } from '../../../../builder/tree/install/script-problem.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';

const failed = (output: string) =>
  packageScriptProblem(new InterlockError('tool_failed', { tool: 'mmdebstrap', status: 1, output }));

it('shows the lines of the first package script that failed, with the package’s name', () => {
  const output = `Setting up adduser (3.152) ...
Setting up openjdk-21-jre-headless:amd64 (21.0.13.1+2-1~deb13u1) ...
update-alternatives: using /usr/lib/jvm/java-21-openjdk-amd64/bin/java to provide /usr/bin/java (java) in auto mode
update-alternatives: error: error creating symbolic link '/usr/share/man/man1/java.1.gz.dpkg-tmp': No such file or directory
dpkg: error processing package openjdk-21-jre-headless:amd64 (--configure):
 installed openjdk-21-jre-headless:amd64 package post-installation script subprocess returned error exit status 2
Setting up ssl-cert (1.1.3) ...
dpkg: error processing package ssl-cert (--configure):
 installed ssl-cert package post-installation script subprocess returned error exit status 1
Errors were encountered while processing:
 openjdk-21-jre-headless:amd64
 ssl-cert
E: mmdebstrap failed to run`;
  expect(failed(output)).toMatchObject({
    code: 'tool_failed',
    details: { tool: 'the post-installation script of package openjdk-21-jre-headless', status: '2' },
    message: expect.stringMatching(
      /status 2: update-alternatives: using .*\nupdate-alternatives: error: .*directory$/,
    ),
  });
});

it('names a script that printed nothing, and one that ran before unpacking', () => {
  const output = `Preparing to unpack .../70-tool_1_all.deb ...
dpkg: error processing archive /tmp/apt-dpkg-install-x/70-tool_1_all.deb (--unpack):
 new tool package pre-installation script subprocess returned error exit status 3
E: Sub-process env returned an error code (1)`;
  expect(failed(output)).toMatchObject({
    details: {
      tool: 'the pre-installation script of package tool',
      status: '3',
      output: 'it printed nothing',
    },
  });
});

it('leaves other failures, with their last lines', () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
  expect(failed(lines.join('\n'))).toMatchObject({
    details: { tool: 'mmdebstrap', output: lines.slice(-8).join('\n') },
  });
});
