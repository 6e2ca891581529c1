import { sqliteDatabases } from '../../support/databases.ts';
import { suite } from '../../support/test.ts';
import { roomArchiveCases } from './archive.cases.ts';

const test = suite('room archive');
roomArchiveCases(test, sqliteDatabases(test));
test.run();
