import { type Static, Type } from 'typebox';
import { orNull, Sha256 } from '../../protocol/schema/schema.ts';

/** Maintenance that a host does while it holds a place: its reboot, or a command of its operator's. */
export const Task = Type.Object({
  kind: Type.Enum(['reboot', 'command']),
  /** What people see. */
  name: Type.String(),
  /** What the lock knows it by, in the place of a release. */
  key: Sha256,
  /** Group whose place it takes; null: the configured one. */
  group: orNull(Type.String()),
  timeoutSeconds: Type.Number({ minimum: 0 }),
});
export type Task = Static<typeof Task>;

/** How a task ended; `lost`: it was cut off, and nobody knows what it left behind. */
export type TaskEnd = { kind: 'ended'; ok: boolean; problem: string } | { kind: 'lost'; problem: string };

/** Runs tasks, each once. */
export interface TasksPort {
  /** Starts the task of this id unless it was started in this boot, and waits for its end. */
  run(task: Task, id: string): Promise<TaskEnd>;
  /** Whether the operator’s command that a task stands for is still at hand. */
  isWanted(task: Task): boolean;
}
