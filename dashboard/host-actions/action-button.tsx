import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import type { ChangeHostsAnswer, HostAction } from '../../protocol/api/hosts.ts';
import { announce } from '../components/announce.tsx';
import { ReasonField } from '../components/reason-field.tsx';
import { countOf } from '../format/size.ts';
import { actionTexts } from './action-texts.ts';
import { changeHosts } from './change-hosts.ts';
import { ChooseGroup, ChooseVersion } from './choose.tsx';

/** A host that an action is for. */
export interface ActedOn {
  id: string;
  hostname: string;
  /** The image that it follows. */
  name: string;
  pinned?: string | null;
}

interface ActionButtonProps {
  action: HostAction['action'];
  hosts: readonly ActedOn[];
  /** Groups that hosts are in, for the one that asks for a group. */
  groups: readonly string[];
  /** Called when anything was changed, even if not for all. */
  applied(): void;
}

const namedHosts = 8;

/** A button for one or many hosts: it asks what is missing and why, and says of each host that could not be changed. */
export function ActionButton({ action, hosts, groups, applied }: ActionButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const [failed, setFailed] = useState<ChangeHostsAnswer['results']>([]);
  const id = useId();
  const text = actionTexts[action];
  const who = hosts.length === 1 ? nameOf(hosts[0]!) : countOf(hosts.length, 'host');

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setProblem('');
    try {
      const results = await changeHosts(
        hosts.map((host) => host.id),
        filled(action, given),
        word(given, 'reason'),
      );
      const wrong = results.filter((result) => result.problem);
      setFailed(wrong);
      if (wrong.length < results.length) applied();
      if (wrong.length === 0) {
        announce(text.done(who));
        dialog.current?.close();
      }
    } catch (error) {
      setProblem((error as Error).message);
    }
    setBusy(false);
  };

  const open = () => {
    setFailed([]);
    setProblem('');
    setOpen(true);
    dialog.current?.showModal();
  };
  const isOver = failed.length > 0;
  return (
    <>
      <button type="button" class={text.danger ? 'danger' : undefined} onClick={open}>
        {text.verb}
      </button>
      <dialog ref={dialog} aria-labelledby={id} onClose={() => setOpen(false)}>
        <form onSubmit={(event) => void submit(event as unknown as SubmitEvent)}>
          <h2 id={id}>{text.title(who)}</h2>
          {isOver ? (
            <Failed of={failed} hosts={hosts} />
          ) : (
            isOpen && <Asked action={action} hosts={hosts} groups={groups} />
          )}
          {problem && (
            <p class="problem" role="alert">
              {problem}
            </p>
          )}
          <div class="choices">
            <button type="button" onClick={() => dialog.current?.close()}>
              {isOver ? 'Close' : 'Cancel'}
            </button>
            {!isOver && (
              <button type="submit" class={text.danger ? 'danger solid' : 'solid'} disabled={busy}>
                {text.verb}
              </button>
            )}
          </div>
        </form>
      </dialog>
    </>
  );
}

function Asked({ action, hosts, groups }: Omit<ActionButtonProps, 'applied'>) {
  return (
    <>
      <p>{actionTexts[action].means}</p>
      {hosts.length > 1 && <Named hosts={hosts} />}
      {action === 'pin' && (
        <ChooseVersion images={[...new Set(hosts.map(({ name }) => name))]} pinned={hosts[0]?.pinned} />
      )}
      {action === 'group' && <ChooseGroup groups={groups} />}
      <ReasonField />
    </>
  );
}

function Named({ hosts }: { hosts: readonly ActedOn[] }): ComponentChildren {
  const more = hosts.length - namedHosts;
  return (
    <p class="quiet break">
      {hosts.slice(0, namedHosts).map(nameOf).join(', ')}
      {more > 0 && ` and ${more} more`}
    </p>
  );
}

function Failed({ of, hosts }: { of: ChangeHostsAnswer['results']; hosts: readonly ActedOn[] }) {
  const names = new Map(hosts.map((host) => [host.id, nameOf(host)]));
  return (
    <div role="alert">
      <p>
        {countOf(hosts.length - of.length, 'host')} changed; {countOf(of.length, 'host')} could not be:
      </p>
      <ul class="failed-hosts">
        {of.map(({ id, problem }) => (
          <li key={id}>
            <b>{names.get(id) ?? id}</b> {problem?.value}
          </li>
        ))}
      </ul>
    </div>
  );
}

function nameOf({ hostname, id }: ActedOn): string {
  return hostname || id.slice(0, 8);
}

function filled(action: HostAction['action'], given: FormData): HostAction {
  if (action === 'pin') return { action, version: word(given, 'version') };
  if (action === 'group') return { action, group: word(given, 'group') };
  return { action };
}

function word(given: FormData, name: string): string {
  const value = given.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
