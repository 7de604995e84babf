import type { Machine } from '../../../agent/user-data/machine/machine.ts';
import type { Search } from '../../../agent/user-data/ports/found.ts';
import type { SourceName } from '../../../protocol/documents/user-data-sources.ts';

/** One answer of a pretended metadata service. */
export interface Reply {
  method?: string;
  path: string;
  /** The request is refused with 403 unless it has these. */
  headers?: Record<string, string>;
  status?: number;
  type?: string;
  body?: string;
  location?: string;
  encoding?: string;
  /** Milliseconds before the first byte. */
  delay?: number;
  /** Never answers. */
  hangs?: boolean;
  /** Says that the body is longer than it is, and ends. */
  truncated?: boolean;
  /** Sends so many bytes. */
  bytes?: number;
  /** So many requests are answered with 503 before. */
  failures?: number;
  /** Only clients on a port below 1024 are answered. */
  privileged?: boolean;
}

/** A metadata service and the machine that asks it. */
export interface Scenario {
  /** Where the service listens on port 80. */
  addresses?: string[];
  replies: Reply[];
  machine: Partial<Machine>;
  sources?: SourceName[];
  deadlineMs?: number;
  /** Reports to Azure afterwards. */
  reports?: boolean;
}

/** What came of it. */
export interface Outcome {
  search: Search;
  /** User-data as text. */
  userData: string | null;
  requests: { method: string; path: string; host: string; body: string }[];
  tookMs: number;
  reportProblem: string | null;
}
