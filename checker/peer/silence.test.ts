import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { kernelTells } from '../drive/kernel-sockets.ts';
import { waitChannel } from '../drive/processes.ts';
import { eventually } from '../drive/test-programs.ts';
import { sleep } from '../drive/waiting.ts';
import { unreadBytes, unsentBytes } from './delivery.ts';
import { explainSilence, type Silence } from './silence.ts';
import { converse, endedSubject, failureOf, makeJudge, makeSubject } from './test-judge.ts';

const awaited = 'the echo (5 bytes)';
const SILENT: Pick<Silence, 'awaited' | 'symptoms' | 'evidence'> = { awaited, symptoms: {}, evidence: {} };

describe('the program is gone', () => {
  test('it ended: crash, with exit code and last words', async () => {
    const failure = await failureOf(explainSilence(makeJudge(), { ...SILENT, program: endedSubject() }));
    expect(failure).toMatchObject({
      verdict: 'crash',
      symptom: 'crashed',
      message: 'your server ended (exit code 1) instead of sending the echo (5 bytes)',
      evidence: { stderr: ['last words'], actual: 'exit code 1' },
    });
  });

  test('the checker stopped it: crash, and the limit is named', async () => {
    const program = endedSubject({ brokenLimit: 'used more than 30 s of CPU time' });
    const failure = await failureOf(explainSilence(makeJudge(), { ...SILENT, program }));
    expect(failure).toMatchObject({
      verdict: 'crash',
      symptom: 'broke-limit',
      message: 'the checker stopped your server: it used more than 30 s of CPU time',
    });
  });

  test('its socket closes before its exit is known: crash all the same, no FIN', async () => {
    const exit = { code: null, signal: 'SIGSEGV' as const };
    const exited = sleep(100).then(() => {
      program.exit = exit;
      return exit;
    });
    const program = makeSubject({ exited, describeExit: () => 'signal SIGSEGV' });
    const { judge, peer } = await converse((socket) => socket.end(), { program });
    await peer.over();
    const failure = await failureOf(explainSilence(judge, { ...SILENT, program, peer }));
    expect(failure.message).toBe('your server ended (signal SIGSEGV) instead of sending the echo (5 bytes)');
  });
});

describe('the connection is over', () => {
  test.each([
    [
      'fin',
      'your server closed the connection (FIN) before the echo (5 bytes)',
      (socket: Socket) => socket.end(),
    ],
    [
      'reset',
      'your server reset the connection (RST) before the echo (5 bytes)',
      (socket: Socket) => setTimeout(() => socket.resetAndDestroy(), 20),
    ],
  ])('by %s: fail', async (symptom, message, end) => {
    const { judge, peer } = await converse((socket) => void end(socket));
    expect(await peer.over()).toBe(true);
    const failure = await failureOf(explainSilence(judge, { ...SILENT, program: peer.program, peer }));
    expect(failure).toMatchObject({ verdict: 'fail', symptom, message });
  });
});

describe('the program lives and the connection stands', () => {
  const computing = () => ({ cpuMs: performance.now(), residentBytes: 0 });

  test('it computes all the time: busy', async () => {
    const program = makeSubject({ usage: computing });
    const failure = await failureOf(explainSilence(makeJudge(), { ...SILENT, program }));
    expect(failure).toMatchObject({ verdict: 'timeout', symptom: 'busy' });
    expect(failure.message).toMatch(
      /^your server's event loop is blocked: it used \S+ ms of CPU time in \d+ ms; the echo \(5 bytes\) did not come$/,
    );
  });

  test.skipIf(!kernelTells)('it computes, and its bytes stay where they are: that too', async () => {
    const { judge, peer } = await converse(() => {}, { paused: true });
    await peer.send(Buffer.from('hello'));
    expect(await eventually(() => unreadBytes(peer.route) === 5)).toBe(true);
    const program = makeSubject({ usage: computing });
    const failure = await failureOf(explainSilence(judge, { ...SILENT, program, peer }));
    expect(failure.message).toMatch(/ ms of CPU time in \d+ ms and read nothing; the echo/);
  });

  test('nothing could be measured: it did not answer', async () => {
    const program = makeSubject({ usage: () => undefined });
    const failure = await failureOf(explainSilence(makeJudge(), { ...SILENT, program }));
    expect(failure).toMatchObject({
      symptom: 'waiting',
      message: 'your server did not answer; the echo (5 bytes) did not come',
    });
  });

  test.skipIf(!kernelTells)('its main thread waits: blocked, unless it need not be node', async () => {
    const sleeper = spawn('sleep', ['60']);
    onTestFinished(() => {
      sleeper.kill();
    });
    const program = makeSubject({ pid: sleeper.pid });
    expect(await eventually(() => /nanosleep/.test(waitChannel(sleeper.pid!) ?? ''))).toBe(true);
    const symptomFor = async (foreign: boolean) =>
      (await failureOf(explainSilence(makeJudge({ foreign }), { ...SILENT, program }))).symptom;
    expect(await Promise.all([symptomFor(false), symptomFor(true)])).toEqual(['blocked', 'waiting']);
  });

  test.skipIf(!kernelTells)('it read all and waits for more', async () => {
    const { judge, peer } = await converse((socket) => socket.resume());
    await peer.send(Buffer.from('hello'));
    await peer.receive(1, 50);
    const failure = await failureOf(explainSilence(judge, { ...SILENT, program: peer.program, peer }));
    expect(failure).toMatchObject({
      verdict: 'timeout',
      symptom: 'waiting',
      message: 'your server read all 5 bytes and waits for more; the echo (5 bytes) did not come',
    });
  });

  test.skipIf(!kernelTells)('it leaves the bytes in its socket: not reading', async () => {
    const { judge, peer } = await converse(() => {}, { paused: true });
    await peer.send(Buffer.from('hello'));
    expect(await eventually(() => unreadBytes(peer.route) === 5)).toBe(true);
    const failure = await failureOf(explainSilence(judge, { ...SILENT, program: peer.program, peer }));
    expect(failure).toMatchObject({
      symptom: 'not-reading',
      message: 'your server does not read: 5 bytes wait in its socket; the echo (5 bytes) did not come',
    });
  });

  test.skipIf(!kernelTells)('it cannot write and leaves its bytes unread: blocked on a write', async () => {
    const { judge, peer, socket } = await converse(() => {}, { reading: false, paused: true });
    socket.write(Buffer.alloc(32 * 1024 * 1024));
    await peer.send(Buffer.from('hello'));
    expect(await eventually(() => unreadBytes(peer.route) === 5 && unsentBytes(peer.route)! > 0)).toBe(true);
    const failure = await failureOf(explainSilence(judge, { ...SILENT, program: peer.program, peer }));
    expect(failure.symptom).toBe('write-blocked');
    expect(failure.message).toMatch(
      /^your server is blocked on a write: [\d,]+ bytes that it wrote have not left, and 5 bytes wait for it/,
    );
  });

  test('without a connection to look at: idle', async () => {
    const failure = await failureOf(explainSilence(makeJudge(), { ...SILENT, program: makeSubject() }));
    expect(failure.message).toBe('your server is idle and waits; the echo (5 bytes) did not come');
  });

  test('the symptom is the check’s own where it has one', async () => {
    const symptoms = { waiting: 'line-by-line' };
    const failure = await failureOf(
      explainSilence(makeJudge(), { ...SILENT, program: makeSubject(), symptoms }),
    );
    expect(failure.symptom).toBe('line-by-line');
  });
});

describe('patience', () => {
  test('tells an answer that is late from one that never comes, once in a run', async () => {
    const { judge, peer, socket } = await converse((socket) => socket.resume(), { patienceMs: 5000 });
    setTimeout(() => socket.write('hello'), 700);
    const late = await failureOf(explainSilence(judge, { ...SILENT, program: peer.program, peer }));
    expect(late).toMatchObject({ verdict: 'timeout', symptom: 'late' });
    expect(late.message).toMatch(
      /^your server answered too late: the echo \(5 bytes\) began 0\.\d s after its time was over$/,
    );
    setTimeout(() => socket.write('again'), 700);
    const silent = await failureOf(explainSilence(judge, { ...SILENT, program: peer.program, peer }));
    expect(silent.symptom).toBe('waiting');
  });

  test('names the time that the answer had', async () => {
    const began = performance.now();
    const came = () => performance.now() - began > 400;
    const silence = { ...SILENT, program: makeSubject(), came, limitMs: 1500 };
    expect((await failureOf(explainSilence(makeJudge({ patienceMs: 5000 }), silence))).message).toMatch(
      /began 0\.\d s after the 1\.5 s it had$/,
    );
  });

  test.each([
    ['fin', (socket: Socket) => socket.end()],
    ['reset', (socket: Socket) => socket.resetAndDestroy()],
  ])('sees a connection end meanwhile by %s', async (symptom, end) => {
    const { judge, peer, socket } = await converse((socket) => socket.resume(), { patienceMs: 5000 });
    setTimeout(() => end(socket), 600);
    const failure = await failureOf(explainSilence(judge, { ...SILENT, program: peer.program, peer }));
    expect(failure).toMatchObject({ verdict: 'fail', symptom });
  });

  test('sees the program end meanwhile', async () => {
    const program = makeSubject();
    setTimeout(() => Object.assign(program, endedSubject()), 600);
    const failure = await failureOf(explainSilence(makeJudge({ patienceMs: 5000 }), { ...SILENT, program }));
    expect(failure).toMatchObject({ verdict: 'crash', symptom: 'crashed' });
  });

  test('counts an awaited end of the connection as late', async () => {
    const { judge, peer, socket } = await converse((socket) => socket.resume(), { patienceMs: 5000 });
    setTimeout(() => socket.end(), 2700);
    const failure = await failureOf(peer.expectFin('the echo'));
    expect(failure).toMatchObject({ verdict: 'timeout', symptom: 'late' });
    expect(failure.message).toMatch(
      /^your server answered too late: the end of the connection \(FIN\) after the echo came 0\.\d s after the 2 s it had$/,
    );
    expect(judge.observations).toBe(0);
  });

  test('knows an answer that comes elsewhere', async () => {
    const began = performance.now();
    const came = () => performance.now() - began > 600;
    const silence = { ...SILENT, program: makeSubject(), came };
    expect(await failureOf(explainSilence(makeJudge({ patienceMs: 5000 }), silence))).toMatchObject({
      symptom: 'late',
    });
  });
});
