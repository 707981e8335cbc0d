// One run of the test server.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own. */
export const newFolder = () => mkdtempSync(join(tmpdir(), 'troupe-npm-'));

/** Starts a program; resolves with `found(log)` once that is something. `stop()` fails unless it exits with an allowed code. */
export async function startProgram(command, args, found, allowed = [0]) {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'pipe'] });
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  let log = '';
  const told = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stderr.on('data', (part) => {
      log += part;
      const value = found(log);
      if (value) resolve(value);
    });
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}:\n${log}`)));
  });
  return {
    told,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      const code = await exited;
      if (!allowed.includes(code)) throw new Error(`${command} ended with ${code}:\n${log}`);
    },
  };
}

/** Starts the server; resolves when it listens. `url` is its endpoint, `admin` the one of metrics if that is on. */
export async function startNode(config) {
  const file = join(newFolder(), 'config.json');
  writeFileSync(file, JSON.stringify({ ...config, listen: { ...config.listen, port: 0 } }));
  const node = await startProgram(process.env.TROUPE_TEST_SERVER, ['--config', file], (log) => {
    const url = /listening on (http:\/\/\S+)/.exec(log);
    const admin = /metrics and health on (http:\/\/\S+)/.exec(log);
    if (!url || (config.admin.enabled !== false && !admin)) return null;
    const cluster = /cluster \S+: node \S+ number=\S+ on ([\w.:]+)/.exec(log);
    return { url: new URL(url[1]), admin: admin && new URL(admin[1]), cluster: cluster?.[1] };
  });
  return { ...node, ...node.told };
}
