// The test server, clients of it, and a proxy that can cut connections.
import net from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startCluster, textOfAll } from './cluster.mjs';
import { startNode } from './node_process.mjs';

/** Is every server three nodes behind a balancer (tests/npm_clients/run --cluster)? */
export const isCluster = process.env.TROUPE_NPM_CLUSTER === '1';

/** Starts a server, or a cluster in its place; resolves when it listens. `stop()` fails unless it exits with 0. */
export const startServer = (config = {}) => (isCluster ? startCluster(config) : startNode({ ...config, admin: { enabled: false } }));

/** A client over Streamable HTTP that is connected. */
export function connect(url, { transport = {}, ...more } = {}) {
  return connectOver(new StreamableHTTPClientTransport(url, transport), more);
}

/** A client that is connected over `wire`. `handlers` maps request schemas to functions. */
export async function connectOver(wire, { capabilities = {}, handlers = [] } = {}) {
  const client = new Client({ name: 'troupe-npm-tests', version: '1' }, { capabilities });
  for (const [schema, handler] of handlers) client.setRequestHandler(schema, handler);
  await client.connect(wire);
  return { client, wire, text: textBy(client) };
}

/** How tests call a tool that gives a text; in a cluster those that are about one process are asked of all. */
export const textBy = (client) => async (name, args = {}) =>
  (await textOfAll(name, args)) ?? textOf(await client.callTool({ name, arguments: args }));

export function textOf(result) {
  if (result.isError) throw new Error(result.content[0].text);
  return result.content[0].text;
}

/** Resolves with the first true value of `condition`, which may be asynchronous. */
export async function until(condition, what) {
  const end = Date.now() + 20_000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A TCP proxy to `target`; `cut()` destroys what is open, on both sides. */
export async function startProxy(target) {
  const open = new Set();
  const server = net.createServer((incoming) => {
    const outgoing = net.connect(Number(target.port), target.hostname);
    for (const [one, other] of [[incoming, outgoing], [outgoing, incoming]]) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        open.delete(one);
      });
      one.pipe(other);
      open.add(one);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: new URL(`http://127.0.0.1:${server.address().port}${target.pathname}`),
    connections: () => open.size / 2,
    cut: () => open.forEach((socket) => socket.resetAndDestroy()),
    stop: () => new Promise((resolve) => {
      server.close(resolve);
      open.forEach((socket) => socket.destroy());
    }),
  };
}
