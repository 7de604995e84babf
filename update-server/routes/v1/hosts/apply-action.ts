import type { HostAction } from '../../../../protocol/api/hosts.ts';
import type { TokenInfo } from '../../../../protocol/api/operator.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { auditLine } from '../../../auth/audit-line.ts';
import type { NewAudit } from '../../../store/interface/audit.ts';
import type { Store } from '../../../store/interface/store.ts';

/** What changing hosts needs. */
export interface ChangeNeeds {
  store: Store;
  now(): Date;
}

/** Carries out what an operator decided about one host, and records who did and why. Throws `not_found`. */
export async function applyAction(
  { store, now }: ChangeNeeds,
  operator: TokenInfo,
  id: string,
  action: HostAction,
  reason = '',
): Promise<void> {
  const line = auditLine(operator, now(), wordsOf(action), { kind: 'host', id }, reason.trim());
  if (!(await write(store, id, action, line))) throw new InterlockError('not_found', { what: `host ${id}` });
}

function write(store: Store, id: string, done: HostAction, line: NewAudit): Promise<boolean> {
  switch (done.action) {
    case 'hold':
    case 'unhold':
      return store.hold(id, done.action === 'hold', line);
    case 'pin':
      return store.pin(id, done.version, line);
    case 'unpin':
      return store.pin(id, null, line);
    case 'group':
      return store.place(id, done.group, line);
    case 'ungroup':
      return store.place(id, null, line);
    case 'approve':
      return store.approve(id, line);
    case 'forget':
      return store.forget(id, line);
  }
}

/** As the audit log words it. */
function wordsOf(done: HostAction): string {
  switch (done.action) {
    case 'unhold':
      return 'let go';
    case 'pin':
      return `pin to ${done.version}`;
    case 'group':
      return `put into group ${done.group}`;
    case 'ungroup':
      return 'leave its group to the host';
    default:
      return done.action;
  }
}
