import { proveInTests } from '../prove-in-tests.ts';

await proveInTests('lab-10');
