import * as urls from '../../src/xep/0103-url-data.ts';
import * as a from '../support/arbitraries.ts';
import { laws, reads, rejects } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0103');
const NS = 'http://jabber.org/protocol/url-data';

reads(test, urls.urlData, [
  // Example 3, shortened. Headers are not read.
  [
    `<url-data xmlns='${NS}' xmlns:http='${NS}/scheme/http' target='http://festhall.outer-planes.net/d20M/announce/latest/'><http:header name='Cookie'>a=b</http:header><desc>Dept-7 d20M Campaign</desc></url-data>`,
    { target: 'http://festhall.outer-planes.net/d20M/announce/latest/', desc: 'Dept-7 d20M Campaign' },
  ],
]);
rejects(test, urls.urlData, [[`<url-data xmlns='${NS}'/>`, 'missing-attribute', '/url-data@target']]);

laws(test, urls, { urlData: a.object({ target: a.url }, { desc: a.text }) });

test.run();
