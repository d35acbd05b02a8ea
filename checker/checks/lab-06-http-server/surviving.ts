/** Step 8: surviving. */
import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../../drive/waiting.ts';
import { HttpPeer } from '../../peer/http.ts';
import { readResponse } from '../../peer/http-response.ts';
import { explainSilence } from '../../peer/silence.ts';
import { untilStalled } from '../../peer/stall.ts';
import { connect, type TcpPeer } from '../../peer/tcp.ts';
import type { Check } from '../../run/check.ts';
import { expectGrowthWithin, MIB, memoryOf } from '../memory.ts';
import { chunked, expectServed, hello, helloRequest, hints, request, streamed } from './requests.ts';

/** A reset or a lost client has its effect on the server within this time. */
const SETTLE_MS = 60;
const HALF_OPEN = 1000;
const AT_A_TIME = 100;
const LORISES = 20;

const NONE =
  'None of these ends your server or keeps another client from being served: clients that send a byte now and then and never finish (slow-loris); 1,000 connections that say nothing; a reset in the middle of a body or of a response; a client that is gone before its answer.';
const UNREAD =
  'While the file of 256 MiB that it asked for waits, the memory of your server stays within 64 MiB of its level before. When it reads, every byte arrives.';

const HINTS = hints({
  'others-wait':
    'While these clients were there, another one got no answer. What do they hold that others need?',
  crashed:
    'A client went away and took the program with it. An error event without a listener ends a Node program, and so does a promise that is rejected and that nobody catches.',
  refused: 'After that no new client got in. Losing one connection is no reason to stop listening.',
  fin: 'Another client was closed with those that went away. Each connection ends by itself.',
  reset: 'Another client was closed with those that went away. Each connection ends by itself.',
  otherwise: 'Whatever becomes of one connection must leave the others as they were.',
});

const MEMORY_HINTS = hints({
  'write-ignored':
    'The answer piles up in your memory, because the client does not take it. Look at what write returns, and wait until there is room: in the handler, and in the library below it.',
  'never-resumed':
    'The client reads again, and the answer does not go on. What wakes the handler when there is room again?',
  'others-wait': 'While one client did not read, another got no answer.',
  body: 'Some of the bytes are missing or came twice. When write answers false it has taken the bytes all the same.',
  otherwise: 'Write a piece; when write answers false, wait until there is room; then the next piece.',
});

export const surviving: Check[] = [
  {
    id: 'lab-06/slow-loris',
    step: 8,
    title: 'clients that send a byte now and then keep nobody waiting',
    rule: 'README, step 8',
    quote: NONE,
    level: 'lab',
    needs: ['lab-06/cuts'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const head = helloRequest({ fields: [['X', judge.draw('value', (random) => random.letters(50))]] });
      const slow = await Promise.all(
        Array.from({ length: LORISES }, (_, index) => connect(judge, server, { lane: `${index}` })),
      );
      for (let at = 0; at < 4; at += 1) {
        for (const client of slow) await client.send(head.subarray(at, at + 1));
        const lane = `other ${at + 1}`;
        await expectServed(judge, server, {
          lane,
          when: `beside ${LORISES} slow clients`,
          symptom: 'others-wait',
        });
      }
    },
  },
  {
    id: 'lab-06/half-open',
    step: 8,
    program: 'own',
    title: '1,000 connections that say nothing keep nobody waiting',
    rule: 'README, step 8',
    quote: NONE,
    level: 'lab',
    needs: ['lab-06/many-clients'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.startServer();
      const open: TcpPeer[] = [];
      while (open.length < HALF_OPEN) {
        const some = Array.from({ length: AT_A_TIME }, () => connect(judge, server, { lane: 'silent' }));
        open.push(...(await Promise.all(some)));
      }
      await expectServed(judge, server, {
        lane: 'A',
        when: `beside ${HALF_OPEN} silent clients`,
        symptom: 'others-wait',
      });
      const last = new HttpPeer(judge, open.at(-1)!);
      await last.ask(helloRequest(), { ...hello, to: 'GET /hello of a client that was silent until now' });
      // A reset leaves nothing in the kernel's tables, which other checks read again and again.
      for (const client of open) client.reset();
    },
  },
  {
    id: 'lab-06/reset',
    step: 8,
    title: 'a reset in the middle of a body or of a response ends nothing else',
    rule: 'README, step 8',
    quote: NONE,
    level: 'lab',
    needs: ['lab-06/echo', 'lab-06/stream'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const bystander = await HttpPeer.connect(judge, server, { lane: 'bystander' });
      await bystander.ask(helloRequest(), hello);
      const body = judge.draw('body', (random) => random.letters(3000));
      const half = request('POST /echo', { body }).subarray(0, 1500);
      const inChunks = Buffer.concat([
        request('POST /echo', { fields: [['Transfer-Encoding', 'chunked']] }),
        chunked(Buffer.from(body), [900]).subarray(0, 1200),
      ]);
      for (const [lane, bytes] of [
        ['in a body', half],
        ['in a chunked body', inChunks],
        ['in a head', helloRequest().subarray(0, 20)],
      ] as const) {
        const client = await HttpPeer.connect(judge, server, { lane });
        await client.send(bytes, { cuts: [bytes.length - 1], requests: 0 });
        client.tcp.reset();
      }
      const reader = await HttpPeer.connect(judge, server, { lane: 'in a response' });
      await reader.send(request('GET /stream?chunks=1000000'));
      await reader.tcp.receive(1000);
      reader.tcp.reset();
      await sleep(SETTLE_MS);
      await bystander.ask(helloRequest(), { ...hello, to: 'GET /hello of a client that was there before' });
      await expectServed(judge, server, {
        lane: 'next',
        when: 'after four clients had reset',
        symptom: 'others-wait',
      });
    },
  },
  {
    id: 'lab-06/gone-before-answer',
    step: 8,
    title: 'clients that are gone before their answer end nothing else',
    rule: 'README, step 8',
    quote: NONE,
    level: 'lab',
    needs: ['lab-06/slow', 'lab-06/stream'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const bystander = await HttpPeer.connect(judge, server, { lane: 'bystander' });
      await bystander.send(request('GET /slow?ms=150'));
      for (let round = 0; round < 10; round += 1) {
        const client = await HttpPeer.connect(judge, server, { lane: `${round}`, reading: false });
        const asked = Buffer.concat([request('GET /slow?ms=40'), request('GET /stream?chunks=50&ms=1')]);
        await client.send(asked, { cuts: [round + 1, asked.length], requests: 2 });
        if (round % 2 === 0) client.tcp.reset();
        else client.tcp.vanish();
      }
      await sleep(SETTLE_MS);
      await bystander.expectResponse({ to: 'GET /slow?ms=150', status: 200, body: 'waited 150 ms\n' });
      await expectServed(judge, server, {
        lane: 'next',
        when: 'after ten clients had gone',
        symptom: 'others-wait',
      });
    },
  },
  {
    id: 'lab-06/throw-500',
    step: 8,
    title: 'a handler that throws is answered with 500',
    rule: 'README, step 8',
    quote: 'A handler that throws or rejects is answered with 500 when the response has not begun',
    level: 'lab',
    needs: ['lab-06/reuse'],
    hints: hints({
      crashed:
        'The handler threw, and nobody caught it. Whoever calls a handler catches what it throws, and what its promise is rejected with.',
      waiting: 'The handler threw, and its client waits for ever. Somebody has to answer: 500.',
      fin: 'The handler threw before it had written anything, and the client got no answer: 500 can still be said.',
      'status-404': 'The target is /throw, with or without ?after=0.',
      otherwise:
        'Catch what the handler throws where you call it; when the head has not been sent, send 500.',
    }),
    async run(judge) {
      const server = await judge.server();
      for (const target of ['/throw', '/throw?after=0']) {
        const client = await HttpPeer.connect(judge, server);
        await client.ask(request(`GET ${target}`), { to: `GET ${target}`, status: 500 });
        await expectServed(judge, server, {
          lane: 'next',
          when: 'after a handler threw',
          symptom: 'others-wait',
        });
      }
    },
  },
  {
    id: 'lab-06/throw-late',
    step: 8,
    title: 'a handler that throws in the middle: the connection is cut, no last chunk is sent',
    rule: 'README, step 8',
    quote:
      'otherwise the connection is cut, so that the client can tell that the response is not complete: no last chunk is sent',
    level: 'lab',
    needs: ['lab-06/throw-500', 'lab-06/stream'],
    hints: hints({
      'looks-complete':
        'The response looks complete, and it is not: the client keeps half of a file for a whole one. What ends a chunked body must not be sent here.',
      'not-cut':
        'The handler has failed in the middle of its response, and the client waits for the rest. Only a cut connection tells it now.',
      crashed: 'The handler threw, and nobody caught it.',
      otherwise: 'When the head is out and the handler throws: destroy the socket.',
    }),
    async run(judge) {
      const server = await judge.server();
      const after = judge.draw('after', (random) => random.integer(1, 9));
      const client = await HttpPeer.connect(judge, server);
      const to = `GET /throw?after=${after}`;
      await client.send(request(to));
      const read = () =>
        readResponse(client.tcp.received(), 0, { method: 'GET' }, client.tcp.ended === 'fin');
      await client.tcp.settle(() => read().kind !== 'partial');
      const reading = read();
      const accepted = ['a chunked response that breaks off'];
      if (reading.kind === 'broken') await client.expectResponse({ to, accepted });
      if (reading.kind === 'complete') {
        const message = `the response to ${to} looks complete, and the handler threw`;
        client.fail(message, 'looks-complete', accepted, reading.response);
      }
      if (client.tcp.ended === undefined) {
        await explainSilence(judge, {
          program: server.program,
          peer: client.tcp,
          ending: true,
          awaited: `the end of the connection after ${to}`,
          symptoms: { waiting: 'not-cut' },
          evidence: client.evidence(accepted, 'the connection stays open'),
        });
      }
      judge.observe();
      await expectServed(judge, server, {
        lane: 'next',
        when: 'after a handler threw',
        symptom: 'others-wait',
      });
    },
  },
  {
    id: 'lab-06/unread-stream',
    step: 8,
    program: 'own',
    title: 'a client that does not read its stream does not fill the memory',
    rule: 'README, step 3',
    quote:
      'While it does, the memory of your server stays within 64 MiB of its level before, and when it reads at last, every answer comes.',
    level: 'lab',
    needs: ['lab-06/stream'],
    hints: MEMORY_HINTS,
    async run(judge) {
      const server = await judge.startServer();
      const warm = await HttpPeer.connect(judge, server, { lane: 'A' });
      const parts = judge.draw('parts', (random) => random.integer(1000, 2000));
      const to = `GET /stream?chunks=${parts}`;
      await warm.ask(request(to), { to, status: 200, body: streamed(parts) });
      const level = memoryOf(server);
      const deaf = await HttpPeer.connect(judge, server, { lane: 'B', reading: false });
      const endless = request('GET /stream?chunks=1000000');
      await deaf.send(Buffer.concat([endless, endless]), { requests: 2 });
      await expectGrowthWithin(judge, server, {
        level,
        bound: 64 * MIB,
        stalled: (each) => untilStalled(deaf.tcp, each),
        symptom: 'write-ignored',
        what: 'a client asked for streams of a million parts and read nothing',
        evidence: () => deaf.evidence(['at most 64 MiB more memory than before'], ''),
      });
      await expectServed(judge, server, {
        lane: 'C',
        when: 'beside a client that reads nothing',
        symptom: 'others-wait',
      });
    },
  },
  {
    id: 'lab-06/unread-file',
    step: 9,
    program: 'own',
    title: 'a client that does not read its file does not fill the memory, and gets every byte at last',
    rule: 'README, step 8',
    quote: UNREAD,
    level: 'lab',
    needs: ['lab-06/file'],
    hints: {
      ...MEMORY_HINTS,
      'write-ignored': `${MEMORY_HINTS['write-ignored']} Or is the whole file in memory before the first byte is written?`,
    },
    async run(judge) {
      const folder = join(judge.folder, 'large-files');
      mkdirSync(folder, { recursive: true });
      const name = judge.draw('name', (random) => random.letters(6));
      // Zeros that cost no disk.
      const huge = openSync(join(folder, `${name}.bin`), 'w');
      ftruncateSync(huge, 256 * MIB);
      closeSync(huge);
      const content = judge.drawBulk('content', 12 * MIB);
      writeFileSync(join(folder, `${name}.dat`), content);
      const server = await judge.startServer({ env: { FILES: folder } });
      const warm = await HttpPeer.connect(judge, server, { lane: 'A' });
      const little = content.subarray(0, MIB);
      writeFileSync(join(folder, `${name}.txt`), little);
      await warm.ask(request(`GET /files/${name}.txt`), {
        to: `GET /files/${name}.txt`,
        status: 200,
        body: little,
      });
      const level = memoryOf(server);
      const deaf = await HttpPeer.connect(judge, server, { lane: 'B', reading: false });
      const large = await HttpPeer.connect(judge, server, { lane: 'C', reading: false });
      await deaf.send(request(`GET /files/${name}.bin`));
      await large.send(request(`GET /files/${name}.dat`));
      judge.trace.note('neither B nor C reads for now; C will, later');
      await expectGrowthWithin(judge, server, {
        level,
        bound: 64 * MIB,
        stalled: (each) => untilStalled(deaf.tcp, each),
        symptom: 'write-ignored',
        what: 'a client asked for a file of 256 MiB and read nothing',
        evidence: () => deaf.evidence(['at most 64 MiB more memory than before'], ''),
      });
      deaf.tcp.vanish();
      await expectServed(judge, server, {
        lane: 'D',
        when: 'beside a client that reads nothing',
        symptom: 'others-wait',
      });
      judge.trace.judge('C', 'begins to read');
      large.tcp.startReading();
      await large.expectResponse({
        to: `GET /files/${name}.dat, once its client reads`,
        status: 200,
        body: content,
        silence: { waiting: 'never-resumed', 'write-blocked': 'never-resumed' },
      });
    },
  },
  {
    id: 'lab-06/unread-uploads',
    step: 8,
    program: 'own',
    title: 'a body that nobody reads yet waits in the client',
    rule: 'README, step 8',
    quote:
      'A body that nobody reads yet waits in the client: while 8 clients send 16 MiB each to `/slow`, the memory of your server stays within 64 MiB of its level before.',
    level: 'lab',
    needs: ['lab-06/upload', 'lab-06/slow'],
    hints: hints({
      'kept-unread':
        'Your server took bodies that no handler has asked for, and keeps them. When too much of a body waits for the handler, stop reading from its client.',
      'others-wait': 'While these bodies waited, another client got no answer.',
      otherwise:
        'Bound what waits for the handler: pause the socket above it, resume it when the handler has read.',
    }),
    async run(judge) {
      const server = await judge.startServer();
      const body = judge.drawBulk('body', 16 * MIB);
      const warm = await HttpPeer.connect(judge, server, { lane: 'A' });
      const part = body.subarray(0, MIB);
      await warm.ask(request('POST /echo', { body: part }), { to: 'POST /echo', status: 200, body: part });
      const level = memoryOf(server);
      const head = request('GET /slow?ms=60000', { fields: [['Content-Length', `${body.length}`]] });
      const clients: HttpPeer[] = [];
      for (let index = 0; index < 8; index += 1) {
        const client = await HttpPeer.connect(judge, server, { lane: `${index + 1}` });
        await client.send(head);
        void client.tcp.pump(body);
        clients.push(client);
      }
      const all = {
        program: server.program,
        get sentBytes() {
          return clients.reduce((sum, { tcp }) => sum + tcp.sentBytes, 0);
        },
      };
      await expectGrowthWithin(judge, server, {
        level,
        bound: 64 * MIB,
        stalled: (each) => untilStalled(all, each),
        symptom: 'kept-unread',
        what: '8 clients sent 16 MiB each to a handler that had not asked for it',
        evidence: () => clients[0]!.evidence(['at most 64 MiB more memory than before'], ''),
      });
      await expectServed(judge, server, { lane: 'B', when: 'beside eight uploads', symptom: 'others-wait' });
    },
  },
];
