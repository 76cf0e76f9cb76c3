// Libraries of 100,000 and a million tracks: measured by the Rust bench, which prints one JSON row a line.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export async function libraryRows(add) {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const printed = execFileSync('cargo', ['bench', '--quiet', '--bench', 'library'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  for (const line of printed.split('\n').filter((text) => text.startsWith('{'))) add(JSON.parse(line));
}
