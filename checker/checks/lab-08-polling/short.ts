/** Step 1: short polls, and the posts that they ask for. */
import { fieldValue, fieldValues } from '../../peer/http-response.ts';
import type { Check } from '../../run/check.ts';
import { type RequestParts, request } from '../lab-06-http-server/requests.ts';
import { BoardClient, boardHints, postRequest } from './board.ts';

const WRONG_SINCE = ['-1', '1.5', 'abc', '', '1e3', '1x', ' 1', '%20', '0x10', 'null'];

export const short: Check[] = [
  {
    id: 'lab-08/first-messages',
    step: 1,
    program: 'own',
    title: 'an empty board, then messages with the ids 1, 2, 3',
    rule: 'README, step 1',
    quote: 'The ids are 1, 2, 3, …: each message has the one behind the last.',
    level: 'lab',
    needs: ['lab-08/announces'],
    hints: boardHints({
      'other-id': 'The ids are 1, 2, 3, and so on, each once. Where does the next one come from?',
      otherwise: 'Keep the messages in an array. A poll answers with those whose id is greater than since.',
    }),
    async run(judge) {
      const client = new BoardClient(judge, await judge.startServer());
      await client.poll('/messages?since=0', [], 0, { when: ', before any post' });
      const posted = [];
      for (const id of [1, 2, 3]) {
        const message = await client.post(judge.draw(`text ${id}`, (random) => random.letters(8)));
        if (message.id !== id) {
          judge.fail(
            `message ${id} of the board got the id ${message.id}`,
            'other-id',
            client.http.evidence([`the id ${id}`], `the id ${message.id}`),
          );
        }
        posted.push(message);
        await client.poll('/messages?since=0', posted, id);
        await client.poll('/messages?since=0', posted, id, { when: ', once more', missing: 'cleared' });
        await client.poll(`/messages?since=${id}`, [], id);
      }
    },
  },
  {
    id: 'lab-08/post',
    step: 1,
    title: 'a post is answered with 201 and the message',
    rule: 'README, step 1',
    quote: '`POST /messages` adds a message and answers 201 with it.',
    level: 'lab',
    needs: ['lab-08/first-messages'],
    hints: boardHints({
      'cut-character':
        'A character of several bytes became U+FFFD: it came in two pieces, and each was decoded by itself. Put the bytes together first.',
      'other-id': 'Each post gets the id after the last one.',
      'id-taken': 'The id in the body was taken over. The server numbers the messages, and nobody else.',
      otherwise: 'Read the body to its end, parse it, give it the next id, keep it, answer.',
    }),
    async run(judge) {
      const client = new BoardClient(judge, await judge.server());
      let last = await client.last();
      const word = judge.draw('word', (random) => random.letters(6));
      const json: RequestParts['fields'] = [['Content-Type', 'application/json']];
      const bodies: [text: string, body: string, fields: RequestParts['fields']][] = [
        [word, JSON.stringify({ text: word }), json],
        [`zwölf ☕ 🚲 ${word}`, JSON.stringify({ text: `zwölf ☕ 🚲 ${word}` }), json],
        [`"quoted" \\ ${word}`, JSON.stringify({ text: `"quoted" \\ ${word}` }), json],
        [`two\nlines ${word}`, JSON.stringify({ text: `two\nlines ${word}` }), json],
        ['', '{"text":""}', json],
        ['0', '{"text":"0"}', json],
        [word, ` { "id" : 7000007 , "by" : [1] , "text" : "${word}" } `, [['Content-Type', 'text/plain']]],
        [word, JSON.stringify({ text: word }), []],
      ];
      for (const [text, body, fields] of bodies) {
        const bytes = request('POST /messages', { fields: fields ?? [], body: Buffer.from(body) });
        const message = await client.post(text, {
          bytes,
          when: ` with the body ${body}`,
        });
        if (message.id !== last + 1) {
          judge.fail(
            `the message after message ${last} got the id ${message.id}`,
            message.id === 7000007 ? 'id-taken' : 'other-id',
            client.http.evidence([`the id ${last + 1}`], `the id ${message.id}`),
          );
        }
        last = message.id;
        await client.poll(`/messages?since=${last - 1}`, [message], last);
      }
      // In two pieces, in the middle of a character.
      const text = `☕${word}`;
      const bytes = postRequest(text);
      const cut = Buffer.from(bytes).indexOf(Buffer.from('☕')) + 1;
      await client.send(bytes, [cut]);
      const response = await client.expect({
        to: 'POST /messages in two pieces',
        status: 201,
        symptoms: [{ slug: 'cut-character', when: ({ body }) => Buffer.from(body).includes('\ufffd') }],
      });
      if (
        !Buffer.from(response.body).includes(Buffer.from(text)) &&
        !Buffer.from(response.body).includes('\\u2615')
      )
        client.http.fail(
          'the text is not the one that was posted',
          Buffer.from(response.body).includes('\ufffd') ? 'cut-character' : 'other-text',
          [JSON.stringify({ text })],
          response,
        );
    },
  },
  {
    id: 'lab-08/post-wrong',
    step: 1,
    title: 'a body that is no message is answered with 400, and changes nothing',
    rule: 'README, step 1',
    quote: 'A body that is not JSON with a `text` that is a string is 400, and no message is added',
    level: 'lab',
    needs: ['lab-08/post'],
    hints: boardHints({
      lenient:
        'This body is no UTF-8, and it was taken for a message. Buffer.toString puts U+FFFD where a byte is wrong, and says nothing. TextDecoder with fatal throws.',
      'status-201':
        'This body is no message, and it was taken for one. text is a string, and it must be there.',
      'status-500':
        "A body that is wrong is the client's mistake: 400. JSON.parse throws, and a member of null throws too.",
      fin: 'The request was wrong, and the client is to learn that: 400.',
      reset: 'The request was wrong, and the client is to learn that: 400.',
      crashed: 'A body from the network ended your server. JSON.parse throws: who catches it?',
      taken: 'The post was refused, and its message is there all the same.',
      otherwise:
        'Parse inside of try. Then: an object, not null, whose text is a string. Anything else is 400.',
    }),
    async run(judge) {
      const client = new BoardClient(judge, await judge.server());
      const last = await client.last();
      for (const body of [
        '',
        '{',
        '{}',
        'null',
        '[]',
        '"text"',
        '7',
        '{"text":1}',
        '{"text":null}',
        '{"text":["a"]}',
        '{"Text":"a"}',
        '{"text":"a"} x',
        // No UTF-8: a byte that is in none, and a character that is cut off.
        Buffer.from('{"text":"\xff"}', 'latin1'),
        Buffer.from('{"text":"\xe2\x98"}', 'latin1'),
      ]) {
        await client.ask(
          request('POST /messages', {
            fields: [['Content-Type', 'application/json']],
            body,
          }),
          {
            to: `POST /messages with the body ${JSON.stringify(typeof body === 'string' ? body : body.toString('latin1'))}`,
            status: 400,
            ...(typeof body !== 'string' && { otherStatus: 'lenient' }),
          },
        );
      }
      await client.poll(`/messages?since=${last}`, [], last, {
        when: ', after posts that were refused',
        extra: 'taken',
      });
    },
  },
  {
    id: 'lab-08/since',
    step: 1,
    title: 'a short poll gets the messages after since, in order',
    rule: 'README, step 1',
    quote: '`GET /messages?since=N` answers at once with the messages behind N, in order of id.',
    level: 'lab',
    needs: ['lab-08/post'],
    hints: boardHints({
      otherwise:
        'Make a number of since, then take the messages whose id is greater. last is the newest id in any case.',
    }),
    async run(judge) {
      const client = new BoardClient(judge, await judge.server());
      const first = await client.last();
      const posted = [];
      const many = judge.draw('many', (random) => random.integer(11, 15));
      for (let n = 0; n < many; n += 1) posted.push(await client.post(`message ${n}`));
      const last = posted.at(-1)!.id;
      for (const since of [
        first,
        first + 1,
        last - 1,
        judge.draw('between', (random) => random.integer(2, 9)) + first,
      ])
        await client.poll(
          `/messages?since=${since}`,
          posted.filter(({ id }) => id > since),
          last,
        );
      for (const since of [last, last + 1, last + 1000])
        await client.poll(`/messages?since=${since}`, [], last);
      const { messages } = await client.poll('/messages?since=0');
      await client.poll('/messages', messages, last, { when: ', without since' });
      if (messages.length < last) {
        judge.fail(
          `${last} messages were posted, and since=0 gets ${messages.length}`,
          'message-missing',
          client.http.evidence([`${last} messages`], `${messages.length} messages`),
        );
      }
    },
  },
  {
    id: 'lab-08/history',
    step: 3,
    title: 'a message is for everybody: who has polled has not taken it away',
    rule: 'README, step 1',
    quote: 'A GET takes nothing away. Whoever asks gets the same, now and later.',
    level: 'lab',
    needs: ['lab-08/announces'],
    hints: boardHints({
      cleared:
        'One client has polled, and for the next one the message is gone. The news belong to all: keep the messages, and let since say what each client has.',
      held: 'There is news for this poll, and it is held. Look at what you have before you wait.',
      otherwise: 'A poll reads the messages, and changes nothing.',
    }),
    async run(judge) {
      const server = await judge.server();
      const [ann, ben] = [new BoardClient(judge, server, 'A'), new BoardClient(judge, server, 'B')];
      const since = await ann.last();
      const posted = [await ann.post('for all'), await ann.post('of you')];
      for (const [client, name] of [
        [ann, 'A'],
        [ben, 'B'],
        [ann, 'A again'],
        [ben, 'B again'],
      ] as const) {
        await client.poll(`/messages?since=${since}`, posted, since + 2, {
          when: `, by client ${name}`,
          missing: 'cleared',
        });
      }
      // Who has cleared its list has failed by now.
      for (const client of [ann, ben]) {
        await client.poll(`/messages/wait?since=${since}&timeout=10`, posted, since + 2, {
          missing: 'cleared',
          silence: { waiting: 'held' },
        });
      }
    },
  },
  {
    id: 'lab-08/since-wrong',
    step: 1,
    title: 'since that is no whole number is answered with 400',
    rule: 'README, the contract',
    quote: 'Anything else is 400: `-1`, `1.5`, `abc`, `1e3`, and nothing at all, as in `since=`.',
    level: 'lab',
    needs: ['lab-08/announces'],
    hints: boardHints({
      'status-200':
        'This since is no whole number, and it was taken for one. parseInt reads as far as it can, and Number("") is 0: look at all of the text, for digits only.',
      'status-204': 'This since is no whole number, and the poll was held for it.',
      otherwise:
        'since is digits and nothing else, or it is left out. Look at it before you make a number of it.',
    }),
    async run(judge) {
      const client = new BoardClient(judge, await judge.server());
      for (const since of WRONG_SINCE) {
        const value = encodeURIComponent(since).replace('%2520', '%20');
        for (const target of [`/messages?since=${value}`, `/messages/wait?since=${value}&timeout=0`])
          await client.ask(request(`GET ${target}`), { to: `GET ${target}`, status: 400 });
      }
    },
  },
  {
    id: 'lab-08/routes',
    step: 1,
    title: 'HEAD as GET; another method is 405 with Allow; another path is 404',
    rule: 'README, the contract',
    quote:
      'A path that is none of these is 404, and a route that does not have the method answers 405 with `Allow`.',
    level: 'lab',
    needs: ['lab-08/announces'],
    hints: boardHints({
      'no-allow': 'A 405 says in Allow which methods the path has.',
      'other-allow': 'Allow lists all methods that the path has, HEAD beside GET, and no others.',
      'status-404': 'A path that is there is not 404, whatever the method: 405.',
      'status-200': 'This path, or this method, is not in the table of the README.',
      otherwise: 'First the path (404), then the method (405 with Allow). The query is no part of the path.',
    }),
    async run(judge) {
      const client = new BoardClient(judge, await judge.server());
      const last = await client.last();
      for (const path of ['/', '/message', '/messages/', '/messages/1', '/messages/wait/', '/wait'])
        await client.ask(request(`GET ${path}`), { to: `GET ${path}`, status: 404 });
      for (const [method, path, methods] of [
        ['PUT', '/messages', ['GET', 'HEAD', 'POST']],
        ['DELETE', '/messages?since=0', ['GET', 'HEAD', 'POST']],
        ['DELETE', '/messages/wait', ['GET', 'HEAD']],
        ['POST', '/messages/wait?since=0&timeout=0', ['GET', 'HEAD']],
      ] as const) {
        const to = `${method} ${path}`;
        const body = method === 'DELETE' ? {} : { body: '{"text":"a"}' };
        const response = await client.ask(request(to, body), { to, status: 405 });
        const allowed = fieldValues(response, 'Allow')
          .join(',')
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '' && name !== 'OPTIONS')
          .sort();
        const accepted = [`Allow: ${methods.join(', ')}`];
        if (fieldValue(response, 'Allow') === undefined)
          client.http.fail(`the 405 to ${to} has no Allow`, 'no-allow', accepted, response);
        if (allowed.join() !== methods.join())
          client.http.fail(
            `Allow of the 405 to ${to} lists ${allowed.join(', ') || 'nothing'}`,
            'other-allow',
            accepted,
            response,
          );
      }
      for (const [target, status] of [
        ['/messages', 200],
        [`/messages?since=${last}`, 200],
        [`/messages/wait?since=${last}&timeout=0`, 204],
      ] as const) {
        await client.ask(request(`HEAD ${target}`), { to: `HEAD ${target}`, status });
        // A body behind the head would be taken for the next response.
        await client.poll(`/messages?since=${last}`, [], last);
      }
    },
  },
  {
    id: 'lab-08/no-store',
    step: 1,
    title: 'the answers to polls are not to be stored: Cache-Control: no-store',
    rule: 'README, step 1',
    quote: 'An answer to a GET ought to say `Cache-Control: no-store`',
    level: 'advice',
    needs: ['lab-08/since'],
    hints: boardHints({
      stored:
        'A cache on the way may keep the answer to a GET and give it out again, and the client would see no news. Cache-Control: no-store forbids it.',
      otherwise: 'Add Cache-Control: no-store to the answers to GET.',
    }),
    async run(judge) {
      const client = new BoardClient(judge, await judge.server());
      const response = await client.ask(request('GET /messages?since=0'), {
        to: 'GET /messages?since=0',
        status: 200,
      });
      if (!/\bno-store\b/i.test(fieldValues(response, 'Cache-Control').join()))
        client.http.fail(
          'the response to GET /messages?since=0 may be stored by a cache',
          'stored',
          ['Cache-Control: no-store'],
          response,
        );
      judge.observe();
    },
  },
];
