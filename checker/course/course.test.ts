import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findLab, labFolderIn, listLabs, starterFolder, studentLabs } from './course.ts';
import { UsageError } from './usage-error.ts';

const UDP_ECHO = {
  id: 'lab-03',
  slug: 'udp-echo',
  title: 'UDP echo, both ends',
  part: 'Part I: transport',
  programs: { server: 'server.ts', client: 'client.ts' },
  files: ['server.ts', 'client.ts'],
  imports: ['node:dgram', 'node:net'],
  needs: [],
  hours: 2,
  reads: ['RFC 768'],
};
const FRAMING = {
  ...UDP_ECHO,
  id: 'lab-04',
  slug: 'framing',
  title: 'Messages on a byte stream',
  programs: undefined,
  module: { file: 'framing.ts', exports: ['LineDecoder'] },
  files: ['framing.ts'],
  needs: ['lab-03'],
};
const LATE = { ...UDP_ECHO, id: 'lab-10', slug: 'sse-client' };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'barewire-course-'));
  for (const lab of [LATE, FRAMING, UDP_ECHO]) addLab(lab);
  mkdirSync(join(root, 'labs', 'lab-07-rest-todo'));
  mkdirSync(join(root, 'labs', 'notes'));
  writeFileSync(join(root, 'labs', 'README.md'), '# The map\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function addLab(lab: { id: string; slug: string }, folder = `${lab.id}-${lab.slug}`) {
  mkdirSync(join(root, 'labs', folder), { recursive: true });
  writeFileSync(join(root, 'labs', folder, 'lab.json'), JSON.stringify(lab));
}

test('lists the folders that have a lab.json, in order', () => {
  expect(listLabs(root).map((lab) => lab.id)).toEqual(['lab-03', 'lab-04', 'lab-10']);
});

test('reads a lab of programs and a lab of a module', () => {
  expect(findLab('lab-03', root)).toEqual({ ...UDP_ECHO, folder: 'lab-03-udp-echo', modules: [], given: [] });
  const framing = findLab('lab-04', root);
  expect(framing.programs).toEqual({});
  expect(framing.modules).toEqual([{ file: 'framing.ts', exports: ['LineDecoder'] }]);
});

test('a lab may have several modules, and files that the student is given', () => {
  const parser = { file: 'parser.ts', exports: ['Parser'] };
  const core = { file: 'core.ts', exports: ['Core'] };
  addLab({
    ...FRAMING,
    module: [parser, core],
    files: ['parser.ts', 'core.ts'],
    given: ['bits.ts'],
  } as never);
  expect(findLab('lab-04', root)).toMatchObject({ modules: [parser, core], given: ['bits.ts'] });
});

test('knows where the files of a lab lie', () => {
  const lab = findLab('3', root);
  expect(labFolderIn(studentLabs(root), lab)).toBe(join(root, 'labs', 'lab-03-udp-echo'));
  expect(starterFolder(lab, root)).toBe(join(root, 'checker', 'starters', 'lab-03-udp-echo'));
});

test.each([
  'lab-03',
  'LAB-03',
  'lab-3',
  'lab3',
  '3',
  '03',
  'udp-echo',
  'lab-03-udp-echo',
  'labs/lab-03-udp-echo',
  'labs/lab-03-udp-echo/',
  './lab-03-udp-echo/',
  'labs\\lab-03-udp-echo\\',
])('finds a lab by %s', (name) => {
  expect(findLab(name, root).id).toBe('lab-03');
});

describe('an unknown lab', () => {
  test.each([
    ['udp-ehco', 'there is no lab "udp-ehco". Did you mean udp-echo? Labs: lab-03, lab-04, lab-10.'],
    [
      'lab-03-udp-eco',
      'there is no lab "lab-03-udp-eco". Did you mean lab-03-udp-echo? Labs: lab-03, lab-04, lab-10.',
    ],
    ['lab-30', 'there is no lab "lab-30". Labs: lab-03, lab-04, lab-10.'],
    ['quaternions', 'there is no lab "quaternions". Labs: lab-03, lab-04, lab-10.'],
    ['', 'there is no lab "". Labs: lab-03, lab-04, lab-10.'],
  ])('%j is a usage error that names what exists', (name, message) => {
    expect(() => findLab(name, root)).toThrow(new UsageError(message));
  });

  test('is said in a repository without labs too', () => {
    rmSync(join(root, 'labs'), { recursive: true });
    mkdirSync(join(root, 'labs'));
    expect(() => findLab('1', root)).toThrow('there is no lab "1"; this repository has no labs yet');
  });
});

describe('a damaged lab.json is refused with file and member', () => {
  test.each([
    [{ ...UDP_ECHO, hours: '2' }, '"hours" is no number above 0'],
    [{ ...UDP_ECHO, title: undefined }, '"title" is no text'],
    [{ ...UDP_ECHO, reads: 'RFC 768' }, '"reads" is no list'],
    [{ ...UDP_ECHO, reads: [768] }, 'an item of "reads" is no text'],
    [{ ...UDP_ECHO, programs: {} }, 'names neither "programs" nor a "module"'],
    [{ ...UDP_ECHO, programs: { sevrer: 'server.ts' } }, '"programs" has an unknown member "sevrer"'],
    [{ ...UDP_ECHO, files: ['client.ts'] }, '"server.ts" is not in "files"'],
    [
      { ...UDP_ECHO, files: ['../server.ts'] },
      '"files" holds "../server.ts", which leaves the lab\'s folder',
    ],
    [{ ...UDP_ECHO, imports: ['net'] }, '"imports" holds "net", which is no node: module'],
    [{ ...UDP_ECHO, needs: ['lab-03'] }, '"needs" holds "lab-03", which is no earlier lab'],
    [{ ...UDP_ECHO, slug: 'udp' }, '"id" and "slug" make lab-03-udp, but the folder is lab-03-udp-echo'],
  ])('%#', (lab, complaint) => {
    addLab(lab, 'lab-03-udp-echo');
    expect(() => findLab('lab-03', root)).toThrow(new Error(`labs/lab-03-udp-echo/lab.json: ${complaint}`));
  });

  test('when it is no JSON', () => {
    writeFileSync(join(root, 'labs', 'lab-03-udp-echo', 'lab.json'), '{ "id": ');
    expect(() => findLab('lab-03', root)).toThrow(/^labs\/lab-03-udp-echo\/lab\.json is not JSON: /);
  });

  test('and is no trouble to the other labs', () => {
    writeFileSync(join(root, 'labs', 'lab-03-udp-echo', 'lab.json'), '{ "id": ');
    expect(findLab('lab-04', root).slug).toBe('framing');
  });
});
