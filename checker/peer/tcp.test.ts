import { once } from 'node:events';
import { type AddressInfo, createServer, connect as netConnect, type Socket } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { kernelTells } from '../drive/kernel-sockets.ts';
import { sleep } from '../drive/waiting.ts';
import { accepts, connect, TcpPeer } from './tcp.ts';
import { TcpService } from './tcp-service.ts';
import { converse, endedSubject, failureOf, makeJudge, makeSubject } from './test-judge.ts';

const echo = (socket: Socket): void => {
  socket.on('data', (piece) => socket.write(piece));
  socket.on('end', () => socket.end());
};
const bytes = Buffer.from('hello');

describe('an expectation', () => {
  test('holds when the bytes come, at whatever cuts, and is an observation', async () => {
    const { judge, peer } = await converse(echo);
    await peer.send(bytes, { cuts: [1, 3], echoes: true });
    await peer.expect({ bytes, what: 'the echo' });
    expect(judge.observations).toBe(1);
    expect(peer.rest()).toHaveLength(0);
    const [first, second] = judge.trace.events.filter(({ text }) => text.startsWith('sends 2 bytes'));
    expect(first?.delivery ?? second?.delivery).toBe(kernelTells ? 'verified' : 'echoed');
  });

  test('takes one answer after the other from what came in one piece', async () => {
    const { peer } = await converse((socket) => socket.write('onetwo'));
    await peer.expect({ bytes: Buffer.from('one'), what: 'the first' });
    await peer.expect({ bytes: Buffer.from('two'), what: 'the second' });
    expect(Buffer.from(peer.received()).toString()).toBe('onetwo');
  });

  test('fails at the first wrong byte, counted within the answer, with what was sent', async () => {
    const { peer } = await converse((socket) => socket.write('okhelXo'));
    await peer.expect({ bytes: Buffer.from('ok'), what: 'the greeting' });
    await peer.send(bytes);
    const failure = await failureOf(peer.expect({ bytes, what: 'the echo' }));
    expect(failure).toMatchObject({
      verdict: 'fail',
      symptom: 'different-bytes',
      message: 'byte 3 of the echo is 0x58, expected 0x6c',
      evidence: {
        accepted: ['the same 5 bytes'],
        actual: '5 bytes, different from byte 3 on',
        difference: { at: 3 },
        sent: [{ excerpt: { totalBytes: 5 } }],
      },
    });
  });

  test('names the first symptom that fits', async () => {
    const { peer } = await converse((socket) => socket.write('HELLO'));
    const symptoms = [
      { slug: 'doubled', when: () => false },
      { slug: 'capitals', when: (actual: Uint8Array) => Buffer.from(actual).toString() === 'HELLO' },
      { slug: 'anything', when: () => true },
    ];
    const failure = await failureOf(peer.expect({ bytes, what: 'the echo', symptoms }));
    expect(failure.symptom).toBe('capitals');
  });

  test('that gets only a part says how much came', async () => {
    const { peer } = await converse((socket) => socket.end('hel'));
    const failure = await failureOf(peer.expect({ bytes, what: 'the echo' }));
    expect(failure).toMatchObject({
      verdict: 'fail',
      symptom: 'fin',
      message: 'your server closed the connection (FIN) before the rest of the echo (3 of 5 bytes came)',
      evidence: { actual: '3 bytes, then nothing more, then FIN', difference: { at: 3 } },
    });
  });

  test('waits on while bytes still come, longer than its limit in all', async () => {
    const { peer } = await converse((socket) => {
      let sent = 0;
      const timer = setInterval(() => {
        socket.write(bytes.subarray(sent, sent + 1));
        sent += 1;
        if (sent === 5) clearInterval(timer);
      }, 150);
    });
    const began = performance.now();
    await peer.expect({ bytes, what: 'the echo', limitMs: 500 });
    expect(performance.now() - began).toBeGreaterThan(600);
  });
});

describe('an end', () => {
  test('in order is an observation', async () => {
    const { judge, peer } = await converse(echo);
    await peer.send(bytes);
    peer.end();
    await peer.expect({ bytes, what: 'the echo' });
    await peer.expectFin('the echo');
    expect(judge.observations).toBe(2);
    expect(peer.ended).toBe('fin');
  });

  test('with more bytes before it is a failure', async () => {
    const { peer } = await converse((socket) => socket.end('bye'));
    const failure = await failureOf(peer.expectFin('the echo'));
    expect(failure).toMatchObject({
      symptom: 'extra-bytes',
      message: 'your server sent 3 bytes more than the echo',
    });
  });

  test('by RST is none', async () => {
    const { peer } = await converse((socket) => void setTimeout(() => socket.resetAndDestroy(), 20));
    const failure = await failureOf(peer.expectFin('the echo'));
    expect(failure).toMatchObject({ symptom: 'reset' });
    expect(peer.ended).toBe('reset');
  });

  test('by another error of the socket is taken for RST', async () => {
    const { socket } = await converse(() => {});
    const peer = new TcpPeer(makeJudge(), makeSubject(), socket, '');
    socket.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }));
    expect(await peer.over()).toBe(true);
    expect(peer.ended).toBe('reset');
  });

  test('of our own is FIN, or RST, as asked', async () => {
    const { peer, socket } = await converse((socket) => socket.resume());
    peer.end();
    await once(socket, 'end');
    expect(peer.ended).toBeUndefined();
    const other = await converse((socket) => socket.resume());
    other.peer.reset();
    const [error] = (await once(other.socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
    expect(other.peer.ended).toBeUndefined();
  });
});

describe('quiet', () => {
  test('holds while nothing comes', async () => {
    const { judge, peer } = await converse(() => {});
    await peer.expectQuiet(30, 'before the client said anything');
    expect(judge.observations).toBe(1);
  });

  test.each([
    ['a word', (socket: Socket) => socket.write('hi'), 'your server sent 2 bytes before it was asked'],
    [
      'an end',
      (socket: Socket) => socket.end(),
      'your server closed the connection (FIN) before it was asked',
    ],
    [
      'a reset',
      (socket: Socket) => setTimeout(() => socket.resetAndDestroy(), 20),
      'your server reset the connection (RST) before it was asked',
    ],
  ])('is broken by %s', async (_what, speak, message) => {
    const { peer } = await converse((socket) => void speak(socket));
    const failure = await failureOf(peer.expectQuiet(500, 'before it was asked'));
    expect(failure.message).toBe(message);
  });

  test('is broken by the end of the program, too', async () => {
    const { judge, peer } = await converse((socket) => socket.end(), { program: endedSubject() });
    await peer.over();
    expect(await failureOf(peer.expectQuiet(500, 'before it was asked'))).toMatchObject({
      verdict: 'crash',
      symptom: 'crashed',
      message: 'your server ended (exit code 1) before it was asked',
    });
    expect(judge.observations).toBe(0);
  });
});

test('a connection leaves no listener with the program', async () => {
  const exited = new Promise<never>(() => {});
  const listened = vi.spyOn(exited, 'then');
  await converse(echo, { program: makeSubject({ exited }) });
  expect(listened).not.toHaveBeenCalled();
});

describe('a client that does not read', () => {
  test('stalls, and gets everything when it reads at last', async () => {
    const { peer, socket } = await converse(() => {}, { reading: false });
    socket.pipe(socket);
    const block = Buffer.alloc(32 * 1024 * 1024, 'block of bytes ');
    const sent = peer.pump(block);
    await sleep(300);
    expect(peer.receivedBytes).toBe(0);
    expect(peer.sentBytes).toBeLessThan(block.length);
    peer.startReading();
    await peer.expect({ bytes: block, what: 'the echo' });
    await sent;
    expect(peer.sentBytes).toBe(block.length);
  });

  test('may stop again', async () => {
    const { peer, socket } = await converse(() => {});
    socket.write('a');
    expect(await peer.receive(1)).toBe(true);
    peer.stopReading();
    socket.write('b');
    expect(await peer.receive(2, 100)).toBe(false);
    peer.startReading();
    expect(await peer.receive(2)).toBe(true);
  });
});

describe('no connection', () => {
  test('to a server that refuses is a failure; to one that has ended, a crash', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const at = (program: unknown) => ({ host: '127.0.0.1', port, program }) as Parameters<typeof connect>[1];
    const refused = await failureOf(connect(makeJudge(), at(makeSubject())));
    expect(refused).toMatchObject({
      verdict: 'fail',
      symptom: 'refused',
      message: `your server no longer accepts connections on 127.0.0.1:${port} (refused)`,
    });
    const gone = await failureOf(connect(makeJudge(), at(endedSubject())));
    expect(gone).toMatchObject({ verdict: 'crash', symptom: 'crashed' });
    expect(gone.message).toContain('your server has ended (exit code 1)');
    expect(await accepts('127.0.0.1', port)).toBe(false);
  });

  test('is told apart from one that is taken', async () => {
    const open = createServer().listen(0, '127.0.0.1');
    await once(open, 'listening');
    expect(await accepts('127.0.0.1', (open.address() as AddressInfo).port)).toBe(true);
    open.close();
  });
});

describe('the judge as a server', () => {
  test('takes a client and talks with it', async () => {
    const judge = makeJudge();
    const service = await TcpService.listen(judge);
    const client = netConnect(service.port, '127.0.0.1');
    client.end('hello');
    const peer = await service.accept(makeSubject({ label: 'your client' }), 'A');
    await peer.expect({ bytes, what: 'the greeting' });
    await peer.expectFin('the greeting');
    client.destroy();
  });

  test('says so when no client comes', async () => {
    const service = await TcpService.listen(makeJudge());
    const failure = await failureOf(service.accept(makeSubject({ label: 'your client' }), '', 100));
    expect(failure).toMatchObject({
      verdict: 'timeout',
      symptom: 'never-connected',
      message: 'your client did not connect within 0.1 s',
    });
  });

  test.each([
    ['an unknown reason', 'oh no', 'never-connected'],
    ['another port', 'connect ECONNREFUSED 127.0.0.1:3000', 'fixed-port'],
  ])('says so when the client has ended, for %s', async (_why, words, symptom) => {
    const service = await TcpService.listen(makeJudge());
    const client = endedSubject({ label: 'your client', lastStderr: () => [words] });
    const failure = await failureOf(service.accept(client));
    expect(failure).toMatchObject({ verdict: 'crash', symptom });
    expect(failure.message).toBe('your client ended before it connected: exit code 1');
  });

  test('refuses when it is closed', async () => {
    const service = await TcpService.listen(makeJudge());
    const { port } = service;
    await service.close();
    expect(await accepts('127.0.0.1', port)).toBe(false);
  });
});
