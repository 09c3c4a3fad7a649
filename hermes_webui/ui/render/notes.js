// From a footnote's mark to the note, and back. Labels are compared, not ids: a page holds many messages.

export function goToNote(link) {
  const other = link.closest('.note-mark') ? '.note-label a' : '.note-mark a';
  const all = [...link.closest('.markdown').querySelectorAll(other)];
  const target = all.find((one) => one.textContent.toLowerCase() === link.textContent.toLowerCase());
  if (!target) return;
  target.scrollIntoView({ block: 'nearest' });
  target.focus({ preventScroll: true });
}
