// One connection to the generation hub per page, opened on first use.

import '../lib/signalr/signalr.min.js';
import '../lib/signalr/signalr-protocol-msgpack.min.js';

const { HubConnectionBuilder, HubConnectionState, HttpTransportType, LogLevel, protocols } = self.signalR;
const longestWait = 5000;
const wait = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

let connection;
let starting;

function connected() {
  connection ??= new HubConnectionBuilder()
    .withUrl(new URL('hubs/generation', document.baseURI).href, { transport: HttpTransportType.WebSockets, skipNegotiation: true })
    .withHubProtocol(new protocols.msgpack.MessagePackHubProtocol())
    .configureLogging(LogLevel.None)
    .build();
  if (connection.state === HubConnectionState.Connected) {
    return Promise.resolve();
  }
  starting ??= connection.start().finally(() => { starting = undefined; });
  return starting;
}

/** Reads a hub stream until the hub ends it or stop is called; after a lost connection both are reopened. */
export function stream(method, argument, onItem) {
  let stopped = false;
  let subscription;

  function once() {
    return new Promise((resolve, reject) => {
      subscription = connection.stream(method, argument).subscribe({ next: onItem, complete: resolve, error: reject });
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
      } catch {
        if (connection.state === HubConnectionState.Connected) {
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
