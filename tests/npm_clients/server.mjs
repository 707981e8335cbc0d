// The test server as a process, clients of it, and a proxy that can cut connections.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** Starts the server; resolves when it listens. `stop()` fails unless it exits with 0. */
export async function startServer(config = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-npm-'));
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify({ ...config, listen: { ...config.listen, port: 0 }, admin: { enabled: false } }));
  const child = spawn(process.env.TROUPE_TEST_SERVER, ['--config', file], { stdio: ['ignore', 'inherit', 'pipe'] });
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  let log = '';
  const url = await new Promise((resolve, reject) => {
    child.stderr.on('data', (part) => {
      log += part;
      const found = /listening on (http:\/\/\S+)/.exec(log);
      if (found) resolve(new URL(found[1]));
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${log}`)));
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      const code = await exited;
      if (code !== 0) throw new Error(`the server ended with ${code}:\n${log}`);
    },
  };
}

/** A client that is connected. `handlers` maps request schemas to functions. */
export async function connect(url, { capabilities = {}, handlers = [], transport = {} } = {}) {
  const client = new Client({ name: 'troupe-npm-tests', version: '1' }, { capabilities });
  for (const [schema, handler] of handlers) client.setRequestHandler(schema, handler);
  const wire = new StreamableHTTPClientTransport(url, transport);
  await client.connect(wire);
  return { client, wire, text: async (name, args = {}) => textOf(await client.callTool({ name, arguments: args })) };
}

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
