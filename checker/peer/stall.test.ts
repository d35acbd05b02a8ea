import { spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { sleep } from '../drive/waiting.ts';
import { untilStalled } from './stall.ts';
import { makeSubject } from './test-judge.ts';

test('a client has stalled when none of its bytes moves any more, not while some still do', async () => {
  const client = { sentBytes: 0, program: makeSubject() };
  let looks = 0;
  const stalled = untilStalled(client, () => {
    looks += 1;
    if (looks <= 20) client.sentBytes += 1000;
  });
  await stalled;
  expect(client.sentBytes).toBe(20_000);
  expect(looks).toBeGreaterThan(25);
});

test.skipIf(process.platform !== 'linux')(
  'a client has not stalled while the program is about to run',
  async () => {
    const busy = spawn(process.execPath, ['-e', 'for (;;);']);
    onTestFinished(() => {
      busy.kill('SIGKILL');
    });
    await sleep(200);
    const program = makeSubject({ pid: busy.pid });
    const stalled = untilStalled({ sentBytes: 0, program });
    expect(await Promise.race([stalled.then(() => 'stalled'), sleep(800).then(() => 'busy')])).toBe('busy');
    busy.kill('SIGKILL');
    await stalled;
  },
);
