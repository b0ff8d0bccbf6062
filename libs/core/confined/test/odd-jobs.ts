import { serve } from '@foyer/confined';

serve((job: string | Uint8Array): unknown => {
  if (job === 'spin') for (;;);
  if (job === 'die') process.exit(1);
  if (job === 'fail') throw new Error('No such thing');
  if (job === 'hoard') for (const all: unknown[] = []; ;) all.push(new Array(1_000).fill(all.length));
  return typeof job === 'string' ? job.toUpperCase() : job;
});
