/** What the page remembers between visits: small choices of a person, and only where the browser allows it. */

/** What was kept under a name; empty when nothing was, or when the browser keeps nothing. */
export function kept(name: string): string {
  try {
    return localStorage.getItem(`clew.${name}`) ?? '';
  } catch {
    return '';
  }
}

/** Keep a choice; an empty one is forgotten. */
export function keep(name: string, value: string): void {
  try {
    if (value) localStorage.setItem(`clew.${name}`, value);
    else localStorage.removeItem(`clew.${name}`);
  } catch {
    // a browser that keeps nothing forgets the choice when the page closes
  }
}
