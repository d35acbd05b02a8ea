/** Step 6: IPv6. */
import { expectAnnouncement } from '../../peer/announcement.ts';
import { UdpPeer } from '../../peer/udp.ts';
import type { Check, Machine } from '../../run/check.ts';
import { ASKING_HINTS } from './asking.ts';
import { ANNOUNCEMENT_HINTS } from './binding.ts';
import { Session } from './client-session.ts';
import { ECHOES } from './echo.ts';

const noIpv6 = ({ ipv6 }: Machine): string | undefined =>
  ipv6 ? undefined : 'this machine has no IPv6 address ::1';

const FAMILY =
  'HOST is ::1, an IPv6 address, and the socket speaks IPv4. A socket is made for one family: udp4 or udp6. net.isIPv6 tells which one an address needs.';

export const ipv6: Check[] = [
  {
    id: 'lab-03/server-ipv6',
    step: 6,
    program: 'own',
    title: 'the server serves an IPv6 address',
    rule: 'README, step 6',
    quote: '`HOST` may be an IPv4 or an IPv6 address, for the server and for the client.',
    level: 'lab',
    needs: ['lab-03/echo-first'],
    lacks: noIpv6,
    hints: {
      ...ANNOUNCEMENT_HINTS,
      exited: FAMILY,
      'never-listened': FAMILY,
      'family-ignored': FAMILY,
      otherwise: FAMILY,
    },
    async run(judge) {
      const server = await judge.startServer({ host: '::1' });
      const client = await UdpPeer.open(judge, server);
      const words = judge.draw('words', (random) => [random.letters(6), `é ${random.letters(4)}`]);
      for (const word of words)
        await client.ask(Buffer.from(word), { ...ECHOES, silence: { waiting: 'family-ignored' } });
      await expectAnnouncement(judge, server);
    },
  },
  {
    id: 'lab-03/client-ipv6',
    step: 6,
    program: 'own',
    title: 'the client asks at an IPv6 address',
    rule: 'README, step 6',
    quote: '`HOST` may be an IPv4 or an IPv6 address, for the server and for the client.',
    level: 'lab',
    needs: ['lab-03/client-prints-answer'],
    lacks: noIpv6,
    hints: { ...ASKING_HINTS, 'not-sent': FAMILY, crashed: FAMILY, 'exit-code': FAMILY, otherwise: FAMILY },
    async run(judge) {
      const [line, answer] = judge.draw('words', (random) => [random.letters(6), random.letters(8)]);
      const session = await Session.start(judge, { host: '::1' });
      const question = await session.ask(line!);
      await session.service.answer(question, Buffer.from(answer!));
      await session.expectAnswer(answer!, [], { waiting: 'answer-ignored' });
    },
  },
];
