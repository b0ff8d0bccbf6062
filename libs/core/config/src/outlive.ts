import { Logger } from '@nestjs/common';

/**
 * From now on a fault that nobody caught is written down, and the process goes on. It belongs to one request or job, whose
 * transaction is not committed; ending the process would end those of every tenant, and whoever found the way to it could keep
 * a whole installation down.
 */
export function outliveFaults(context: string): void {
  const log = new Logger(context);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (fault: unknown) =>
      log.error({ event, error: String(fault), stack: fault instanceof Error ? fault.stack : undefined }),
    );
}
