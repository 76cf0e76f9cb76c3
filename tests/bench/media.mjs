// The media engine, and ffmpeg beside it: measured by the Rust bench, which prints one JSON row a line.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export async function mediaRows(add) {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const printed = execFileSync('cargo', ['bench', '--quiet', '--bench', 'media'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  for (const line of printed.split('\n').filter((text) => text.startsWith('{'))) add(JSON.parse(line));
}
