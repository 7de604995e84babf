import { access } from 'node:fs/promises';
import { run } from '../../system/process/run.ts';

const scheduledFile = '/run/systemd/shutdown/scheduled';
const endings = /\b(reboot|poweroff|halt|kexec|soft-reboot|shutdown)\.target\b/;

/** Whether systemd has a shutdown under way or planned, whoever asked for it: logind delays it for those who asked to be waited for. */
export async function isGoingDown(): Promise<boolean> {
  const isPlanned = await access(scheduledFile).then(
    () => true,
    () => false,
  );
  if (isPlanned) return true;
  const property = ['org.freedesktop.login1', '/org/freedesktop/login1', 'org.freedesktop.login1.Manager'];
  // without logind nobody delays a shutdown, and systemd's own list has it
  const prepared = await run('busctl', ['get-property', ...property, 'PreparingForShutdown']).catch(() => '');
  if (prepared.trim() === 'b true') return true;
  return endings.test(await run('systemctl', ['list-jobs', '--no-legend', '--no-pager']));
}
