import type { Node } from '../../user-data/node.ts';
import type { PlannedFile } from '../../user-data/plan.ts';
import type { Report } from '../../user-data/report.ts';
import { settingsFile } from '../../user-data/settings-file.ts';
import { flag, text } from '../shape/shape.ts';

/** `locale`, as the file that systemd reads; all but C.UTF-8 need the package locales in the image. */
export function localeFile(node: Node, to: Report): PlannedFile | undefined {
  const name = text({
    pattern: /^[A-Za-z0-9_.@-]{1,64}$/,
    is: 'is no locale',
    instead: 'Write one such as C.UTF-8 or de_DE.UTF-8.',
  })(node, 'locale', to);
  if (name === undefined) return undefined;
  if (!/^(?:C|POSIX)\b/.test(name)) {
    to.warn(
      node.at,
      `locale ${name} works only if the image has it`,
      'Put the package locales and the locale itself into the image, or write C.UTF-8.',
    );
  }
  return settingsFile('/etc/locale.conf', `LANG=${name}\n`, node.at);
}

/** `ssh_pwauth`, as a file that sshd reads before the image’s: the first value counts. */
export function passwordFile(node: Node, to: Report): PlannedFile | undefined {
  const allowed = flag(node, 'ssh_pwauth', to);
  if (allowed === undefined) return undefined;
  if (allowed)
    to.warn(
      node.at,
      'ssh_pwauth true lets people guess passwords from the network',
      'Leave it out, and use keys.',
    );
  const text = `PasswordAuthentication ${allowed ? 'yes' : 'no'}\n`;
  return settingsFile('/etc/ssh/sshd_config.d/05-user-data.conf', text, node.at);
}
