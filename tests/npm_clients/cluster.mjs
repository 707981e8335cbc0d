// Three nodes behind HAProxy with the configuration of configs/cluster, which spreads requests over them in turn.
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { newFolder, startNode, startProgram } from './node_process.mjs';

const SIZE = 3;

/** Where the nodes of this process are. */
const nodes = new Set();

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(true));
    socket.on('connect', () => socket.destroy());
    socket.on('error', () => resolve(false));
  });
}

async function waitFor(condition, what) {
  const end = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function startProxy(port, all) {
  let text = readFileSync(process.env.TROUPE_HAPROXY_CONFIG, 'utf8').replace('127.0.0.1:8080', `127.0.0.1:${port}`);
  all.forEach(({ url, admin }, index) => {
    text = text
      .replace(`127.0.0.1:800${index + 1}`, `127.0.0.1:${url.port}`)
      .replace(`port 947${index + 1}`, `port ${admin.port}`);
  });
  const file = join(newFolder(), 'haproxy.cfg');
  writeFileSync(file, text);
  process.env.PATH += ':/usr/sbin';
  // HAProxy ends by SIGTERM, or with 143.
  const proxy = await startProgram('haproxy', ['-db', '-V', '-f', file], (log) => log, [0, 143, 'SIGTERM']);
  await waitFor(() => accepts(port), 'HAProxy listens');
  return proxy;
}

/** Like startNode: `url` is the balancer's; `nodes` can be stopped and killed one by one. */
export async function startCluster(config) {
  const started = [];
  for (let number = 1; number <= SIZE; number++) {
    const cluster = { name: 'npm', node: `node-${number}`, port: 0, secret: 'of the npm tests and nobody else' };
    const seeds = started.map((one) => one.cluster);
    started.push(await startNode({ ...config, admin: { port: 0 }, cluster: { ...cluster, seeds } }));
    nodes.add(started.at(-1));
  }
  await waitFor(async () => {
    const pages = await Promise.all(started.map(async ({ admin }) => (await fetch(new URL('/readyz', admin))).text()));
    return pages.every((page) => page.match(/ connected/g)?.length === SIZE - 1);
  }, 'all nodes see all others');
  const port = await freePort();
  const proxy = await startProxy(port, started);
  const gone = new Set();
  const end = async (node, how) => {
    gone.add(node);
    nodes.delete(node);
    await node[how]();
  };
  return {
    url: new URL('/mcp', `http://127.0.0.1:${port}`),
    drain: (index) => end(started[index], 'stop'),
    kill: (index) => end(started[index], 'kill'),
    async stop() {
      await Promise.all(started.filter((node) => !gone.has(node)).map((node) => end(node, 'stop')));
      await proxy.stop();
    },
  };
}

// -- what tests do behind the clients' backs ------------------------------------------------------------------

// What these tools look at or change is in one process, so each node is asked, and the answers are put together.
const together = {
  waiting: (texts) => JSON.stringify(texts.flatMap((text) => JSON.parse(text))),
  cancelled: (texts) => JSON.stringify(texts.flatMap((text) => JSON.parse(text))),
  open: (texts) => String(texts.reduce((sum, text) => sum + Number(text), 0)),
  tell_step: (texts) => texts[0],
  add: (texts) => texts[0],
  remove: (texts) => texts[0],
};

async function callOn({ url }, name, args) {
  const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': name,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args, _meta: meta } }),
  });
  // A slow answer comes as the last event of a stream.
  const body = await response.text();
  const { result, error } = JSON.parse(body.startsWith('{') ? body : /^data: (\{.*)$/m.exec(body.slice(body.lastIndexOf('data: {')))[1]);
  if (error) throw new Error(error.message);
  return result.content[0].text;
}

/** The text of a tool that is about one process, of all nodes together; nothing for other tools, or without a cluster. */
export async function textOfAll(name, args) {
  if (nodes.size === 0 || !together[name]) return undefined;
  return together[name](await Promise.all([...nodes].map((node) => callOn(node, name, args))));
}
