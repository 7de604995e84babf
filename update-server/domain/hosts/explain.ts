import type { NoneReason } from '../../../protocol/api/check-in.ts';
import type { HostSummary } from '../../../protocol/api/operator.ts';
import { paceOf } from '../../../protocol/documents/policy.ts';
import { noneReasons } from '../../../protocol/rules/none-reasons.ts';
import { nextOpening } from '../../../system/time/window.ts';
import { cohortOf, cohorts } from '../rollout/cohort.ts';
import { forecastStart } from '../rollout/forecast.ts';
import { opensAfterMs } from '../rollout/ramp.ts';
import { inFlightLimit, type Rollout } from '../rollout/rollout.ts';
import { answerByNow } from './next-answer.ts';

/** Says why a host is in its state, and what would change it. */
export function explain(host: HostSummary, rollout: Rollout | undefined, now: Date): string {
  if (!host.lastSeen || !host.decision) return 'The host enrolled and has not checked in yet.';
  const why = ofGrant(host) ?? whyOf(host, rollout, now);
  const more = [
    ofSilence(host),
    ofTrouble(host),
    host.held && host.decision !== 'held' ? sentence('held', host, rollout) : '',
    host.approved
      ? ''
      : `It is not approved, so it does not count in rollouts: interlock host approve ${host.id.slice(0, 8)}`,
  ];
  return [why, ...more].filter(Boolean).join(' ');
}

/** Why, by what is true now; an answer that is not true any more is shown as what it was. */
function whyOf(host: HostSummary, rollout: Rollout | undefined, now: Date): string {
  const { decision, lastSeen } = host;
  if (decision === 'offered')
    return `The host has a grant to install ${host.offered}; its agent is in state ${host.at}.`;
  if (decision === null) return '';
  const byNow = answerByNow(host, rollout, now) ?? decision;
  const sayNow = ofRollout({ ...host, decision: byNow }, rollout, now) ?? sentence(byNow, host, rollout);
  if (byNow === decision) return sayNow;
  return `${sayNow} It was last in contact at ${lastSeen}, before that changed, and was answered: ${noneReasons[decision].label}.`;
}

/** That what is known of a silent host is old. */
function ofSilence({ state, standing, lastSeen }: HostSummary): string {
  if (state !== 'silent' || standing?.is === 'silent') return '';
  return `The host is silent: this is what it said at ${lastSeen}, and it has missed several check-ins since.`;
}

/** What its agent reports; user-data that do not hold keep it from nothing. */
function ofTrouble({ trouble }: HostSummary): string {
  if (!trouble) return '';
  const since = trouble.code === 'user_data_failed' ? 'has reported since' : 'has been stuck since';
  return `Its agent ${since} ${trouble.since}: ${trouble.code}, ${trouble.text}`;
}

/** The outcome of the last grant, while it says more than the decision of the last check-in. */
function ofGrant({ standing, lastSeen, decision, at, offered }: HostSummary): string | undefined {
  if (!standing) return undefined;
  const { is, version, since } = standing;
  if (is === 'silent') {
    const later = lastSeen && lastSeen > since ? `; a check-in at ${lastSeen} is not yet evaluated` : '';
    return `The host is silent: it reported at ${since} that it reboots into ${version}, and has not been seen since${later}. It counts as failed.`;
  }
  if (decision !== 'offered' || offered !== version) return undefined;
  if (is === 'rebooting') {
    return `The host reported at ${since} that it reboots into ${version}; it was last seen at ${lastSeen}, in state ${at}. It counts as under way until it confirms or fails.`;
  }
  if (is === 'confirmed') return `The host confirmed ${version} at ${since} and has not checked in since.`;
  if (is === 'failed' || is === 'fell_back') return `The update to ${version} ended at ${since}: ${is}.`;
  if (is === 'withdrawn') return `The grant to install ${version} was withdrawn at ${since}.`;
  return undefined;
}

/** A reason as a sentence, with the command that changes it. */
function sentence(reason: NoneReason, host: HostSummary, rollout: Rollout | undefined): string {
  const { text, command, hostCommand } = noneReasons[reason];
  const advice = command ?? (hostCommand && `${hostCommand} on the host, or publish a newer release`);
  const whole = `${text.charAt(0).toUpperCase()}${text.slice(1)}${advice ? `: ${advice}` : ''}.`;
  return fillIn(whole, host, rollout);
}

/** Fills the host, the rollout, the image and the channel into commands, so that they can be typed. */
function fillIn(text: string, host: HostSummary, rollout: Rollout | undefined): string {
  const own: Record<string, string | undefined | null> = {
    HOST: host.id.slice(0, 8),
    ROLLOUT: rollout?.id.slice(0, 8),
    IMAGE: host.name,
    CHANNEL: host.channel,
  };
  return text.replace(/\b(HOST|ROLLOUT|IMAGE|CHANNEL)\b/g, (word) => own[word] ?? word);
}

/** A reason with the figures of the rollout. */
function ofRollout(host: HostSummary, rollout: Rollout | undefined, now: Date): string | undefined {
  if (!rollout) return undefined;
  const { policy, counts, reason, starts, state } = rollout;
  const pace = paceOf(policy, host.group ?? '');
  switch (host.decision) {
    case 'scheduled':
      return `The rollout of ${rollout.version} starts at ${starts}; ${reached(host, rollout, now)}`;
    case 'paused':
    case 'halted':
    case 'aborted':
      return state === host.decision && reason
        ? `${sentence(host.decision, host, rollout)} Reason: ${reason}.`
        : undefined;
    case 'outside_window':
      return `The update window opens at ${nextOpening(pace.windows, now).toISOString()}.`;
    case 'canary_first':
      return `Canary hosts of group ${policy.canary?.group} go first; ${counts.confirmed} hosts have confirmed ${rollout.version} so far; ${reached(host, rollout, now)}`;
    case 'not_yet':
      return notYet(host, rollout, now);
    case 'in_flight_limit':
      return `${counts.inFlight} hosts are under way and the limit is ${inFlightLimit(rollout)}; the host starts when one of them has finished.`;
    default:
      return undefined;
  }
}

function notYet(host: HostSummary, rollout: Rollout, now: Date): string {
  const cohort = cohortOf(host.id, rollout.release);
  const place = `The cohort of the host for ${rollout.version} is ${((cohort * 100) / cohorts).toFixed(2)} %`;
  return `${place}; ${reached(host, rollout, now)}`;
}

/** When the host may start, if nothing stops the rollout: by its start, its canary, its ramp and its windows. */
function reached(host: HostSummary, rollout: Rollout, now: Date): string {
  const { policy, full } = rollout;
  const group = host.group ?? '';
  const pace = paceOf(policy, group);
  const isFirst = full || policy.canary?.group === group;
  const after = isFirst ? 0 : opensAfterMs(pace, cohortOf(host.id, rollout.release));
  if (after === null)
    return 'the ramp ends before it reaches the host: interlock rollout finish lets it start.';
  const at = isFirst
    ? nextOpening(pace.windows, new Date(Math.max(Date.parse(rollout.starts), now.getTime())))
    : forecastStart(pace, after, rollout, now);
  const canary = policy.canary && !rollout.canaryPassed && !isFirst ? ' and the canary passes' : '';
  return `the ramp reaches it at ${at.toISOString()} if the rollout continues${canary}.`;
}
