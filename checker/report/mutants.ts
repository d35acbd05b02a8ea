/** The checker's own score: how many planted mistakes it finds, and how many legal programs it lets pass. */
import { wrap } from './columns.ts';
import { escapeText } from './escape.ts';
import { type Palette, palette } from './palette.ts';
import { type Cell, type Column, tableLines } from './table.ts';

export interface LabMutants {
  lab: string;
  /** Planted mistakes. */
  mutants: number;
  /** Of these, the ones that nothing on this machine can tell from a right program. The scores do not count them. */
  notTried?: number;
  /** Found by some graded check. */
  killed: number;
  /** Found by the check that claims to find it. */
  killedByClaim: number;
  /** Reported with the hint that belongs to the mistake. */
  hintShown: number;
  /** Legal programs. */
  variants: number;
  variantsPassed: number;
  starterFails: boolean;
  referencePasses: boolean;
  /** What is wrong, one line each: survivors, legal programs that failed. */
  details?: string[];
}

export interface MutantsDocument {
  schema: 'barewire/mutants/v1';
  labs: LabMutants[];
}

/** The document that `mutants --json` prints. */
export function toMutantsJson(labs: LabMutants[]): MutantsDocument {
  return { schema: 'barewire/mutants/v1', labs };
}

/** True when nothing survived, no legal program failed, and starter and reference behave. */
export function isPerfect(lab: LabMutants): boolean {
  const scores = [lab.killed, lab.killedByClaim, lab.hintShown].every((score) => score === tried(lab));
  return scores && lab.variantsPassed === lab.variants && lab.starterFails && lab.referencePasses;
}

/** A table with a line for each lab, then what is wrong, then the sum. */
export function renderMutants(
  { labs }: MutantsDocument,
  { colour, width }: { colour: boolean; width: number },
): string {
  const paint = palette(colour);
  const wrong = labs.flatMap(({ lab, details = [] }) =>
    details.map((detail) => `${lab}: ${escapeText(detail)}`),
  );
  const sections = [
    tableLines(
      COLUMNS,
      labs.map((lab) => cellsOf(lab, paint)),
      paint.faint,
    ),
    wrong.flatMap((line) => detailLines(line, width, paint)),
    labs.filter(({ notTried }) => notTried).map(notTriedLine),
    [conclusion(labs, paint)],
  ];
  const filled = sections.filter((lines) => lines.length > 0);
  return filled.map((lines) => lines.join('\n')).join('\n\n');
}

const COLUMNS: Column[] = [
  { title: 'lab', align: 'left' },
  { title: 'mutants', align: 'right' },
  { title: 'killed', align: 'right' },
  { title: 'by claim', align: 'right' },
  { title: 'hint', align: 'right' },
  { title: 'variants', align: 'right' },
  { title: 'starter', align: 'left' },
  { title: 'reference', align: 'left' },
];

function cellsOf(lab: LabMutants, paint: Palette): Cell[] {
  const cell = (text: string, right: boolean): Cell => ({ text, paint: right ? paint.good : paint.bad });
  const score = (number: number) =>
    cell(number === tried(lab) ? `${number}` : `✗ ${number}`, number === tried(lab));
  const variants = lab.variantsPassed === lab.variants;
  return [
    { text: lab.lab },
    { text: `${lab.mutants}` },
    score(lab.killed),
    score(lab.killedByClaim),
    score(lab.hintShown),
    cell(`${variants ? '' : '✗ '}${lab.variantsPassed} of ${lab.variants}`, variants),
    cell(lab.starterFails ? 'fails' : '✗ passes', lab.starterFails),
    cell(lab.referencePasses ? 'passes' : '✗ fails', lab.referencePasses),
  ];
}

function tried({ mutants, notTried = 0 }: LabMutants): number {
  return mutants - notTried;
}

function notTriedLine({ lab, notTried, mutants }: LabMutants): string {
  return `${lab}: ${notTried} of ${mutants} mutants not tried, this machine cannot run the checks that claim them`;
}

function detailLines(line: string, width: number, paint: Palette): string[] {
  return wrap(line, Math.max(20, width - 2)).map(
    (part, index) => (index === 0 ? `${paint.bad('✗')} ` : '  ') + part,
  );
}

function conclusion(labs: LabMutants[], paint: Palette): string {
  if (labs.length === 0) return paint.bad('No lab has mutants: nothing is proved.');
  const sum = (pick: (lab: LabMutants) => number) => labs.reduce((total, lab) => total + pick(lab), 0);
  const text = `${sum((lab) => lab.killed)} of ${sum(tried)} mutants killed`;
  return labs.every(isPerfect) ? paint.good(text) : paint.bad(text);
}
