/** Step 1: a response. */
import { expectAnnouncement } from '../../peer/announcement.ts';
import { HttpPeer } from '../../peer/http.ts';
import { fieldValue, fieldValues } from '../../peer/http-response.ts';
import { accepts } from '../../peer/tcp.ts';
import type { Check, Machine } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { expectListensOnHost, LISTENS_HINTS } from '../contract.ts';
import { hello, helloRequest, hints, request } from './requests.ts';

/** A connection is taken or refused at once; this much is for a busy machine. */
const ACCEPTED_MS = 5000;
/** Some servers make a new Date once a second, and this machine may be slow. */
const DATE_OFF_MS = 10_000;
const IMF_FIXDATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

const noSecondAddress = ({ platform }: Machine): string | undefined =>
  platform === 'linux'
    ? undefined
    : 'only Linux has a second address, 127.0.0.2, without being set up for it';

const ROUTES = 'The routes `/hello`, `/headers` and `/status/N` answer as the table says';
const FORMAT =
  'The status line is `HTTP/1.1`, a space, three digits, a space, and a reason phrase, which may be empty. Every line of a head ends with CRLF.';

export const response: Check[] = [
  {
    id: 'lab-06/listens',
    step: 1,
    title: 'the server listens on HOST and PORT, and on no other address',
    rule: 'README, step 1',
    quote: 'on the address `HOST` only',
    level: 'lab',
    hints: LISTENS_HINTS,
    async run(judge) {
      await expectListensOnHost(judge);
    },
  },
  {
    id: 'lab-06/host',
    step: 1,
    program: 'own',
    title: 'HOST may be another address',
    rule: 'README, step 1',
    quote: 'on the address `HOST` only',
    level: 'lab',
    needs: ['lab-06/listens'],
    lacks: noSecondAddress,
    hints: {
      'localhost-only':
        'Your server listens on the address that is right when HOST is not set, and here HOST was another one. It comes from the environment, as PORT does.',
      otherwise: 'Give listen the host from HOST beside the port.',
    },
    async run(judge) {
      const { host, port } = await judge.startServer({ host: '127.0.0.2' });
      if (!(await accepts(host, port, ACCEPTED_MS))) {
        judge.fail(`HOST was ${host}, and your server took no connection there`, 'localhost-only', {
          accepted: [`an accepted connection on ${host}:${port}`],
          actual: 'no connection',
        });
      }
      judge.observe();
    },
  },
  {
    id: 'lab-06/announces',
    step: 1,
    title: 'it says where it listens',
    rule: 'README, step 1',
    quote: '`listening on HOST:PORT` on stdout',
    level: 'lab',
    needs: ['lab-06/listens'],
    hints: {
      'no-announcement': 'Others wait for this line before they connect. It goes to stdout, and at once.',
      'other-announcement': 'Compare the two lines letter by letter. The line is read by programs.',
      otherwise: 'Write the line when listen has called back.',
    },
    async run(judge) {
      await expectAnnouncement(judge, await judge.server());
    },
  },
  {
    id: 'lab-06/hello',
    step: 1,
    title: 'GET /hello is answered: status line, fields, empty line, 14 bytes',
    rule: 'README, step 1',
    quote: FORMAT,
    level: 'lab',
    needs: ['lab-06/listens'],
    hints: hints({
      'status-404':
        'The target is /hello, and your server knows no such path. What exactly does it compare, and with what?',
      'status-400':
        'A right request was refused. Give each connection a parser of its own, and give it every byte as it came.',
      type: 'The type of this route is text/plain; a parameter may follow.',
      body: 'The body is "Hello, world!" and a newline: 14 bytes.',
      waiting:
        'Your server has read the request and does not answer. The head is complete at the empty line; nothing more will come.',
      otherwise: 'Take the picture in the README and write those lines, each with CRLF.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      client.expectNothingYet('before it was asked anything', 'unasked');
      const answer = await client.ask(helloRequest(), hello);
      if (answer.version !== '1.1') {
        const accepted = ['HTTP/1.1 in the status line'];
        client.fail(`the status line says HTTP/${answer.version}`, 'version', accepted, answer);
      }
      expectType(client, answer, 'text/plain');
    },
  },
  {
    id: 'lab-06/date',
    step: 1,
    title: 'every response has a Date, in the one form that there is',
    rule: 'RFC 9110 §6.6.1',
    quote:
      'An origin server with a clock (as defined in Section 5.6.7) MUST generate a Date header field in all 2xx (Successful), 3xx (Redirection), and 4xx (Client Error) responses',
    level: 'MUST',
    needs: ['lab-06/hello'],
    hints: hints({
      'no-date':
        'Every response tells when it was made. Which method of a JavaScript Date writes this very form?',
      'date-form':
        'There are many ways to write a date, and HTTP has one: Sun, 06 Nov 1994 08:49:37 GMT. Which method of a JavaScript Date writes it?',
      'date-wrong':
        'The date is well formed and far from now. Is it made anew for each response, and in GMT?',
      'date-twice': 'Two Date fields stand in one head. Who adds the second one?',
      otherwise: 'Add Date where all responses are written, not in each handler.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      for (const path of ['/hello', '/status/404', `/${judge.draw('path', (random) => random.letters(8))}`]) {
        const answer = await client.ask(request(`GET ${path}`), { to: `GET ${path}` });
        const [date, second] = fieldValues(answer, 'Date');
        const accepted = ['one Date field, in the form "Sun, 06 Nov 1994 08:49:37 GMT", of now'];
        const fail = (message: string, symptom: string): never =>
          client.fail(`the response to GET ${path} ${message}`, symptom, accepted, answer);
        if (date === undefined) fail('has no Date', 'no-date');
        else if (second !== undefined) fail('has two Date fields', 'date-twice');
        else if (!IMF_FIXDATE.test(date) || new Date(date).toUTCString() !== date)
          fail(`has the Date ${JSON.stringify(date)}`, 'date-form');
        else if (Math.abs(Date.parse(date) - Date.now()) > DATE_OFF_MS)
          fail(`has the Date ${date}, and now it is ${new Date().toUTCString()}`, 'date-wrong');
        judge.observe();
      }
    },
  },
  {
    id: 'lab-06/headers',
    step: 1,
    title: 'GET /headers gives the fields back, in their order and case',
    rule: 'README, step 1',
    quote: ROUTES,
    level: 'lab',
    needs: ['lab-06/hello'],
    hints: hints({
      'lower-case':
        'The names came back in lower case. Keep them as they came, and compare without case where you must.',
      merged: 'A field that came twice stands there once. Fields are a list of pairs, not an object.',
      'no-json': 'The body is no JSON. JSON.stringify writes it.',
      'no-pairs': 'The body is JSON of another shape: an array of arrays, each with a name and a value.',
      type: 'The type of this route is application/json.',
      otherwise: 'The parser gives the fields as a list of pairs. That list is the answer.',
    }),
    async run(judge) {
      const drawn = judge.draw('fields', (random) =>
        ['X-Second', 'x-first', 'Accept', 'X-SECOND', 'X-Empty'].map((name) => [
          name,
          name === 'X-Empty' ? '' : `${random.letters(4)}, "${random.letters(3)}"; q=0.5`,
        ]),
      ) as [string, string][];
      await expectFields(judge, drawn);
    },
  },
  {
    id: 'lab-06/length-in-bytes',
    step: 1,
    title: 'Content-Length counts bytes',
    rule: 'README, step 1',
    quote: '`Content-Length` counts bytes, not characters.',
    level: 'lab',
    needs: ['lab-06/headers'],
    hints: hints({
      'length-too-small':
        'The value of a field was not ASCII, and the body was cut. Its length was counted in characters: encode it first, then count the bytes.',
      'no-json':
        'The body ends too early to be JSON. Its length was counted in characters: encode it first, then count the bytes.',
      otherwise: 'JSON is UTF-8. Make bytes of the text, and let their number be the Content-Length.',
    }),
    async run(judge) {
      const letters = judge.draw('letters', (random) => random.letters(5));
      await expectFields(judge, [['X-Name', `${letters}\u00e9\u00fc\u00df`]], {
        'no-json': 'length-too-small',
      });
    },
  },
  {
    id: 'lab-06/status',
    step: 1,
    title: 'GET /status/N is answered with the status N',
    rule: 'README, step 1',
    quote: ROUTES,
    level: 'lab',
    needs: ['lab-06/hello'],
    hints: hints({
      body: 'The body is "status N" and a newline.',
      'status-404':
        'Your server has no route for this path. The part behind /status/ changes: cut it off, and look at it as a number.',
      'bad-number': 'This is no status from 200 to 599, and such a path is 404.',
      otherwise: 'A status that has no name in your table is answered all the same: the reason may be empty.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const drawn = judge.draw('status', (random) => [
        random.integer(206, 298),
        random.integer(430, 498),
        random.integer(512, 598),
      ]);
      for (const status of [200, 201, 299, 301, 404, 418, 500, 599, ...drawn]) {
        await client.ask(request(`GET /status/${status}`), {
          to: `GET /status/${status}`,
          status,
          body: `status ${status}\n`,
        });
      }
      for (const bad of ['199', '600', '99', '2000', 'abc', '20x', '-200', '200.5', '']) {
        await client.ask(request(`GET /status/${bad}`), {
          to: `GET /status/${bad}`,
          status: 404,
          otherStatus: 'bad-number',
        });
      }
    },
  },
  {
    id: 'lab-06/not-found',
    step: 1,
    title: 'a path that is none of the routes is 404',
    rule: 'README, step 1',
    quote: 'a path that is none of these is 404',
    level: 'lab',
    needs: ['lab-06/hello'],
    hints: hints({
      'status-200': 'A path that only begins like a route is another path. Compare the whole of it.',
      waiting:
        'Your server read the request and did not answer. A path that nobody knows needs an answer too: 404.',
      otherwise: 'What no route takes is answered at the end, with 404.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const word = judge.draw('word', (random) => random.letters(7));
      for (const path of [
        `/${word}`,
        '/',
        `/hello${word}`,
        `/hello/${word}`,
        '/HELLO',
        `/${word}?/hello`,
        '/toString',
      ]) {
        await client.ask(request(`GET ${path}`), { to: `GET ${path}`, status: 404 });
      }
    },
  },
  {
    id: 'lab-06/method-not-allowed',
    step: 1,
    title: 'a route that does not have the method answers 405 with Allow',
    rule: 'README, step 1',
    quote:
      'a route that does not have the method answers 405 with `Allow`, which lists the methods that it has',
    level: 'lab',
    needs: ['lab-06/hello'],
    hints: hints({
      'status-200': 'The method is a part of the question: this route has GET and HEAD only.',
      'status-404': 'The path is known, only the method is not one of its own: that is 405.',
      'no-allow': 'A 405 says in Allow which methods there are.',
      otherwise: 'Find the route by its path first, then ask whether it has the method.',
    }),
    async run(judge) {
      const server = await judge.server();
      const methods = judge.draw('methods', (random) => random.shuffle(['POST', 'PUT', 'DELETE', 'PATCH']));
      for (const [index, path] of ['/hello', '/headers', '/status/200'].entries()) {
        const to = `${methods[index]} ${path}`;
        const client = await HttpPeer.connect(judge, server);
        const answer = await client.ask(request(to, { body: '' }), { to, status: 405 });
        const allowed = fieldValues(answer, 'Allow')
          .join(',')
          .split(',')
          .map((method) => method.trim());
        if (!allowed.includes('GET') || allowed.includes(methods[index]!)) {
          const accepted = ['Allow with the methods that the route has: GET, HEAD'];
          client.fail(`the 405 to ${to} does not say in Allow what there is`, 'no-allow', accepted, answer);
        }
        judge.observe();
      }
    },
  },
  {
    id: 'lab-06/path',
    step: 1,
    title: 'the path ends before ?, and is percent-decoded',
    rule: 'README, step 1',
    quote:
      'The path is what stands before `?` in the request target, percent-decoded; a `%` without two hex digits behind it is 400.',
    level: 'lab',
    needs: ['lab-06/hello'],
    hints: hints({
      'status-404': 'Take off the query and decode the path before you compare it.',
      'bad-percent':
        'A % without two hex digits cannot be decoded. What throws there, and what should the answer be?',
      'status-500': 'decodeURIComponent throws for what it cannot decode. That is the request’s fault: 400.',
      crashed:
        'decodeURIComponent throws for what it cannot decode, and nobody caught it. That is the request’s fault: 400.',
      otherwise: 'First cut the target at ?, then decode what stands before it.',
    }),
    async run(judge) {
      const server = await judge.server();
      const query = judge.draw('query', (random) => random.letters(6));
      const at = judge.draw('place', (random) => random.integer(1, 5));
      const code = '/hello'.charCodeAt(at).toString(16);
      const escaped = (hex: string): string => `${'/hello'.slice(0, at)}%${hex}${'/hello'.slice(at + 1)}`;
      const client = await HttpPeer.connect(judge, server);
      for (const target of [
        `/hello?${query}=/a?b`,
        '/hello?',
        escaped(code),
        escaped(code.toUpperCase()),
        `${escaped(code)}?a=%`,
      ]) {
        await client.ask(request(`GET ${target}`), { ...hello, to: `GET ${target}` });
      }
      for (const target of ['/hello%', '/hel%6', '/%zzhello']) {
        const each = await HttpPeer.connect(judge, server);
        const to = `GET ${target}`;
        await each.ask(request(to), { to, status: 400, otherStatus: 'bad-percent' });
      }
    },
  },
  {
    id: 'lab-06/absolute-form',
    step: 1,
    title: 'a target in absolute form is answered like its path',
    rule: 'README, step 1',
    quote: 'A target in absolute form, `http://localhost/hello`, is answered like its path, `/hello`.',
    level: 'lab',
    needs: ['lab-06/hello'],
    hints: hints({
      'status-404': 'The path of http://localhost/hello is /hello.',
      otherwise: 'RFC 9112 §3.2.2: a server must accept the absolute form. Take the scheme and the host off.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const host = judge.draw('host', (random) => `${random.letters(6)}.example`);
      for (const target of ['http://localhost/hello', `http://${host}:8080/hello?a=http://b/`]) {
        await client.ask(request(`GET ${target}`), { ...hello, to: `GET ${target}` });
      }
    },
  },
];

/** Content-Type, a parameter aside. */
export function expectType(client: HttpPeer, answer: Parameters<HttpPeer['fail']>[3], type: string): void {
  const came = fieldValue(answer, 'Content-Type');
  if (came?.split(';')[0]?.trim().toLowerCase() === type) return;
  const shown = came === undefined ? 'no Content-Type' : `the Content-Type ${JSON.stringify(came)}`;
  client.fail(`the response has ${shown}, expected ${type}`, 'type', [`Content-Type: ${type}`], answer);
}

/** What is sent in these fields must come back from `/headers`. */
async function expectFields(
  judge: Judge,
  fields: [string, string][],
  symptoms: { 'no-json'?: string } = {},
): Promise<void> {
  const client = await HttpPeer.connect(judge, await judge.server());
  const answer = await client.ask(request('GET /headers', { fields }), { to: 'GET /headers', status: 200 });
  const sent: [string, string][] = [['Host', 'localhost'], ...fields];
  const accepted = [`JSON that means ${JSON.stringify(sent)}`];
  const text = Buffer.from(answer.body).toString();
  let came: unknown;
  try {
    came = JSON.parse(text);
  } catch {
    const message = `the body of /headers is no JSON: ${JSON.stringify(text.slice(0, 200))}`;
    client.fail(message, symptoms['no-json'] ?? 'no-json', accepted, answer);
  }
  if (JSON.stringify(came) !== JSON.stringify(sent)) {
    client.fail(`the body of /headers is ${text.slice(0, 200)}`, fieldSymptom(came, sent), accepted, answer);
  }
  expectType(client, answer, 'application/json');
}

function fieldSymptom(came: unknown, sent: [string, string][]): string {
  if (!Array.isArray(came) || came.some((pair) => !Array.isArray(pair) || pair.length !== 2))
    return 'no-pairs';
  const lower = sent.map(([name, value]) => [name.toLowerCase(), value]);
  if (JSON.stringify(came) === JSON.stringify(lower)) return 'lower-case';
  return came.length < sent.length ? 'merged' : 'otherwise';
}
