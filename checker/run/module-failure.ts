/** What became of a call into the student's module, in words. */
import { sep } from 'node:path';
import type { Failure, Place } from '../drive/module-host.ts';

export interface ModuleVerdict {
  verdict: 'fail' | 'timeout' | 'crash';
  /** Looked up in the check's `hints`, then in the common ones. */
  symptom: string;
  message: string;
  stderr: string[];
}

/** The verdict that a failure in the student's module comes to, and the first line of what she is told. */
export function explainModuleFailure(failure: Failure): ModuleVerdict {
  const where = describePlace(failure.at);
  switch (failure.kind) {
    case 'threw': {
      const { name, message, line } = failure.error;
      const place = line === '' ? '' : ` at ${line.replace(process.cwd() + sep, '')}`;
      return {
        verdict: 'crash',
        symptom: 'threw',
        message: `${where} threw ${name}: ${message}${place}`,
        stderr: [],
      };
    }
    case 'missing':
      if (failure.at.during === 'method') {
        const { className, name } = failure.at;
        return fail('missing-export', `your ${className} has no method ${name}: it is ${failure.found}`);
      }
      return fail(
        'missing-export',
        `your module exports no ${failure.name} that could be called: it is ${failure.found}`,
      );
    case 'not-array':
      return fail('not-array', `${where} returned ${failure.found}, not a list of events`);
    case 'not-cloneable':
      return fail('not-cloneable', `${where} returned something that is no plain data: ${failure.reason}`);
    case 'hang': {
      const doing = {
        busy: 'it computes without an end',
        waiting: 'it waits',
        slow: 'it gets on, too slowly',
      };
      const state = failure.state === 'unknown' ? '' : `: ${doing[failure.state]}`;
      const symptom = failure.state === 'busy' ? 'busy' : failure.state === 'waiting' ? 'blocked' : 'late';
      const message = `${where} did not return within ${(failure.afterMs / 1000).toFixed(1)} s${state}`;
      return { verdict: 'timeout', symptom, message, stderr: [] };
    }
    case 'exited':
      return crash('ended-process', `${where} ended the process (exit code ${failure.code})`, failure.stderr);
    case 'crashed':
      return crash('crashed', `${where} crashed the process (signal ${failure.signal})`, failure.stderr);
    case 'limit':
      return crash('broke-limit', `the checker stopped ${where}: it ${failure.limit}`, []);
  }
}

function fail(symptom: string, message: string): ModuleVerdict {
  return { verdict: 'fail', symptom, message, stderr: [] };
}

function crash(symptom: string, message: string, stderr: string[]): ModuleVerdict {
  return { verdict: 'crash', symptom, message, stderr };
}

function describePlace(place: Place): string {
  switch (place.during) {
    case 'import':
      return 'loading your module';
    case 'call':
      return `${place.name}()`;
    case 'constructor':
      return `new ${place.className}()`;
    case 'method':
      return `${place.className}.${place.name}()`;
    case 'end':
      return `${place.className}.end()`;
    case 'receive':
      return `${place.className}.receive() with ${place.to - place.from === 1 ? `byte ${place.from}` : `bytes ${place.from} to ${place.to - 1}`}`;
  }
}
