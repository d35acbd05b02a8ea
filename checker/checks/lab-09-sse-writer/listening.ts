/** Step 3: on which address it listens, and that it says so. */
import { type AddressInfo, createServer } from 'node:net';
import { expectAnnouncement } from '../../peer/announcement.ts';
import { accepts, connect } from '../../peer/tcp.ts';
import type { Check, Machine } from '../../run/check.ts';
import { expectPortInUse, PORT_IN_USE_HINTS } from '../contract.ts';

const ONE_ADDRESS = ({ platform }: Machine): string | undefined =>
  platform === 'linux' ? undefined : 'only Linux answers on 127.0.0.2 without being asked to';
const LISTEN_REJECTS =
  'A stack trace is for the author of a program, not for its user. The promise of listen is rejected then: catch that, and say in one line what is wrong.';

export const listening: Check[] = [
  {
    id: 'lab-09/listens',
    step: 3,
    title: 'it listens, and says where',
    rule: 'README, step 3',
    quote: '`listening on HOST:PORT` on stdout',
    level: 'lab',
    hints: {
      'no-announcement': 'Others wait for this line before they connect. It goes to stdout, and at once.',
      'other-announcement': 'Compare the two lines letter by letter. The line is read by programs.',
      refused: 'Nobody listens there. Give listen both HOST and PORT from the environment.',
      otherwise:
        'Call listen with HOST and PORT from the environment, and write the line when it has called back.',
    },
    async run(judge) {
      const server = await judge.server();
      const peer = await connect(judge, server);
      peer.vanish();
      await expectAnnouncement(judge, server);
    },
  },
  {
    id: 'lab-09/host',
    step: 3,
    program: 'own',
    title: 'it listens on HOST only',
    rule: 'README, step 3',
    quote: 'on the address `HOST` only',
    level: 'lab',
    needs: ['lab-09/listens'],
    lacks: ONE_ADDRESS,
    hints: {
      'other-address':
        'HOST was one address, and your server listens on another. Give listen the host beside the port.',
      'localhost-only': 'HOST was another address than 127.0.0.1, and your server took no connection there.',
      'all-addresses':
        'Without a host, listen takes every address of the machine, also those that strangers reach.',
      otherwise: 'Give listen the host from HOST beside the port.',
    },
    async run(judge) {
      const { host, port } = await judge.startServer({ host: '127.0.0.2' });
      if (!(await accepts(host, port, 5000)))
        judge.fail(`HOST was ${host}, and your server took no connection there`, 'localhost-only', {
          accepted: [`an accepted connection on ${host}:${port}`],
          actual: 'no connection',
        });
      if (await accepts('127.0.0.1', port))
        judge.fail(`HOST was ${host}, and your server took a connection on 127.0.0.1 too`, 'all-addresses', {
          accepted: [`connections on ${host} only`],
          actual: 'an accepted connection on 127.0.0.1',
        });
      judge.observe();
    },
  },
  {
    id: 'lab-09/port-in-use',
    step: 3,
    program: 'own',
    title: 'a port in use is one line on stderr and exit code 1',
    rule: 'README, step 3',
    quote: 'a port in use is one line on stderr and exit code 1',
    level: 'lab',
    needs: ['lab-09/listens'],
    hints: {
      ...PORT_IN_USE_HINTS,
      crashed: LISTEN_REJECTS,
      'stack-trace': LISTEN_REJECTS,
      'never-ends':
        'The port is taken, and the program goes on as if it were not. What becomes of the promise of listen then?',
      otherwise: 'Catch what listen rejects with, say what is wrong in one line, exit with 1.',
    },
    async run(judge) {
      const holder = createServer().listen({ host: '127.0.0.1', port: 0 });
      judge.defer(() => holder.close());
      await new Promise((resolve) => holder.once('listening', resolve));
      await expectPortInUse(judge, (holder.address() as AddressInfo).port);
    },
  },
];
