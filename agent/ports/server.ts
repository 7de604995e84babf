import type { CheckIn, CheckInAnswer, Report } from '../../protocol/api/check-in.ts';

export interface ServerPort {
  checkIn(body: Omit<CheckIn, 'channel' | 'group'>): Promise<CheckInAnswer>;
  report(reports: Report[]): Promise<void>;
}
