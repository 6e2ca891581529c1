/** `slipway doctor`: what is wrong between the gateway and its server, and the lines that put it right. */

import { JID } from '../../stanza/index.ts';
import { OPTIONS, resolveConfig } from '../config.ts';
import type { Account } from '../doctor/account.ts';
import { examine } from '../doctor/doctor.ts';
import { type Finding, told } from '../doctor/finding.ts';
import { ConfigError, defineOptions, type OptionValues, resolveOptions } from '../options.ts';
import type { CliCommand } from './command.ts';

const group = 'Of the doctor';
const { table: OWN } = defineOptions({
  domain: { group, type: 'string', defaultText: 'the parent of jid', describe: 'The domain of the users' },
  user: { group, type: 'string', describe: 'The JID of an account for what only a user can see' },
  'user-password': { group, type: 'string', secret: true, describe: 'Its password' },
  'user-server': { group, type: 'string', defaultText: 'the domain of the account', describe: 'Where it logs in' },
  'user-port': { group, type: 'number', default: 5222, min: 1, max: 65_535, describe: 'The port there' },
  'user-plain': { group, type: 'boolean', describe: 'Log in without TLS, as on the server itself' },
  json: { group, type: 'boolean', describe: 'Print JSON, for machines' },
});

/** Exit code 1 when something keeps the gateway from working; warnings are no failure. */
export const doctor: CliCommand = {
  usage: 'doctor --config slipway.yml [--user me@example.com --user-password-file …]',
  options: { ...OPTIONS, ...OWN },
  async run({ values, plugin }) {
    const config = resolveConfig(values, plugin?.options);
    const own = resolveOptions(OWN, values);
    const domain = own.domain ?? config.jid.slice(config.jid.indexOf('.') + 1);
    const findings: Finding[] = [];
    const shown = new Set<string>();
    await examine({ config, domain, account: accountOf(own) }, (finding) => {
      findings.push(finding);
      if (!own.json) console.log(told(finding, shown));
    });
    const count = (status: Finding['status']) => findings.filter((each) => each.status === status).length;
    const isWell = count('failure') === 0;
    if (own.json) console.log(JSON.stringify({ ok: isWell, findings }, undefined, 2));
    else console.log(`${count('ok')} well, ${count('warning')} to improve, ${count('failure')} broken`);
    return isWell ? 0 : 1;
  },
};

function accountOf(own: OptionValues<typeof OWN>): Account | undefined {
  if (own.user === undefined) return undefined;
  const jid = JID.tryParse(own.user);
  if (jid === undefined || jid.local === '') throw ConfigError.of('user', `"${own.user}" is no account`);
  if (own.userPassword === undefined) throw new ConfigError('--user needs --user-password-file', 'user-password');
  const { userPassword: password, userServer: host, userPort: port, userPlain: isPlain } = own;
  return { jid, password, host, port, isPlain };
}
