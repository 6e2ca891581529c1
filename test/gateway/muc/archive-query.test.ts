import { sqliteDatabases } from '../../support/databases.ts';
import { suite } from '../../support/test.ts';
import { roomArchiveQueryCases } from './archive-query.cases.ts';

const test = suite('room archive queries');
roomArchiveQueryCases(test, sqliteDatabases(test));
test.run();
