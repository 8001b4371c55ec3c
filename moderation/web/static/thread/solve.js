/* Solve what the server asks for while a storm is on (ALTCHA): which number, put behind the salt, gives this hash?

   Done by the browser's own SHA-256, in batches, so that the page stays at hand. */

const BATCH = 256;

/* challenge: as it stands in a 428. Returns what is sent back as X-Proof; throws where a browser cannot hash. */
export async function solve({ algorithm, challenge, maxnumber, maxNumber, salt, signature }) {
  const most = maxnumber ?? maxNumber;
  for (let from = 0; from <= most; from += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, most - from + 1) }, (_, at) => from + at);
    const hashes = await Promise.all(numbers.map((number) => hashed(algorithm, salt + number)));
    const at = hashes.indexOf(challenge);
    if (at >= 0) return btoa(JSON.stringify({ algorithm, challenge, number: numbers[at], salt, signature }));
  }
  throw new Error("This challenge has no answer.");
}

async function hashed(algorithm, text) {
  const digest = await crypto.subtle.digest(algorithm, new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
