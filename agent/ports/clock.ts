/** Time and chance, so that a simulation can have its own. */
export interface ClockPort {
  now(): Date;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** 32 hex digits. */
  nonce(): string;
}
