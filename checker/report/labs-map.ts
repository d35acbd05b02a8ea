/** The map of the course with a student's progress on it. */
import { columnsOf, padEnd, padStart, wrap } from './columns.ts';
import { type Palette, palette } from './palette.ts';

export interface LabRow {
  /** `lab-01` */
  id: string;
  title: string;
  part: string;
  hours: number;
  state: 'passed' | 'started' | 'untouched' | 'changed since it passed';
  points?: number | undefined;
  maxPoints?: number | undefined;
  /** The lab to go on with. */
  current: boolean;
}

/** The labs under their parts, in the order given. */
export function renderLabs(
  rows: readonly LabRow[],
  { colour, width }: { colour: boolean; width: number },
): string {
  if (rows.length === 0) return 'There are no labs here yet.';
  const paint = palette(colour);
  const longest = Math.max(...rows.map(({ title }) => columnsOf(title)));
  const titleColumns = Math.min(longest, Math.max(MIN_TITLE_COLUMNS, width - STATUS_COLUMNS));
  const hoursColumns = Math.max(...rows.map((row) => hours(row).length));
  const stateColumns = Math.max(...rows.map((row) => stateOf(row).length));
  const columns = { title: titleColumns, hours: hoursColumns, state: stateColumns };
  const parts = [...new Set(rows.map(({ part }) => part))];
  const sections = parts.map((part) => [
    paint.strong(part),
    ...rows.filter((row) => row.part === part).flatMap((row) => rowLines(row, columns, paint)),
  ]);
  return sections.map((lines) => lines.join('\n')).join('\n\n');
}

const MIN_TITLE_COLUMNS = 20;
/** What stands beside a title: signs, id, hours, state and points. */
const STATUS_COLUMNS = 56;

const SIGNS: Readonly<Record<LabRow['state'], string>> = {
  passed: '✓',
  started: '…',
  untouched: '·',
  'changed since it passed': '~',
};

interface Columns {
  title: number;
  hours: number;
  state: number;
}

function rowLines(row: LabRow, columns: Columns, paint: Palette): string[] {
  const { state, current, id, title } = row;
  const colours = {
    passed: paint.good,
    started: paint.warn,
    untouched: paint.faint,
    'changed since it passed': paint.warn,
  };
  const [first = '', ...more] = wrap(title, columns.title);
  const name = `${id}  ${padEnd(first, columns.title)}`;
  const status = colours[state](padEnd(stateOf(row), columns.state));
  const points = row.points === undefined || row.maxPoints === undefined ? '' : `  ${pointsOf(row)}`;
  const line = [
    `${current ? paint.strong('▶') : ' '} ${colours[state](SIGNS[state])} `,
    `${current ? paint.strong(name) : name}  ${paint.faint(padStart(hours(row), columns.hours))}  `,
    `${status}${points}`,
  ]
    .join('')
    .trimEnd();
  return [line, ...more.map((part) => ' '.repeat(4 + id.length + 2) + part)];
}

function stateOf({ state }: LabRow): string {
  return state === 'untouched' ? '' : state;
}

function hours(row: LabRow): string {
  return `${row.hours} h`;
}

function pointsOf({ points, maxPoints }: LabRow): string {
  return `${points} of ${maxPoints} points`;
}
