// The focus is never lost: where a control goes away by being used, it is told where to go.

export const toComposer = () => document.getElementById('composer')?.focus();

/** Where the conversation is read: keys scroll it. */
export const toReading = () => (document.querySelector('.scroller') ?? document.getElementById('composer'))?.focus({ preventScroll: true });

/** The row of the list after this one, or before it, or the way to a new chat. */
export function toNeighbour(item) {
  const row = item?.nextElementSibling ?? item?.previousElementSibling;
  (row?.querySelector('a') ?? document.querySelector('.new-chat'))?.focus();
}
