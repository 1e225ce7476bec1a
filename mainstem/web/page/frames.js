// One painting a frame, however much happened in between.

/** Calls `draw` once in the next frame after `ask`; when the page is hidden, when it is seen again. */
export class FrameScheduler {
  #asked = false;

  /** @param {() => void} draw */
  constructor(draw) {
    this.draw = draw;
  }

  ask() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      this.draw();
    });
  }
}

const channel = new MessageChannel();
/** @type {((value: void) => void)[]} */
const waiting = [];
channel.port1.onmessage = () => waiting.shift()?.();

/**
 * Let the browser paint and take keys before going on. Unlike a timer it is not slowed in a hidden page.
 * @returns {Promise<void>}
 */
export function yieldToBrowser() {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}

/**
 * Resolves with the time of the next frame; in a hidden page, when it is seen again.
 * @returns {Promise<number>}
 */
const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

const SLICE = 4; // ms of work after which the browser gets its turn
const SHARE = 2; // ms of a frame that work may take which can wait: laying out what it made takes longer

/**
 * For work of many steps: what is to be awaited after each of them, which lets the browser go on when it took `most` ms.
 * `next`: resolves when more may be done.
 * @param {() => Promise<number>} next
 * @param {number} most
 */
function slicing(next, most) {
  let since = 0;
  return async () => {
    if (performance.now() - since >= most) since = await next();
  };
}

/** For work that the page waits for. */
export const sliced = () => slicing(() => yieldToBrowser().then(() => performance.now()), SLICE);

/** For work that can wait: all of it together takes its share of a frame. */
export const inFrames = slicing(nextFrame, SHARE);
