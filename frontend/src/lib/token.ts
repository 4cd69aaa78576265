/**
 * The token that `clew serve` prints: it comes in the fragment of the address, which no browser sends, and is exchanged
 * for a cookie that scripts cannot read. It is taken out of the address at once, so that no history keeps it.
 */

const SHAPE = /^#token=(.+)$/;

/** Exchange the token in the address, if there is one; what the server refuses shows when something is asked. */
export async function exchangeToken(): Promise<void> {
  const token = SHAPE.exec(location.hash)?.[1];
  if (token === undefined) return;
  history.replaceState(null, '', '#/');
  dispatchEvent(new PopStateEvent('popstate'));
  await fetch('api/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: decodeURIComponent(token) }),
  }).catch(() => undefined);
}
