// Three nodes behind HAProxy: while clients of all kinds work, one node is drained and another is killed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCluster } from './cluster.mjs';
import { connectModern } from './modern.mjs';
import { connect, textOf, until } from './server.mjs';

/** Until HAProxy has noticed that a node is gone: two checks, one a second, and as much again. */
const SETTLED_MS = 4000;
/** Longer than a cluster takes to notice that a node is lost: whatever is not answered by then, never will be. */
const CALL_MS = 15_000;

const kinds = {
  'sdk 1, session': { connect: (url) => connect(url), options: [undefined, { timeout: CALL_MS }] },
  'sdk 2, session': { connect: (url) => connectModern(url, 'legacy'), options: [{ timeout: CALL_MS }] },
  'sdk 2, chooses': { connect: (url) => connectModern(url, 'auto'), options: [{ timeout: CALL_MS }] },
  'sdk 2, 2026-07-28': { connect: (url) => connectModern(url, 'pinned'), options: [{ timeout: CALL_MS }] },
};

/** One client after the other, of one kind, that calls and calls. */
class Worker {
  calls = 0;
  failures = [];
  #client;
  #stopped = false;

  constructor(url, name, kind) {
    Object.assign(this, { url, name, kind: kinds[kind] });
  }

  /** Calls once; throws what the client throws. */
  async call() {
    this.#client ??= (await this.kind.connect(this.url)).client;
    const args = { client: this.name, call: ++this.calls };
    const result = await this.#client.callTool({ name: 'echo_arguments', arguments: args }, ...this.kind.options);
    // A wrong answer is no failure that may pass.
    if (textOf(result) !== JSON.stringify(args)) this.wrong = `${textOf(result)} instead of ${JSON.stringify(args)}`;
  }

  /** What fails is written down. A session may have ended with its node, so the next client begins anew. */
  async run() {
    while (!this.#stopped && !this.wrong) {
      try {
        await this.call();
      } catch (error) {
        this.failures.push({ at: Date.now(), text: String(error.message) });
        this.#client?.close().catch(() => {});
        this.#client = undefined;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  begin() {
    this.running = this.run();
  }

  async end() {
    this.#stopped = true;
    await this.running;
    await this.#client?.close().catch(() => {});
  }
}

/** What is done, and when; all clients go on calling before and after. */
async function whileTheyWork(workers, action) {
  const before = workers.map(({ calls }) => calls);
  await until(() => workers.every(({ calls }, i) => calls > before[i] + 5), 'all clients work');
  const at = Date.now();
  await action();
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  const done = workers.map(({ calls }) => calls);
  await until(() => workers.every(({ calls }, i) => calls > done[i] + 20), 'all clients work again');
  return [at, at + SETTLED_MS];
}

test('clients of every kind go on while a node is drained and another one is killed', async () => {
  const cluster = await startCluster({});
  const workers = Object.keys(kinds).flatMap((kind) => [1, 2, 3].map((n) => new Worker(cluster.url, `${kind} ${n}`, kind)));
  workers.forEach((worker) => worker.begin());
  const windows = [
    await whileTheyWork(workers, () => cluster.drain(1)),
    await whileTheyWork(workers, () => cluster.kill(2)),
  ];
  await Promise.all(workers.map((worker) => worker.end()));
  for (const { name, wrong, failures } of workers) {
    assert.equal(wrong, undefined, name);
    // An answer that does not come is worse than one that says no.
    assert.ok(!failures.some(({ text }) => /timed out|timeout/i.test(text)), `${name}: ${JSON.stringify(failures)}`);
    // The call that was on its way, and those until the balancer knew; nothing later.
    const late = failures.filter(({ at }) => !windows.some(([from, to]) => at >= from && at <= to));
    assert.deepEqual(late, [], name);
  }
  await cluster.stop();
});
