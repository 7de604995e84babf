/** Runs the operator's scripts, each with a time limit. */
export interface ScriptsPort {
  health(): Promise<{ ok: true } | { ok: false; check: string; problem: string }>;
  hooks(kind: 'pre-reboot' | 'post-confirm'): Promise<void>;
}
