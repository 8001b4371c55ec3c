/* Readers whom the publisher signs in: their token, in memory alone and shared by all threads of a page.

   The page hands it over as data-token or by window.Firstword.signIn(token); what happens when it is missing or has
   expired is door.js. */

const listeners = new Set();
let signed = null;

export const signedToken = () => signed;
export const onSigned = (hear) => listeners.add(hear);

/* token: null signs out; whoever was here without a name of the publisher's is here again */
export function signIn(token = null) {
  if (token === signed) return;
  signed = token;
  for (const hear of listeners) hear();
}
