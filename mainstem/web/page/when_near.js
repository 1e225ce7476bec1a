// What is done only when a reader comes near.

const NEAR = "1200px"; // around what is seen

/**
 * Call `call` once, when `element` comes near to what is seen of `scroller`; never, when `signal` is aborted before.
 * @param {Element} element
 * @param {Element} scroller
 * @param {() => void} call
 * @param {AbortSignal} signal
 */
export function whenNear(element, scroller, call, signal) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    call();
  }, { root: scroller, rootMargin: `${NEAR} 0px` });
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  observer.observe(element);
}
