/** Step 7: what the client asks, what it takes, and what it prints. */
import type { Check } from '../../run/check.ts';
import { CLIENT_HINTS } from './client-hints.ts';
import { drawWords } from './rows.ts';
import { HOST, lastEventIdOf, message, Session, wire } from './session.ts';

const ASKS =
  'The request is `GET` for the target, with `Host` and `Accept: text/event-stream`. When the last event ID is not empty, it has `Last-Event-ID` with the bytes of the id in UTF-8; when it is empty, it has no such field.';

const TYPES = [
  'text/event-stream; charset=utf-8',
  'Text/Event-Stream;charset="UTF-8"',
  'text/event-stream ;a=b; c=d',
  'TEXT/EVENT-STREAM',
];

export const requests: Check[] = [
  {
    id: 'lab-10/request',
    step: 7,
    program: 'own',
    title: 'the client asks for the target with Host and Accept',
    rule: 'README, step 7',
    quote: ASKS,
    level: 'lab',
    hints: {
      ...CLIENT_HINTS,
      'other-target': 'TARGET from the environment is the request target, with its query.',
      'no-accept':
        'The request says `Accept: text/event-stream`, so that a server which can do both sends a stream.',
      'empty-last-event-id':
        'There is no last event ID yet, and the request has the field. Leave it out while the id is empty.',
      otherwise: 'A GET for TARGET, with Host and Accept.',
    },
    async run(judge) {
      const { one, two } = drawWords(judge);
      const target = `/${one}/events?room=${two}`;
      const session = await Session.start(judge, { TARGET: target });
      const exchange = await session.next();
      const { request } = exchange;
      const fail = (what: string, symptom: string, accepted: string): never =>
        judge.fail(`your client's request has ${what}`, symptom, {
          sent: [],
          accepted: [accepted],
          actual: [exchange.line, ...request.fields.map(({ name, value }) => `${name}: ${value}`)].join(
            ' | ',
          ),
        });
      const path = request.target.replace(/^http:\/\/[^/]*/, '');
      if (request.method !== 'GET') fail(`the method ${request.method}`, 'request-line', 'GET');
      if (path !== target) fail(`the target ${request.target}`, 'other-target', target);
      const host = exchange.field('Host') ?? '';
      if (![HOST, `${HOST}:${session.service.port}`].includes(host))
        fail(`the Host ${JSON.stringify(host)}`, 'no-host', `Host: ${HOST}:${session.service.port}`);
      const types = (exchange.field('Accept') ?? '').split(',').map((type) => type.split(';')[0]!.trim());
      if (!types.some((type) => type.toLowerCase() === 'text/event-stream'))
        fail(
          `the Accept ${JSON.stringify(exchange.field('Accept') ?? 'none')}`,
          'no-accept',
          'Accept: text/event-stream',
        );
      if (lastEventIdOf(exchange) !== undefined)
        fail('a Last-Event-ID', 'empty-last-event-id', 'no Last-Event-ID while there is none');
      judge.observe();
    },
  },
  {
    id: 'lab-10/no-store',
    step: 7,
    program: 'own',
    title: 'the client asks caches to keep away',
    rule: 'README, step 7',
    quote:
      'Browsers also send `Cache-Control: no-store`. The checker tells you when you do not, and takes no points.',
    level: 'advice',
    needs: ['lab-10/request'],
    hints: {
      ...CLIENT_HINTS,
      otherwise:
        'A cache on the way that kept a stream would give it to the next one who asks, from its beginning.',
    },
    async run(judge) {
      const exchange = await (await Session.start(judge)).next();
      const value = exchange.field('Cache-Control') ?? '';
      if (!/(^|,)\s*no-(store|cache)\s*(,|$)/i.test(value)) {
        judge.fail(`your client's request has no Cache-Control: no-store`, 'otherwise', {
          sent: [],
          accepted: ['Cache-Control: no-store'],
          actual: value === '' ? 'no Cache-Control' : `Cache-Control: ${value}`,
        });
      }
      judge.observe();
    },
  },
  {
    id: 'lab-10/prints-events',
    step: 7,
    program: 'own',
    title: 'each event is printed as soon as it is complete',
    rule: 'README, step 7',
    quote: 'Each event is printed as soon as its empty line has come, while the stream goes on.',
    level: 'lab',
    needs: ['lab-10/request', 'lab-10/block-reset', 'lab-10/id-stays', 'lab-10/characters-cut'],
    hints: { ...CLIENT_HINTS, otherwise: 'One event, one line of JSON on stdout, at once.' },
    async run(judge) {
      const { one, two, type, id } = drawWords(judge);
      const session = await Session.start(judge);
      const stream = await session.stream();
      const first = message(one, id);
      await stream.send(wire(first));
      await session.expectPrinted([first], 'the first event', stream);
      const second = message(`${two}\n\n"${one}"\\ é 漢 😀`, id, type);
      const bytes = Buffer.from(wire({ ...second, lastEventId: '' }));
      await stream.send(bytes, { cuts: [bytes.length - 8] });
      await session.expectPrinted([second], 'the second event', stream);
      await stream.send(`: comment\n\nevent: nothing\n\nretry: 50\n\ndata: ${one}`);
      await stream.send(`\n\ndata: ${two}\n\n`);
      await session.expectPrinted([message(one, id), message(two, id)], 'two events at once', stream);
      session.expectNothingMore('the events');
    },
  },
  {
    id: 'lab-10/bodies',
    step: 7,
    program: 'own',
    title: 'the type is compared without case and parameters, and the body ends in three ways',
    rule: 'README, step 7',
    quote:
      'The type is compared without its case, and parameters such as `; charset=utf-8` do not matter. Its body may be chunked, have a `Content-Length`, or end with the connection.',
    level: 'lab',
    needs: ['lab-10/comes-back'],
    hints: {
      ...CLIENT_HINTS,
      'no-reconnect':
        'The body is complete, and the client does not come back. A Content-Length or the last chunk ends it, although the connection stays open.',
      'gave-up':
        'This is an event stream, and the client gave up. Take the type from in front of the first semicolon, without the spaces around it, and compare it without regard to case.',
      otherwise:
        'The three ways to tell where a body ends are those of lab 08. All of it goes to the parser.',
    },
    async run(judge) {
      const { one, two, type } = drawWords(judge);
      const session = await Session.start(judge);
      const first = message(`${one} é`, '1');
      const chunked = await session.stream();
      const bytes = Buffer.from(wire(first));
      for (const byte of bytes) await chunked.send(Uint8Array.of(byte));
      await session.expectPrinted([first], 'an event in chunks of one byte', chunked);
      const large = message(two.repeat(5000), '2');
      await chunked.send(wire(large), { cuts: [1] });
      await session.expectPrinted([large], 'an event in a large chunk', chunked);
      await chunked.finish();
      for (const [at, given] of TYPES.entries()) {
        const withLength = await session.next({ silence: { waiting: 'no-reconnect', crashed: 'gave-up' } });
        const sent = message(type, `${at + 3}`);
        const body = wire(sent);
        await withLength.write(
          `HTTP/1.1 200 OK\r\ncontent-type: ${given}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
        );
        await session.expectPrinted(
          [sent],
          `an event in a body with a length, of the type ${given}`,
          withLength,
        );
      }
      const untilClose = await session.streamAfter('a body with a Content-Length', 'close');
      const last = message(`${one} 漢`, '4');
      await untilClose.send(wire(last));
      await session.expectPrinted([last], 'an event in a body until the close', untilClose);
      await untilClose.finish();
      await session.streamAfter('a body until the close');
      session.expectNothingMore('the events');
    },
  },
  {
    id: 'lab-10/refused-status',
    step: 7,
    program: 'own',
    title: 'any other status ends the client',
    rule: 'README, step 7',
    quote:
      'Everything else is a no, and the client gives up: any other status, 204 too, another `Content-Type` or none, a redirect without a `Location`, one to something that is not `http:`, and the 21st redirect in a row. It says why in a line on stderr and ends with exit code 1. It does not ask again.',
    level: 'lab',
    needs: ['lab-10/request'],
    hints: {
      ...CLIENT_HINTS,
      'extra-output': 'The events of an answer that is not 200 were printed. What does its status say?',
      otherwise:
        'Only 200 opens a stream. Say in a line on stderr what came instead, and end with exit code 1.',
    },
    async run(judge) {
      const statuses = [
        204,
        202,
        ...judge.draw('statuses', (random) => [
          random.pick([201, 203, 206]),
          random.pick([400, 401, 404]),
          random.pick([500, 503]),
        ]),
      ];
      await Promise.all(
        statuses.map(async (status) => {
          const session = await Session.start(judge);
          const exchange = await session.next();
          const body = status === 204 ? '' : 'data: none\n\n';
          await exchange.respond(status, status === 204 ? [] : [['Content-Type', 'text/event-stream']], body);
          await session.expectGivesUp(`a ${status}`);
        }),
      );
    },
  },
  {
    id: 'lab-10/refused-type',
    step: 7,
    program: 'own',
    title: 'any other type ends the client',
    rule: 'README, step 7',
    quote:
      'Everything else is a no, and the client gives up: any other status, 204 too, another `Content-Type` or none, a redirect without a `Location`, one to something that is not `http:`, and the 21st redirect in a row. It says why in a line on stderr and ends with exit code 1. It does not ask again.',
    level: 'lab',
    needs: ['lab-10/request'],
    hints: {
      ...CLIENT_HINTS,
      'extra-output':
        'This is no event stream: its Content-Type says something else, or nothing. A page of HTML has lines too.',
      otherwise:
        'Only `text/event-stream` opens a stream. Say in a line on stderr what came instead, and end with exit code 1.',
    },
    async run(judge) {
      await Promise.all(
        ['text/event-streams', undefined].map(async (given) => {
          const session = await Session.start(judge);
          const exchange = await session.next();
          const fields: [string, string][] = given === undefined ? [] : [['Content-Type', given]];
          await exchange.begin(200, fields);
          await exchange.send('data: none\n\n');
          await session.expectGivesUp(
            given === undefined ? 'a 200 without a Content-Type' : `a 200 with ${given}`,
          );
        }),
      );
    },
  },
];
