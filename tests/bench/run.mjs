// The benchmark tables: `make bench`. Rows are printed as they come, and kept under target/bench/.
// Nothing here is asserted: speed depends on the machine. What can be a ratio in one run is one.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { libraryRows } from './library.mjs';
import { mediaRows } from './media.mjs';
import { playerRows } from './player.mjs';
import { processRows } from './processes.mjs';
import { relayRows } from './relay.mjs';
import { storeRows } from './store.mjs';

const out = fileURLToPath(new URL('../../target/bench/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'iroam-bench-'));
const rows = [];

const cell = (value) => (typeof value === 'number' ? String(Number(value.toPrecision(3))) : (value ?? ''));
const line = (row) => `${row.what.padEnd(52)} ${cell(row.value).padStart(9)} ${(row.unit ?? '').padEnd(6)} ${cell(row.target).padStart(9)}  ${row.note ?? ''}`;

function add(row) {
  rows.push(row);
  console.log(line(row));
}

console.log(`${'what'.padEnd(52)} ${'measured'.padStart(9)} ${'unit'.padEnd(6)} ${'target'.padStart(9)}  note`);
try {
  await processRows(join(folder, 'processes'), add);
  await relayRows(add);
  await storeRows(add);
  await libraryRows(add);
  await mediaRows(add);
  await playerRows(join(folder, 'player'), add);
} finally {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memory_gib: Math.round(totalmem() / 2 ** 30) };
  writeFileSync(join(out, 'bench.json'), `${JSON.stringify({ at: new Date().toISOString(), machine, rows }, null, 2)}\n`);
  writeFileSync(join(out, 'bench.txt'), `${rows.map(line).join('\n')}\n`);
  console.log(`kept in ${join(out, 'bench.json')}`);
}
