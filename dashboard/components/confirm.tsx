import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { announce } from './announce.tsx';
import { ReasonField } from './reason-field.tsx';

interface ConfirmProps {
  /** The label of the button. */
  verb: string;
  /** The question that the dialog asks. */
  title: string;
  /** What confirming does. */
  children?: ComponentChildren;
  danger?: boolean;
  /** The page’s main action stands out. */
  main?: boolean;
  /** A text that the operator can enter. */
  field?: { label: string; hint?: string; needed?: boolean; value?: string; pattern?: string };
  /** Why, for the audit log. */
  reason?: 'needed' | 'wanted';
  /** Announced afterwards. */
  done: string;
  onConfirm(text: string, reason: string): Promise<unknown>;
}

/** A button that asks for confirmation, shows what went wrong, and returns the focus. */
export function Confirm(props: ConfirmProps) {
  const { verb, title, children, danger, main, field, reason, done, onConfirm } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const id = useId();

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setProblem('');
    try {
      await onConfirm(textOf(form, 'text'), textOf(form, 'reason'));
      announce(done);
      dialog.current?.close();
    } catch (error) {
      setProblem((error as Error).message);
    }
    setBusy(false);
  };

  return (
    <>
      <button
        type="button"
        class={danger ? 'danger' : main ? 'solid' : undefined}
        onClick={() => dialog.current?.showModal()}
      >
        {verb}
      </button>
      <dialog ref={dialog} aria-labelledby={id} onClose={() => setProblem('')}>
        <form onSubmit={(event) => void submit(event as unknown as SubmitEvent)}>
          <h2 id={id}>{title}</h2>
          {children}
          {field && (
            <label class="field">
              <span>{field.label}</span>
              <input
                name="text"
                required={field.needed ?? false}
                defaultValue={field.value ?? ''}
                pattern={field.pattern}
                maxLength={512}
                autocomplete="off"
                spellcheck={false}
              />
              {field.hint && <small>{field.hint}</small>}
            </label>
          )}
          {reason && <ReasonField needed={reason === 'needed'} />}
          {problem && (
            <p class="problem" role="alert">
              {problem}
            </p>
          )}
          <div class="choices">
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="submit" class={danger ? 'danger solid' : 'solid'} disabled={busy}>
              {verb}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}

function textOf(form: FormData, name: string): string {
  const text = form.get(name);
  return typeof text === 'string' ? text.trim() : '';
}
