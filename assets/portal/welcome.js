// Signs in by the link that led here. Its secret is in the address's fragment, which browsers send to nobody.

export {};

const PLAYER = '/player';

/** Takes the secret out of the address, so that it stays in no history and on no screen. */
function takeToken() {
  const token = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  return token;
}

/**
 * @param {string} token
 * @returns {Promise<string>} what went wrong, in words; empty when signed in
 */
async function signIn(token) {
  try {
    const response = await fetch('/api/v1/sign-in-link', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token }),
      credentials: 'same-origin',
    });
    return response.ok ? '' : await problem(response);
  } catch {
    return 'The server did not answer. Check your connection and open the link again.';
  }
}

/**
 * @param {Response} response
 * @returns {Promise<string>}
 */
async function problem(response) {
  const envelope = await response.json().catch(() => null);
  const detail = envelope?.errors?.[0]?.detail;
  return typeof detail === 'string' ? `${detail[0].toUpperCase()}${detail.slice(1)}.` : `The server answered ${response.status}.`;
}

/** @param {string} detail */
function showProblem(detail) {
  document.querySelector('.card')?.removeAttribute('aria-busy');
  document.querySelector('.spinner')?.remove();
  const title = document.querySelector('#title');
  const text = document.querySelector('#detail');
  if (title) title.textContent = 'You are not signed in';
  if (text) text.textContent = detail;
  document.querySelector('#way-on')?.removeAttribute('hidden');
}

const token = takeToken();
const failed = token ? await signIn(token) : 'This address is only the end of a sign-in link: open the whole link.';
if (failed) showProblem(failed);
else location.replace(PLAYER);
