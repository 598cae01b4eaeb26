// One connection to the generation hub per page, opened on first use.

import '../lib/signalr/signalr.min.js';
import '../lib/signalr/signalr-protocol-msgpack.min.js';

const { HubConnectionBuilder, HubConnectionState, HttpTransportType, LogLevel, protocols } = self.signalR;
const longestWait = 5000;
const wait = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

let connection;
let starting;

const build = (transport, configure) => configure(new HubConnectionBuilder()
  .withUrl(new URL('hubs/generation', document.baseURI).href, transport)
  .configureLogging(LogLevel.None))
  .build();

// Server-sent events carry text only, so bytes come in base64.
const attempts = [
  () => build({ transport: HttpTransportType.WebSockets, skipNegotiation: true }, hub => hub.withHubProtocol(new protocols.msgpack.MessagePackHubProtocol())),
  () => build({ transport: HttpTransportType.ServerSentEvents | HttpTransportType.LongPolling }, hub => hub),
];

/** Opens a WebSocket or, where a proxy or VPN refuses those, another kind of connection. */
async function start() {
  let fault;
  for (const attempt of attempts) {
    try {
      const opened = attempt();
      await opened.start();
      connection = opened;
      return;
    } catch (refused) {
      fault = refused;
    }
  }
  throw fault;
}

function connected() {
  if (connection?.state === HubConnectionState.Connected) {
    return Promise.resolve();
  }
  starting ??= start().finally(() => { starting = undefined; });
  return starting;
}

function withBytes(item) {
  if (typeof item?.bytes === 'string') {
    item.bytes = Uint8Array.from(atob(item.bytes), character => character.charCodeAt(0));
  }
  return item;
}

/** Reads a hub stream until the hub ends it or stop is called; after a lost connection both are reopened, after an outage of the database the stream. */
export function stream(method, argument, onItem) {
  let stopped = false;
  let subscription;

  function once() {
    return new Promise((resolve, reject) => {
      subscription = connection.stream(method, argument).subscribe({ next: item => onItem(withBytes(item)), complete: resolve, error: reject });
    });
  }

  async function run() {
    for (let delay = 250; !stopped; delay = Math.min(delay * 2, longestWait)) {
      try {
        await connected();
        if (!stopped) {
          await once();
        }
        return;
      } catch (fault) {
        // The hub refused the stream, unless its database is only away for now.
        if (connection?.state === HubConnectionState.Connected && !fault?.message?.includes('StoreAwayException')) {
          return;
        }
        await wait(delay);
      }
    }
  }

  run();
  return {
    stop() {
      stopped = true;
      subscription?.dispose();
    },
  };
}
