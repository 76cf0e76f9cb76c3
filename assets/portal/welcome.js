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
 * @param {boolean} mayExchange whether a browser that is signed in as somebody else is to be signed in anew
 * @returns {Promise<Outcome>}
 */
async function signIn(token, mayExchange) {
  try {
    const response = await fetch('/api/v1/sign-in-link', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token, switch: mayExchange }),
      credentials: 'same-origin',
    });
    return response.ok ? { code: '', detail: '' } : await problem(response);
  } catch {
    return { code: 'unreachable', detail: 'The server did not answer. Check your connection and open the link again.' };
  }
}

/**
 * @typedef {{ code: string, detail: string }} Outcome the API's code, empty when signed in, and what to say of it
 * @param {Response} response
 * @returns {Promise<Outcome>}
 */
async function problem(response) {
  const envelope = await response.json().catch(() => null);
  const { code, detail } = envelope?.errors?.[0] ?? {};
  const isKnown = typeof code === 'string' && typeof detail === 'string' && detail !== '';
  return isKnown ? { code, detail: `${detail[0].toUpperCase()}${detail.slice(1)}.` } : { code: 'unknown', detail: `The server answered ${response.status}.` };
}

/** Whether this browser is signed in already, whatever became of the link. */
async function isSignedIn() {
  const response = await fetch('/api/v1/me', { credentials: 'same-origin' }).catch(() => null);
  return response?.ok === true;
}

/**
 * @param {string} heading
 * @param {string} detail
 */
function say(heading, detail) {
  document.querySelector('.card')?.removeAttribute('aria-busy');
  document.querySelector('.spinner')?.remove();
  const title = document.querySelector('#title');
  const text = document.querySelector('#detail');
  if (title) title.textContent = heading;
  if (text) text.textContent = detail;
}

/**
 * @param {string} detail
 * @param {() => void} agreed
 */
function ask(detail, agreed) {
  say('Switch account?', detail);
  const button = document.querySelector('#switch');
  const stay = document.querySelector('#way-on');
  button?.removeAttribute('hidden');
  button?.addEventListener('click', agreed, { once: true });
  if (stay instanceof HTMLAnchorElement) {
    stay.textContent = 'Stay as you are';
    stay.className = 'button';
    stay.href = PLAYER;
    stay.hidden = false;
  }
}

/** @param {string} detail */
function showProblem(detail) {
  document.querySelector('#switch')?.remove();
  say('You are not signed in', detail);
  const stay = document.querySelector('#way-on');
  if (stay instanceof HTMLAnchorElement) {
    stay.textContent = 'Sign in with a password';
    stay.href = '/sign-in';
    stay.hidden = false;
  }
}

/**
 * @param {string} token
 * @param {boolean} mayExchange
 */
async function enter(token, mayExchange) {
  const { code, detail } = await signIn(token, mayExchange);
  if (code === 'signed_in_as_another') ask(detail, () => enter(token, true));
  else if (code === '' || (code === 'link_invalid' && !mayExchange && (await isSignedIn()))) location.replace(PLAYER);
  else showProblem(detail);
}

const token = takeToken();
if (token) await enter(token, false);
else showProblem('This address is only the end of a sign-in link: open the whole link.');
