// strict_gate.mjs OUT...: judges the results the suite left in OUT/server-<scenario>-<time>/checks.json, against the
// list of scenarios in OUT/scenarios.txt. The suite itself forgives what is not scored, what is a warning, and what
// never ran; this does not. What it always skips is named here.
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';

// Scenarios that make no check of their own, whatever the server does: the suite has only a placeholder for them.
const placeholders = ['tasks-status-notifications'];

// `conformance list`: server scenarios come first, one a line; those not scored are marked [server].
function scenariosOf(listing) {
  const names = [];
  let section = '';
  for (const line of listing.split('\n')) {
    if (/^\S/.test(line)) section = line;
    const item = /^\s+- (\S+?)(?: \[(\w+)\])?\s*$/.exec(line);
    if (!item) continue;
    if (item[2] ? item[2] === 'server' : section.startsWith('Server scenarios')) names.push(item[1]);
  }
  return names;
}

function checksOf(out, scenario) {
  const prefix = `server-${scenario}-`;
  const runs = readdirSync(out).filter((name) => name.startsWith(prefix) && /^\d{4}-/.test(name.slice(prefix.length)));
  return runs.flatMap((run) => {
    const file = join(out, run, 'checks.json');
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  });
}

let passed = 0;
let failed = 0;
const fault = (text) => {
  failed += 1;
  console.log(`  ✗ ${text}`);
};

for (const out of process.argv.slice(2)) {
  const scenarios = scenariosOf(readFileSync(join(out, 'scenarios.txt'), 'utf8'));
  if (scenarios.length === 0) fault(`${out}: no list of scenarios`);
  for (const scenario of scenarios) {
    const checks = checksOf(out, scenario);
    const checked = checks.some((check) => check.status === 'SUCCESS');
    if (placeholders.includes(scenario)) {
      if (checks.length === 0) fault(`${scenario}: did not run`);
      if (checked) fault(`${scenario}: is no placeholder any more; take it off the list in strict_gate.mjs`);
    } else if (!checked) {
      fault(`${scenario}: nothing was checked`);
    }
    for (const check of checks) {
      if (check.status === 'SUCCESS') passed += 1;
      if (check.status === 'FAILURE' || check.status === 'WARNING')
        fault(`${scenario}: ${check.status} ${check.id}: ${check.errorMessage ?? ''}`);
      if (check.status === 'SKIPPED') console.log(`  - ${scenario}: skipped ${check.id}`);
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
