import type { CheckIn, CheckInAnswer, Report } from '../../protocol/api/check-in.ts';

/** The update server: check-ins and reports of this host. */
export interface ServerPort {
  checkIn(body: Omit<CheckIn, 'channel' | 'group'>): Promise<CheckInAnswer>;
  report(reports: Report[]): Promise<void>;
}
