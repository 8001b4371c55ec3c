/* The comments in this moderator's hand: claimed, leased, kept leased while someone looks, given back.

   No drawing here. Leases are courtesy between colleagues; the version decides who was first. */

import { api } from "./api.js";

const CLAIM = 10;
const REFILL_BELOW = 5; // ask for more before the hand runs out
const EXTEND_EVERY_MS = 40_000; // leases last 120 s: two chances before one runs out

export function createHand({ onChange, onFault }) {
  const items = [];
  let current = 0;
  let isClaiming = false;
  let lane = null; // the only one to claim from, while somebody wants that
  const settling = new Set(); // decisions under way: a claim before they are written could return their comments
  const takenMeanwhile = new Set(); // comments decided while a claim is under way

  const idOf = (item) => item.comment.id;
  const selected = () => items[current] ?? null;

  /* Claim more if the hand runs low. */
  async function refill() {
    if (isClaiming || items.length >= REFILL_BELOW || document.visibilityState === "hidden") return;
    isClaiming = true;
    try {
      await Promise.allSettled(settling);
      takenMeanwhile.clear();
      let { items: claimed } = await api.claim(CLAIM, lane);
      // Appeals are not urgent: they come when nothing else does, or when somebody asks for them.
      if (claimed.length === 0 && items.length === 0) ({ items: claimed } = await api.claim(CLAIM, lane ? null : "appeal"));
      for (const item of claimed) {
        if (takenMeanwhile.has(idOf(item))) {
          letGo(item);
          continue;
        }
        const at = items.findIndex((held) => idOf(held) === idOf(item));
        if (at >= 0) items[at] = item;
        else items.push(item);
      }
      if (claimed.length > 0) onChange();
    } catch (problem) {
      onFault(problem);
    } finally {
      isClaiming = false;
    }
  }

  /* Claim from one lane only, or from the usual ones again; what is in hand goes back. */
  function choose(wanted) {
    lane = wanted === lane ? null : wanted;
    items.forEach(letGo);
    items.length = 0;
    current = 0;
    onChange();
    refill();
  }

  function select(at) {
    const next = Math.min(Math.max(at, 0), items.length - 1);
    if (next === current || next < 0) return;
    current = next;
    onChange();
  }

  /* Take a comment out because it is being decided (settled: when that is over), or is no longer ours. */
  function take(item, settled = null) {
    takenMeanwhile.add(idOf(item));
    if (settled) {
      settling.add(settled);
      settled.finally(() => { settling.delete(settled); refill(); });
    }
    const at = items.findIndex((held) => idOf(held) === idOf(item));
    if (at < 0) return;
    items.splice(at, 1);
    if (at < current || current >= items.length) current = Math.max(0, current - 1);
    onChange();
    refill();
  }

  /* Put a comment back in front: its decision failed or was undone. */
  function putBack(item) {
    const at = items.findIndex((held) => idOf(held) === idOf(item));
    if (at >= 0) items.splice(at, 1);
    current = Math.min(current, items.length);
    items.splice(current, 0, item);
    onChange();
  }

  async function extend() {
    if (document.visibilityState === "hidden") return;
    const looked = selected();
    await Promise.all(items.filter((item) => item.lease).map(async (item) => {
      try {
        item.lease = await api.extend(item.lease.token);
      } catch (problem) {
        if (problem.status !== 404 && problem.status !== 409) return; // unreachable: the next round tries again
        item.lease = null; // it ran out; the comment on the desk stays, the version will tell
        if (item !== looked) take(item);
      }
    }));
  }

  /* Give a lease back; whoever comes next may have the comment. */
  function letGo(item) {
    if (item.lease) api.release(item.lease.token).catch(() => {});
    item.lease = null;
  }

  setInterval(extend, EXTEND_EVERY_MS);
  addEventListener("pagehide", () => items.forEach(letGo));
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") extend().then(refill); });

  return {
    items, selected, select, take, putBack, letGo, refill, choose,
    get lane() { return lane; },
    get current() { return current; },
    next: () => select(current + 1),
    previous: () => select(current - 1),
  };
}
