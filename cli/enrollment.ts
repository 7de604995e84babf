import type { Command } from 'commander';
import { enrollments } from '../protocol/api/choices.ts';
import type { Enrollment, EnrollmentAnswer } from '../protocol/api/operator.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { line } from '../protocol/text/visible.ts';
import { dayMs, hourMs, minuteMs, weekMs } from '../protocol/time/durations.ts';
import { answer } from '../system/command/command.ts';
import { confirm } from '../system/terminal/confirm.ts';
import { type ClientOptions, createClient } from './client/client.ts';
import { meantHosts } from './client/find-hosts.ts';
import { addChange, type ChangeFlags, changeAll, choiceOf, nameAll } from './host-change.ts';

interface ForgetFlags extends ChangeFlags {
  unapproved?: boolean;
  olderThan?: string;
}

const unitMs = { minute: minuteMs, hour: hourMs, day: dayMs, week: weekMs };

/** Adds `interlock host enrollment` and `forget`: whether hosts need a join token, and how to remove them. */
export function addEnrollment(
  add: (signature: string, summary: string, ...examples: string[]) => Command,
): void {
  add(
    'enrollment [how]',
    'Show or set whether hosts need a join token (token) or can enroll without one (open)',
    'enrollment',
    'enrollment open',
  )
    // the former name, for one release
    .alias('enrolment')
    .action(
      answer(async (how: string | undefined, flags: ClientOptions) => {
        const client = createClient(flags);
        if (how !== undefined && !enrollments.includes(how as Enrollment)) {
          throw new InterlockError('usage', {
            problem: `enrollment is ${how}; use ${enrollments.join(' or ')}`,
          });
        }
        const data = how
          ? await client.replace<EnrollmentAnswer>('v1/enrollment', { enrollment: how })
          : await client.get<EnrollmentAnswer>('v1/enrollment');
        return { text: describe(data), data };
      }),
    );

  addChange(
    add(
      'forget [host...]',
      'Delete the credentials and records of hosts, or of all unapproved hosts',
      'forget web-1',
      "forget --unapproved --older-than '7 days' --yes",
    ),
  )
    .option('--unapproved', 'all hosts that wait for approval')
    .option('--older-than <time>', 'only hosts without a check-in for this long: 12 hours, 7 days')
    .action(
      answer(async (words: string[], flags: ForgetFlags) => {
        const { unapproved, olderThan, yes, reason } = flags;
        const choice = choiceOf(flags);
        const isOther = words.length > 0 || Object.values(choice).some(Boolean);
        if (isOther === Boolean(unapproved) || (olderThan && isOther)) {
          throw new InterlockError('usage', {
            problem: 'give a host or --unapproved, not both; --older-than needs --unapproved',
          });
        }
        const client = createClient(flags);
        if (unapproved) {
          const which = olderThan ? `all unapproved hosts not seen for ${olderThan}` : 'all unapproved hosts';
          await confirm(yes, `the records of ${which} are deleted; a host that lives must enroll again`);
          return forgetAll(client, olderThan);
        }
        const hosts = await meantHosts(client, words, choice);
        const whose = hosts.length === 1 ? `${hosts[0]!.called} (${hosts[0]!.id})` : nameAll(hosts);
        await confirm(
          yes,
          `the record of ${whose} and its credential are deleted; the host gets no update until it enrolls again`,
        );
        return changeAll(client, hosts, { action: 'forget' }, reason);
      }),
    );
}

async function forgetAll(client: ReturnType<typeof createClient>, olderThan: string | undefined) {
  const before = olderThan === undefined ? undefined : new Date(Date.now() - spanMs(olderThan)).toISOString();
  const data = await client.post<{ forgotten: number }>('v1/hosts/forget', {
    unapproved: true,
    ...(before && { before }),
  });
  return { text: line`forgot ${data.forgotten} hosts`, data };
}

function spanMs(text: string): number {
  const [, count, unit] = /^(\d{1,4}) ?(minute|hour|day|week)s?$/.exec(text) ?? [];
  if (!unit)
    throw new InterlockError('usage', {
      problem: `--older-than is ${text}; give a time such as 12 hours or 7 days`,
    });
  return Number(count) * unitMs[unit as keyof typeof unitMs];
}

function describe({ enrollment, unapproved, limit }: EnrollmentAnswer): string {
  const rule =
    enrollment === 'token'
      ? 'hosts need a join token: interlock token create --role join'
      : 'hosts can enroll without a join token; they count once they are approved';
  const waiting = line`${unapproved} of at most ${limit} hosts wait for approval`;
  return [line`${enrollment}: ${rule}`, waiting].join('\n');
}
