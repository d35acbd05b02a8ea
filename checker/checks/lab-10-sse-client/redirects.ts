/** Step 7, RFC 9110 §15.4: the stream is somewhere else. */

import { waitUntil } from '../../drive/waiting.ts';
import { HttpService, REQUEST_MS } from '../../peer/http-service.ts';
import type { Check } from '../../run/check.ts';
import { CLIENT_HINTS } from './client-hints.ts';
import { drawWords } from './rows.ts';
import { comesBack, HOST, lastEventIdOf, message, Session, wire } from './session.ts';

const HINTS = {
  ...CLIENT_HINTS,
  'not-followed':
    'The answer was a redirect, and the client did not follow it. 301, 302, 303, 307 and 308 with a Location say where the stream is.',
  'other-target':
    'The redirect was followed to another place. A Location may be a whole URL or relative to the URL that was asked; `new URL(location, base)` knows all its forms, with the query and without the fragment.',
  'fields-lost':
    'The request after the redirect lacks a field that the first one had. It is the same request, at another place.',
  'same-server':
    'The Location names another port, and nobody came there. The host and the port of a URL count too.',
};
const MOST = 20;

export const redirects: Check[] = [
  {
    id: 'lab-10/redirects',
    step: 7,
    program: 'own',
    title: 'redirects are followed',
    rule: 'README, step 7',
    quote:
      'A 301, 302, 303, 307 or 308 with a `Location` is followed at once, with the same fields. `Location` is a whole `http:` URL, also of another host or port, or relative to the URL that was asked. A fragment (`#part`) is not sent.',
    level: 'lab',
    needs: ['lab-10/comes-back'],
    hints: { ...HINTS, otherwise: 'Ask again at once, for the URL that the Location names.' },
    async run(judge) {
      const { one, two, type, id } = drawWords(judge);
      const session = await Session.start(judge, { TARGET: `/${one}/${two}` });
      const { port } = session.service;
      const hops: [status: number, location: string, target: string][] = [
        [301, `/${type}/a?x=${two}#${one}`, `/${type}/a?x=${two}`],
        [302, 'b', `/${type}/b`],
        [303, `http://${HOST}:${port}/${two}`, `/${two}`],
        [307, '?y=1', `/${two}?y=1`],
        [308, `//${HOST}:${port}/${one}/c/../d`, `/${one}/d`],
      ];
      for (const [at, [status, location]] of hops.entries()) {
        const exchange = await session.next(at === 0 ? {} : followed(hops[at - 1]![0]));
        if (at > 0) expectTarget(exchange.request.target, hops[at - 1]!);
        await exchange.respond(status, [['Location', location]], at === 1 ? 'moved' : '');
      }
      const stream = await session.stream(followed(308));
      expectTarget(stream.request.target, hops.at(-1)!);
      if (!(stream.field('Accept') ?? '').toLowerCase().includes('text/event-stream')) failFields('Accept');
      const first = message(one, id);
      await stream.send(wire(first));
      await session.expectPrinted([first], 'an event behind five redirects', stream);
      await stream.finish();
      // The next one leads to another port.
      const elsewhere = await HttpService.listen(judge, HOST);
      elsewhere.follow(session.program);
      const again = await session.next(comesBack('the end of the stream'));
      await again.respond(307, [['Location', `http://${HOST}:${elsewhere.port}/${two}`]]);
      const { program, service } = session;
      await waitUntil(
        () => elsewhere.pending > 0 || service.pending > 0 || program.exit !== undefined,
        () => Promise.race([elsewhere.change(), service.change(), program.exited]),
        REQUEST_MS,
      );
      if (service.pending > 0) {
        judge.fail('your client asked the first server for a place at another port', 'same-server', {
          ...service.evidence([`a request to port ${elsewhere.port}`], service.exchanges.at(-1)!.line),
        });
      }
      const last = await elsewhere.next({ ...followed(307), limitMs: 0 });
      if (lastEventIdOf(last) !== id) failFields('Last-Event-ID');
      await last.begin(200, [['Content-Type', 'text/event-stream']]);
      const second = message(two, id);
      await last.send(wire(second));
      await session.expectPrinted([second], 'an event from the other port', last);

      function expectTarget(target: string, [status, location, wanted]: (typeof hops)[number]): void {
        const came = target.replace(/^http:\/\/[^/]*/, '');
        judge.observe();
        if (came === wanted) return;
        judge.fail(
          `after a ${status} with Location: ${location} your client asked for ${target}, not for ${wanted}`,
          'other-target',
          {
            ...session.service.evidence([wanted], target),
          },
        );
      }
      function failFields(name: string): never {
        return judge.fail(`after a redirect the request has no right ${name}`, 'fields-lost', {
          ...session.service.evidence(['the same fields as before'], `another ${name}`),
        });
      }
    },
  },
  {
    id: 'lab-10/redirect-limit',
    step: 7,
    program: 'own',
    title: 'twenty redirects in a row are followed, and no more',
    rule: 'README, step 7',
    quote: 'Up to 20 redirects in a row are followed.',
    level: 'lab',
    needs: ['lab-10/redirects', 'lab-10/refused-status'],
    hints: {
      ...HINTS,
      'asked-again':
        'The 21st redirect in a row was followed too. Two servers that send a client to each other would keep it busy for ever: count.',
      'gave-up':
        'The client gave up before the 21st redirect in a row. Up to 20 are followed, and a stream that was opened ends the row: the count begins again.',
      otherwise: 'Count the redirects since the last wait, and give up at the 21st.',
    },
    async run(judge) {
      const { one } = drawWords(judge);
      const session = await Session.start(judge);
      const redirect = async (times: number): Promise<void> => {
        for (let hop = 1; hop <= times; hop += 1) {
          const exchange = await session.next({
            what: `the request after ${hop - 1} redirects`,
            silence: { crashed: 'gave-up', waiting: 'not-followed' },
          });
          await exchange.respond(307, [['Location', `/${one}/${hop}`]]);
        }
      };
      await redirect(MOST);
      const stream = await session.stream({
        what: 'the request after 20 redirects',
        silence: { crashed: 'gave-up', waiting: 'not-followed' },
      });
      await stream.send(wire(message(one)));
      await session.expectPrinted([message(one)], 'an event behind 20 redirects', stream);
      await stream.finish();
      await redirect(MOST + 1);
      await session.expectGivesUp('the 21st redirect in a row');
    },
  },
  {
    id: 'lab-10/redirect-nowhere',
    step: 7,
    program: 'own',
    title: 'a redirect that leads nowhere ends the client',
    rule: 'README, step 7',
    quote:
      'Everything else is a no, and the client gives up: any other status, 204 too, another `Content-Type` or none, a redirect without a `Location`, one to something that is not `http:`, and the 21st redirect in a row.',
    level: 'lab',
    needs: ['lab-10/redirects', 'lab-10/refused-status'],
    hints: {
      ...HINTS,
      'asked-again':
        'The answer leads nowhere that this client can go, and it asked again. Without a Location, or with one that is not `http:`, a redirect is a no; so is any status but the five that are named, with a Location too.',
      otherwise:
        'No Location, one that is not `http:`, or another status than the five: a line on stderr, exit code 1.',
    },
    async run(judge) {
      const other = judge.draw('status', (random) => random.pick([300, 304, 305]));
      const answers: [status: number, location: string | undefined, what: string][] = [
        [302, undefined, 'a 302 without a Location'],
        [302, `https://${HOST}/events`, 'a 302 to an https: URL'],
        [other, '/elsewhere', `a ${other} with a Location`],
      ];
      await Promise.all(
        answers.map(async ([status, location, what]) => {
          const session = await Session.start(judge);
          const exchange = await session.next();
          await exchange.respond(status, location === undefined ? [] : [['Location', location]]);
          await session.expectGivesUp(what);
        }),
      );
    },
  },
];

function followed(status: number) {
  return {
    what: `the request that follows a ${status}`,
    accepted: ['a request for the place that the Location names'],
    silence: { waiting: 'not-followed', crashed: 'not-followed' },
  };
}
