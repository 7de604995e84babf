import type { ComponentChildren } from 'preact';

interface SelectProps {
  label: string;
  value: string;
  /** Each value with what it is called. */
  options: readonly (readonly string[])[];
  onValue(value: string): void;
  hint?: ComponentChildren;
}

/** A choice of a form, with its label above and a hint below. */
export function Select({ label, value, options, onValue, hint }: SelectProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        {options.map(([key = '', text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
      {hint && <small>{hint}</small>}
    </label>
  );
}
