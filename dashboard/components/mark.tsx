/** The project's mark: two tracks that cannot both be set. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M3 22 H29" />
      <path d="M6 22 C14 22 16 10 26 10 H29" />
      <circle cx="9" cy="10" r="4.5" />
    </svg>
  );
}
