/** The lines that belong into the configurations of servers. */

import type { ServerKind } from './finding.ts';

/** What they are about. */
export interface Place {
  /** The component's domain. */
  readonly jid: string;
  /** How many processes serve it. */
  readonly workers: number;
  /** The domain of the users. */
  readonly domain: string;
  readonly port: number;
  /** Which server it is, as far as that is known. */
  readonly kind: ServerKind | undefined;
}

type Lines = Partial<Readonly<Record<ServerKind, string>>>;

/** Those for the server that is there; for all when that is not known. */
function forServer({ kind }: Place, lines: Record<ServerKind, string>): Lines {
  return kind === undefined ? lines : { [kind]: lines[kind] };
}

export function componentLines(place: Place): Lines {
  const { jid, port } = place;
  return forServer(place, {
    prosody: `component_ports = { ${port} }

Component "${jid}"
  component_secret = "<the secret>"
  modules_enabled = { "privilege" }`,
    ejabberd: `listen:
  - port: ${port}
    module: ejabberd_service
    hosts:
      "${jid}": {password: "<the secret>"}`,
  });
}

/** For several processes: only ejabberd can do that. */
export function balancingLines({ jid, workers }: Place): Lines {
  return {
    ejabberd: `domain_balancing:
  "${jid}":
    type: bare_source
    component_number: ${workers}`,
  };
}

export function privilegeLines(place: Place): Lines {
  const { jid, domain } = place;
  return forServer(place, {
    prosody: `VirtualHost "${domain}"
  modules_enabled = { "privilege" }
  privileged_entities = {
    ["${jid}"] = {
      roster = "both";
      message = "outgoing";
      iq = {
        ["http://jabber.org/protocol/pubsub"] = "both";
        ["http://jabber.org/protocol/pubsub#owner"] = "set";
        ["urn:xmpp:http:upload:0"] = "get";
      };
    };
  }

Component "${jid}"
  modules_enabled = { "privilege" }`,
    ejabberd: `acl:
  gateway: { server: "${jid}" }
access_rules:
  gateway: [ allow: gateway ]
modules:
  mod_privilege:
    roster: { both: gateway }
    message: { outgoing: gateway }
    # From version 25.03 on:
    iq:
      "http://jabber.org/protocol/pubsub": { both: gateway }
      "http://jabber.org/protocol/pubsub#owner": { set: gateway }
      "urn:xmpp:http:upload:0": { get: gateway }`,
  });
}

export function uploadLines(place: Place, maxBytes = 104_857_600): Lines {
  const { jid, domain } = place;
  return forServer(place, {
    prosody: `Component "upload.${domain}" "http_file_share"
  http_file_share_access = { "${domain}", "${jid}" }
  http_file_share_size_limit = ${maxBytes}`,
    ejabberd: `listen:
  - port: 5443
    tls: true
    module: ejabberd_http
    request_handlers:
      /upload: mod_http_upload
modules:
  mod_http_upload:
    put_url: https://@HOST@:5443/upload
    access: all
    max_size: ${maxBytes}`,
  });
}

/** A module of the users' host. */
export function moduleLines(place: Place, prosody: string, ejabberd: string): Lines {
  return forServer(place, {
    prosody: `VirtualHost "${place.domain}"
  modules_enabled = { "${prosody}" }`,
    ejabberd: `modules:
  ${ejabberd}`,
  });
}

export function hostLines(place: Place): Lines {
  return forServer(place, {
    prosody: `VirtualHost "${place.domain}"`,
    ejabberd: `hosts: [ "${place.domain}" ]`,
  });
}
