// Progress that comes behind the result it belongs to, for the mutants of both eras.
import { setTimeout as pause } from 'node:timers/promises';

export const isProgress = (block) => block.includes('"notifications/progress"');

/** For afterEvents. A client that gets both in one piece may hand the progress on before it looks at the result. */
export async function writeLate(blocks, response) {
  await pause(300);
  for (const block of blocks) response.write(`${block}\n\n`);
}
