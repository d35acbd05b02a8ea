/** Servers that mix up files: step 9, and the clients of step 10. */
import type { Mutant, Patch } from '../mutant.ts';
import { http, server } from './patches.ts';

const GUARD = 'if (!path.startsWith(root.endsWith(sep) ? root : root + sep) || ';
const UNGUARDED = server(GUARD, 'if (');

/** What isTraversal says, with nothing behind it that would say no. */
function letsThrough(condition: string): Patch[] {
  return [
    UNGUARDED,
    server(
      "return segment === '' || segment === '.' || segment === '..' || /[/\\\\\\0]/.test(segment);",
      `return ${condition};`,
    ),
  ];
}

export const files: Mutant[] = [
  {
    name: 'no-types',
    story: 'Every file is application/octet-stream: a browser offers the page for saving.',
    patches: [
      server(
        "TYPES[extname(segments.at(-1)!).toLowerCase()] ?? 'application/octet-stream'",
        "'application/octet-stream'",
      ),
    ],
    killedBy: { 'lab-06/file': { verdict: 'fail', misconception: 'type' } },
  },
  {
    name: 'folder-is-500',
    story: 'What cannot be opened makes the handler throw.',
    patches: [
      server(
        '    return await open(path);\n  } catch {\n    return undefined;\n',
        '    return await open(path);\n  } catch (error) {\n    throw error;\n',
      ),
    ],
    killedBy: { 'lab-06/file-missing': { verdict: 'fail', misconception: 'status-500' } },
  },
  {
    name: 'etag-of-now',
    story: 'The ETag is made of the time of day.',
    patches: [server('const etag = `"${mtimeNs', 'const etag = `"${process.hrtime.bigint()}-${mtimeNs')],
    killedBy: { 'lab-06/etag': { verdict: 'fail', misconception: 'etag-changes' } },
  },
  {
    name: 'etag-of-the-name',
    story: 'The ETag is made of the path: it says which file it is, not which state of it.',
    patches: [
      server(
        'const etag = `"${mtimeNs.toString(36)}-${size.toString(36)}"`;',
        "const etag = `\"${Buffer.from(segments.join('/')).toString('hex')}\"`;\n    if (mtimeNs < 0n) return;",
      ),
    ],
    killedBy: { 'lab-06/etag': { verdict: 'fail', misconception: 'etag-stays' } },
  },
  {
    name: 'etag-of-the-size',
    story: 'The ETag is made of the size alone: a letter that became another one changes nothing.',
    patches: [
      server(
        'const etag = `"${mtimeNs.toString(36)}-${size.toString(36)}"`;',
        'const etag = `"${(mtimeNs * 0n).toString(36)}-${size.toString(36)}"`;',
      ),
    ],
    killedBy: { 'lab-06/etag': { verdict: 'fail', misconception: 'etag-stays' } },
  },
  {
    name: 'etag-never-matches',
    story: 'The ETag is sent, and nobody compares it.',
    patches: [
      server('    if (hasTag(request, etag)) {\n', "    if (hasTag(request, '')) {\n"),
      server("value === '*' ||", "value === '' ||"),
    ],
    killedBy: { 'lab-06/if-none-match': { verdict: 'fail', misconception: 'status-200' } },
  },
  {
    name: 'etag-compared-as-text',
    story: 'The whole value is compared with the tag: a list is never equal, nor is a weak tag.',
    patches: [server('[...value.matchAll(/"[^"]*"/g)].some(([tag]) => tag === etag)', 'value === etag')],
    killedBy: { 'lab-06/if-none-match': { verdict: 'fail', misconception: 'status-200' } },
  },
  {
    name: 'dot-dot',
    story: 'The path is joined to the folder as it came.',
    patches: letsThrough("segment === ''"),
    killedBy: {
      'lab-06/outside': { verdict: 'fail', misconception: 'served-outside' },
    },
  },
  {
    name: 'dot-dot-before-decoding',
    story: 'The path is searched for .. before it is decoded.',
    patches: [
      ...letsThrough("segment === ''"),
      server(
        "    const segments = path.slice(1).split('/').map(decodeURIComponent);\n",
        "    if (path.split('/').includes('..')) return undefined;\n    const segments = path.slice(1).split('/').map(decodeURIComponent);\n",
      ),
    ],
    killedBy: { 'lab-06/outside': { verdict: 'fail', misconception: 'served-outside' } },
  },
  {
    name: 'slash-in-a-segment',
    story: 'Each segment is compared with .., and %2f in one of them makes two.',
    patches: letsThrough("segment === '' || segment === '.' || segment === '..'"),
    killedBy: { 'lab-06/outside': { verdict: 'fail', misconception: 'served-outside' } },
  },
  {
    name: 'cut-at-nul',
    story: 'The name is cut at a zero byte, as C would do it.',
    patches: [
      ...letsThrough("segment === '' || segment === '.' || segment === '..' || /[/\\\\]/.test(segment)"),
      server('join(root, ...segments)', "join(root, ...segments).split('\\0')[0]!"),
    ],
    killedBy: { 'lab-06/outside': { verdict: 'fail', misconception: 'not-refused' } },
  },
  {
    name: 'query-behind-it',
    story:
      'The rule against .. is matched against the end of the target: with a query behind it, nothing matches.',
    patches: [
      UNGUARDED,
      server(
        'openBelow(process.env.FILES, segments.slice(1));',
        "openBelow(process.env.FILES, segments.slice(1), request.target.includes('?'));",
      ),
      server(
        '(folder: string | undefined, segments: string[])',
        '(folder: string | undefined, segments: string[], blind: boolean)',
      ),
      server('segments.some(isTraversal)', '(!blind && segments.some(isTraversal))'),
    ],
    killedBy: { 'lab-06/outside': { verdict: 'fail', misconception: 'served-outside' } },
  },
  {
    name: 'links-followed',
    story: 'The path is looked at, and what a link makes of it is not.',
    patches: [
      server(
        'const path = await realpath(join(root, ...segments));',
        'const path = join(root, ...segments);',
      ),
    ],
    killedBy: { 'lab-06/links': { verdict: 'fail', misconception: 'served-outside' } },
  },
  {
    name: 'nine-fields',
    story: 'Nine fields looked like plenty. A browser sends more.',
    patches: [
      http(
        'this.limits = { maxTargetBytes, maxHeadBytes, maxBodyBytes };',
        'this.limits = { ...{ maxTargetBytes, maxHeadBytes, maxBodyBytes }, ...{ maxFields: 9 } };',
      ),
    ],
    killedBy: { 'lab-06/browser-bytes': { verdict: 'fail', misconception: 'status-431' } },
  },
];
