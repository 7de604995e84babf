/** Asks why, in one way wherever something is changed. */
export function ReasonField({ needed }: { needed?: boolean }) {
  return (
    <label class="field">
      <span>Reason</span>
      <input name="reason" required={needed} maxLength={512} autocomplete="off" />
      <small>Recorded in the audit log.</small>
    </label>
  );
}
